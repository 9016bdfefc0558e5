import type { Content, Entry } from '@dstore/chaincode/domain';
import type { PendingContent } from '../../ports/lease-book.js';
import type { LeaseJournal, LeaseRecord } from '../../ports/lease-journal.js';

/** A journal of one process; gone with it. */
export class MemoryLeaseJournal implements LeaseJournal {
  readonly #records = new Map<string, LeaseRecord[]>();

  async note({ leaseId, ...signed }: PendingContent): Promise<void> {
    this.#records.set(leaseId, [...(this.#records.get(leaseId) ?? []), { kind: 'signed', ...signed }]);
  }

  async restate(leaseId: string, content: Content, entries: readonly Entry[]): Promise<void> {
    this.#records.set(leaseId, [{ kind: 'restated', content, entries }]);
  }

  async read(leaseId: string): Promise<readonly LeaseRecord[]> {
    return this.#records.get(leaseId) ?? [];
  }

  async bytes(leaseId: string): Promise<number> {
    return (this.#records.get(leaseId) ?? []).length;
  }

  async drop(leaseId: string): Promise<void> {
    this.#records.delete(leaseId);
  }
}
