import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import type { Catalog } from '@dstore/application/ports/catalog.js';
import type { Door } from '@dstore/application/ports/door.js';
import type { Keyring } from '@dstore/application/ports/keyring.js';
import type { Ledger } from '@dstore/application/ports/ledger.js';
import { Vault } from '@dstore/application/use-cases/vault.js';
import type { Offer } from '@dstore/chaincode/domain';

import { LedgerRows, type Rule } from '../rows-ledger.js';
import { diskRow, leaseRow, owner, tabRow } from '../rows.js';
import { VirtualClock } from '../virtual-clock.js';
import { KeptLog } from '../workers/surroundings.js';
import { DiskOfTests, leaseOn } from './vault-of-tests.js';

/** A disk behind a door that also gives shards up. */
class DiscardingDisk extends DiskOfTests {
  readonly discarded: string[] = [];

  async discard(_leaseId: string, digests: readonly string[] = []): Promise<void> {
    for (const digest of digests) this.shards.delete(digest);
    this.discarded.push(...digests);
  }
}

/** An open vault on a ledger of rows, in epoch 10, with doors that a test can spoil. */
export class VaultOnRows {
  readonly clock = new VirtualClock();
  readonly log = new KeptLog();
  readonly disks = new Map<string, DiscardingDisk>();
  readonly rows: LedgerRows;
  readonly vault: Vault;

  constructor(rules: Record<string, Rule> = {}) {
    this.rows = new LedgerRows(rules);
    this.rows.set('epoch', [], { v: 1, number: 10n, phase: 'open', openedAt: 0n });
    this.vault = new Vault({
      vaultId: 'v',
      ledger: this.rows.as(owner.msp, owner.id) as unknown as Ledger,
      doors: {
        at: (url) => this.disks.get(new URL(url).hostname) as unknown as Door,
        close: async () => undefined,
      },
      catalog: { mirrors: () => [] } as unknown as Catalog,
      keyring: {} as Keyring,
      clock: this.clock,
      random: new SystemRandom(),
    });
  }

  /** A disk of an organization of its own, offering. */
  addDisk(at: number, offer: Partial<Offer> = {}): DiscardingDisk {
    const disk = new DiscardingDisk();
    this.disks.set(`d${at}`, disk);
    this.rows.set('org', [`Org${at}`], { v: 1, msp: `Org${at}`, state: 'active', since: 0n });
    this.rows.set('disk', [`d${at}`], diskRow(`d${at}`, `Org${at}`, offer));
    this.rows.set('pool', [`d${at}`], { v: 1, reservedBytes: 0n, collateral: 100_000n });
    return disk;
  }

  /** A lease on a disk. */
  addLease(at: number, capacityBytes = 1n << 30n, lastEpoch = 1000n): void {
    const terms = { capacityBytes, lastEpoch };
    this.rows.set('lease', [leaseOn(at)], leaseRow({ leaseId: leaseOn(at), diskId: `d${at}`, terms }));
    this.rows.set('tab', [leaseOn(at)], tabRow());
  }

  disk(at: number): DiscardingDisk {
    return this.disks.get(`d${at}`) as DiscardingDisk;
  }

  /** Room by disk, as placement sees it. */
  room(): Record<string, number> {
    return Object.fromEntries(this.vault.candidates().map((disk) => [disk.diskId, disk.freeBytes]));
  }
}
