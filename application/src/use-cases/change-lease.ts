import {
  add,
  checkTerm,
  finalTerms,
  insist,
  insistActive,
  offerIn,
  perGibibyte,
  type Row,
  termsIn,
} from '@dstore/chaincode/domain';
import { isOutcomeUnknown } from '../ports/fault.js';
import type { PolicyStore } from '../ports/policy-store.js';
import { notesForEscrow } from './find-notes.js';
import type { KeepLeases } from './keep-leases.js';
import { isOffering, type Vault } from './vault.js';

/** The lease that an owner asks for. */
export interface LeaseWish {
  readonly diskId: string;
  readonly capacityBytes: bigint;
  readonly termEpochs: bigint;
  /** Credits per GiB and epoch that it agrees to. */
  readonly maxPrice: bigint;
}

/** A lease that changed. */
export interface LeaseChange {
  readonly leaseId: string;
  /** Undefined where the ledger did not say in time what became of it, and the lease's row did. */
  readonly txId?: string;
}

/**
 * What an owner does to the vault's leases with its own hands, each in between two runs of the policy. The budget of the
 * policy does not bind it; the least collateral does. Denial `escrow-short` says how many credits are missing; the other
 * noes are the law's. Fault `outcome-unknown` only where the rows don't tell either whether it was done.
 */
export class ChangeLease {
  readonly #vault: Vault;
  readonly #leases: Pick<KeepLeases, 'alone'>;
  readonly #policies: Pick<PolicyStore, 'read' | 'avoid'>;

  constructor(
    vault: Vault,
    leases: Pick<KeepLeases, 'alone'>,
    policies: Pick<PolicyStore, 'read' | 'avoid'>,
  ) {
    this.#vault = vault;
    this.#leases = leases;
    this.#policies = policies;
  }

