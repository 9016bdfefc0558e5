import type { PendingContent } from '@dstore/application/ports/lease-book.js';
import type { LeaseJournal } from '@dstore/application/ports/lease-journal.js';
import assert from 'node:assert/strict';

export const lease = '0a'.repeat(16);
const entry = { digest: 'cd'.repeat(32), size: 4096 };

/** What is noted for a revision. */
export const pendingAt = (revision: bigint, leaseId = lease): PendingContent => ({
  leaseId,
  content: { revision, root: 'ab'.repeat(32), count: 2n, bytes: 8192n },
  changes: [
    { kind: 'append', entry },
    { kind: 'replace', index: 0, entry },
    { kind: 'remove', index: 1 },
  ],
  lastEpoch: 9n,
});

/** A pending content as a journal gives it back. */
export function recordAt(revision: bigint): object {
  const { leaseId, ...signed } = pendingAt(revision);
  return leaseId === lease ? { kind: 'signed', ...signed } : {};
}

/** Every adapter of the journal passes these. */
export function leaseJournalConformance(open: () => Promise<LeaseJournal>): void {
  it('gives back what was noted, lease by lease, in order', async () => {
    const journal = await open();
    assert.deepEqual(await journal.read(lease), []);
    assert.equal(await journal.bytes(lease), 0);
    await journal.note(pendingAt(1n));
    await journal.note(pendingAt(2n));
    await journal.note(pendingAt(1n, '0b'.repeat(16)));
    assert.deepEqual(await journal.read(lease), [recordAt(1n), recordAt(2n)]);
    assert.ok((await journal.bytes(lease)) > 0);
  });

  it('puts a whole vector in the place of all before it', async () => {
    const journal = await open();
    await journal.note(pendingAt(1n));
    const { content } = pendingAt(1n);
    await journal.restate(lease, content, [entry, entry]);
    await journal.note(pendingAt(2n));
    assert.deepEqual(await journal.read(lease), [
      { kind: 'restated', content, entries: [entry, entry] },
      recordAt(2n),
    ]);
  });

  it('forgets a lease, and harmlessly one that it does not know', async () => {
    const journal = await open();
    await journal.note(pendingAt(1n));
    await journal.drop(lease);
    await journal.drop(lease);
    assert.deepEqual(await journal.read(lease), []);
  });
}
