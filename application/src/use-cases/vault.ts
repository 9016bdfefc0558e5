import { accountedBytes, offerIn, type Row, roomOf, termsIn } from '@dstore/chaincode/domain';
import { LeaseLayout } from '../core/lease-layout.js';
import type { CandidateDisk } from '../core/placement.js';
import type { Catalog } from '../ports/catalog.js';
import type { Clock } from '../ports/clock.js';
import type { Door, Doors } from '../ports/door.js';
import { Fault } from '../ports/fault.js';
import type { Keyring } from '../ports/keyring.js';
import { type Ledger, rowsOf } from '../ports/ledger.js';
import type { Random } from '../ports/random.js';

/** What a vault's use cases are made of. */
export interface VaultMeans {
  readonly vaultId: string;
  readonly ledger: Ledger;
  readonly doors: Doors;
  readonly catalog: Catalog;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Random;
}

/** A disk of the consortium as this vault may use it. */
export interface VaultDisk {
  readonly row: Row<'disk'>;
  readonly lease: Row<'lease'> | undefined;
  /** Whether an earlier lease of this vault ended in default there. */
  readonly hasDefaulted: boolean;
  /** Bytes that nobody has leased. */
  readonly unleasedBytes: bigint;
  /** Credits that the pool may still stake. */
  readonly freeCollateral: bigint;
  readonly suspended: boolean;
}

/** Whether a disk takes new leases, as far as its rows say. */
export function isOffering({ row, suspended }: Pick<VaultDisk, 'row' | 'suspended'>, epoch: bigint): boolean {
  const { state } = offerIn(row, epoch);
  return !suspended && state === 'offering' && (row.next?.offer.state ?? 'offering') === 'offering';
}

/** Milliseconds for which a disk that failed gets no new shards. */
const failurePause = 30_000;

/**
 * The owner's open vault: what the gateway knows between requests. Layouts mirror the committed vectors; room that is
 * promised to stripes under way counts as taken until the stripe is committed or given up.
 */
export class Vault {
  readonly means: VaultMeans;
  readonly layouts = new Map<string, LeaseLayout>();
  readonly #disks = new Map<string, VaultDisk>();
  readonly #promised = new Map<string, bigint>();
  readonly #barred = new Set<string>();
  readonly #failedUntil = new Map<string, number>();
  /** The head that the ledger holds, empty before the first flush. */
  head: Buffer = Buffer.alloc(0);
  epoch = 0n;

  constructor(means: VaultMeans) {
    this.means = means;
  }

  get disks(): ReadonlyMap<string, VaultDisk> {
    return this.#disks;
  }

  /** Reads layouts anew from the catalog. */
  reload(): void {
    this.layouts.clear();
    for (const { leaseId, diskId, revision, shards } of this.means.catalog.mirrors()) {
      this.layouts.set(leaseId, new LeaseLayout(leaseId, diskId, revision, shards));
    }
  }

  /** Looks at the ledger: epoch, disks, and which leases of this vault are active. */
  async refresh(): Promise<void> {
    const { ledger, vaultId } = this.means;
    const epoch = (await ledger.read('epoch'))?.number ?? 0n;
    const suspended = new Set<string>();
    for await (const { row } of rowsOf(ledger, 'org')) if (row.state !== 'active') suspended.add(row.msp);
    const leases = new Map<string, Row<'lease'>>();
    const defaulted = new Set<string>();
    for await (const { row } of rowsOf(ledger, 'lease')) {
      if (row.vaultId !== vaultId) continue;
      if (row.state === 'active') leases.set(row.diskId, row);
      if (row.state === 'defaulted') defaulted.add(row.diskId);
    }
    const found = new Map<string, VaultDisk>();
    for await (const { row } of rowsOf(ledger, 'disk')) {
      const pool = await ledger.read('pool', row.diskId);
      const unleasedBytes = offerIn(row, epoch).capacityBytes - (pool?.reservedBytes ?? 0n);
      found.set(row.diskId, {
        row,
        lease: leases.get(row.diskId),
        hasDefaulted: defaulted.has(row.diskId),
        unleasedBytes,
        freeCollateral: pool?.collateral ?? 0n,
        suspended: suspended.has(row.provider.msp),
      });
    }
    this.epoch = epoch;
    this.#disks.clear();
    for (const [diskId, disk] of found) this.#disks.set(diskId, disk);
  }

  /** Whether a lease of this vault is active, as of the last look. */
  isActive(leaseId: string): boolean {
    return [...this.#disks.values()].some((disk) => disk.lease?.leaseId === leaseId);
  }

  /** Disks with a usable lease and the room left in it, failing ones without room. */
  candidates(): (CandidateDisk & { readonly leaseId: string })[] {
    return [...this.#disks.values()].flatMap((disk) => {
      const { lease, row } = disk;
      if (lease === undefined || termsIn(lease, this.epoch).lastEpoch <= this.epoch) return [];
      const { site, region } = offerIn(row, this.epoch);
      return [
        {
          diskId: row.diskId,
          organization: row.provider.msp,
          site,
          region,
          leaseId: lease.leaseId,
          freeBytes: this.#isShut(lease) ? 0 : Number(this.#freeIn(lease)),
          price: lease.price,
          record: 1,
        },
      ];
    });
  }

  #isShut({ diskId, leaseId }: Row<'lease'>): boolean {
    return this.isFailing(diskId) || this.#barred.has(leaseId);
  }

  #freeIn(lease: Row<'lease'>): bigint {
    const used = this.layouts.get(lease.leaseId)?.vector.bytes ?? 0n;
    const free = roomOf(lease, this.epoch) - used - (this.#promised.get(lease.leaseId) ?? 0n);
    return free > 0n ? free : 0n;
  }

  /** Counts room of a lease as taken. */
  promise(leaseId: string, sizeBytes: number): void {
    this.#promised.set(leaseId, (this.#promised.get(leaseId) ?? 0n) + accountedBytes(sizeBytes));
  }

  /** Gives promised room back: the shard is committed and counted by its vector, or given up. */
  release(leaseId: string, sizeBytes: number): void {
    this.#promised.set(leaseId, (this.#promised.get(leaseId) ?? 0n) - accountedBytes(sizeBytes));
  }

  /** Whether shards are on their way to a lease. */
  isPromised(leaseId: string): boolean {
    return (this.#promised.get(leaseId) ?? 0n) > 0n;
  }

  /** The lease gets no new shards until {@link admit}: its owner is about to end it. */
  bar(leaseId: string): void {
    this.#barred.add(leaseId);
  }

  /** The lease gets shards again. */
  admit(leaseId: string): void {
    this.#barred.delete(leaseId);
  }

  /** The disk gets no new shards for a while. */
  noteFailure(diskId: string): void {
    this.#failedUntil.set(diskId, this.means.clock.now() + failurePause);
  }

  isFailing(diskId: string): boolean {
    return (this.#failedUntil.get(diskId) ?? 0) > this.means.clock.now();
  }

  /** The door of a disk; Fault `door-unreachable` for a disk that the ledger does not know. */
  doorOf(diskId: string): Door {
    const disk = this.#disks.get(diskId);
    if (disk === undefined)
      throw new Fault('door-unreachable', `no disk ${diskId} is known`, { retryable: true });
    return this.means.doors.at(offerIn(disk.row, this.epoch).door);
  }
}