  /** One lease a disk: `disk-not-offering` where the vault has one there. The policy avoids the disk no longer. */
  open(wish: LeaseWish): Promise<LeaseChange> {
    return this.#leases.alone(async () => {
      const notes = await notesForEscrow(this.#vault.means.ledger, await this.#escrowFor(wish));
      const change = await this.#avoiding(wish.diskId, false, () => this.#opened(wish, notes));
      await this.#look();
      return change;
    });
  }

  /** A longer term; `price-changed` where the lease costs more than `maxPrice`. */
  extend(leaseId: string, termEpochs: bigint, maxPrice: bigint): Promise<LeaseChange> {
    return this.#leases.alone(async () => {
      checkTerm(termEpochs);
      const { ledger } = this.#vault.means;
      const lease = await this.#own(leaseId);
      const { price } = lease;
      insist(price <= maxPrice, 'price-changed', `the lease costs ${price} per GiB and epoch`);
      const epoch = (await ledger.read('epoch'))?.number ?? 0n;
      const escrow = add(perGibibyte(price, termsIn(lease, epoch).capacityBytes) * termEpochs);
      const notes = await notesForEscrow(ledger, escrow);
      const change = await settled(
        ledger.submit('LeaseContract:ExtendLease', { leaseId, termEpochs, notes }).then(changeOf(leaseId)),
        async () => isLonger(lease, await ledger.read('lease', leaseId), termEpochs) && { leaseId },
      );
      await this.#look();
      return change;
    });
  }

  /**
   * Ends an empty lease, or one whose term and grace are over. The policy opens none on its disk from then on. Nothing is
   * placed there meanwhile.
   */
  close(leaseId: string): Promise<LeaseChange> {
    return this.#leases.alone(async () => {
      const { diskId } = await this.#own(leaseId);
      this.#vault.bar(leaseId);
      try {
        const promised = this.#vault.isPromised(leaseId);
        insist(!promised, 'lease-not-empty', 'shards are on their way to the lease');
        const change = await this.#avoiding(diskId, true, () => this.#closed(leaseId));
        await this.#look();
        return change;
      } finally {
        this.#vault.admit(leaseId);
      }
    });
  }

  #opened({ diskId, ...terms }: LeaseWish, notes: string[]): Promise<LeaseChange> {
    const { ledger, vaultId } = this.#vault.means;
    const minCollateral = perGibibyte(this.#policies.read().minCollateralRate, terms.capacityBytes);
    const leases = [{ diskId, ...terms, minCollateral }];
    return settled(
      ledger
        .submit('LeaseContract:OpenLease', { vaultId, leases, notes })
        .then(({ txId, result }) => ({ leaseId: result.leaseIds[0] ?? '', txId })),
      async () => {
        await this.#vault.refresh();
        const lease = this.#vault.disks.get(diskId)?.lease;
        return lease !== undefined && { leaseId: lease.leaseId };
      },
    );
  }

  #closed(leaseId: string): Promise<LeaseChange> {
    const { ledger } = this.#vault.means;
    return settled(
      ledger.submit('LeaseContract:CloseLease', { leaseId }).then(changeOf(leaseId)),
      async () => (await ledger.read('lease', leaseId))?.state === 'closed' && { leaseId },
    );
  }

  /** What is done stays done when the ledger can't be looked at now; the vault looks again before its next run. */
  #look(): Promise<void> {
    return this.#vault.refresh().catch(() => undefined);
  }

  /** Says no before credits are counted, so that a no does not depend on them. */
  async #escrowFor({ diskId, capacityBytes, termEpochs, maxPrice }: LeaseWish): Promise<bigint> {
    checkTerm(termEpochs);
    insist(capacityBytes > 0n, 'capacity-out-of-range', 'a lease has a capacity above zero');
    await this.#vault.refresh();
    const disk = this.#vault.disks.get(diskId);
    insist(disk !== undefined, 'disk-unknown', `the ledger has no disk ${diskId}`);
    const taken = disk.lease?.leaseId;
    insist(taken === undefined, 'disk-not-offering', `the vault has lease ${taken} there: extend it`);
    insist(isOffering(disk, this.#vault.epoch), 'disk-not-offering', `${diskId} takes no new leases`);
    const { price } = offerIn(disk.row, this.#vault.epoch);
    insist(price <= maxPrice, 'price-changed', `${diskId} asks ${price} per GiB and epoch`);
    const free = disk.unleasedBytes;
    insist(capacityBytes <= free, 'disk-full', `${diskId} has ${free > 0n ? free : 0n} bytes free`);
    return add(perGibibyte(price, capacityBytes) * termEpochs);
  }

  async #own(leaseId: string): Promise<Row<'lease'>> {
    const lease = await this.#vault.means.ledger.read('lease', leaseId);
    insist(lease !== undefined, 'lease-unknown', 'the ledger has no such lease');
    insist(lease.vaultId === this.#vault.means.vaultId, 'not-owner', 'the lease is of another vault');
    insistActive(lease);
    return lease;
  }

  /** Lets the policy avoid a disk, or not, from before an act on; as before where the act was surely not done. */
  async #avoiding<T>(diskId: string, avoided: boolean, act: () => Promise<T>): Promise<T> {
    const { avoid: before = [] } = this.#policies.read();
    const others = before.filter((each) => each !== diskId);
    const then = avoided ? [...others, diskId] : others;
    const changes = before.includes(diskId) !== avoided;
    if (changes) await this.#policies.avoid(then);
    try {
      return await act();
    } catch (error) {
      if (changes && !isOutcomeUnknown(error)) await this.#policies.avoid(before);
      throw error;
    }
  }
}

const changeOf =
  (leaseId: string) =>
  ({ txId }: { readonly txId: string }): LeaseChange => ({ leaseId, txId });

/** What was submitted; where its outcome stays unknown, what a look at the rows finds of it. */
async function settled(
  submitted: Promise<LeaseChange>,
  look: () => Promise<LeaseChange | false>,
): Promise<LeaseChange> {
  try {
    return await submitted;
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    const found = await look().catch(() => false as const);
    if (found === false) throw error;
    return found;
  }
}

function isLonger(before: Row<'lease'>, now: Row<'lease'> | undefined, byEpochs: bigint): boolean {
  return now !== undefined && finalTerms(now).lastEpoch === finalTerms(before).lastEpoch + byEpochs;
}
