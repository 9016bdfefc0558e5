import { accountedBytes, insist, offerIn, perGibibyte, termsIn } from '@dstore/chaincode/domain';
import type { Geometry } from '../core/geometry.js';
import { careFor, type LeasePolicy } from '../core/lease-policy.js';
import { chooseNotes } from '../core/note-choice.js';
import type { Log } from '../ports/log.js';
import type { PolicyStore } from '../ports/policy-store.js';
import { heldNotes } from './find-notes.js';
import { isOffering, type Vault, type VaultDisk } from './vault.js';

/** A digest that no shard has. */
const noShard = '00'.repeat(32);

/** Most leases that one transaction opens. */
const openedAtOnce = 16;

interface Run {
  /** The shard that disks must have room for. */
  readonly shardSizeBytes: number;
  readonly ended: Promise<void>;
}

/**
 * Keeps a vault's leases by its policy: one on every disk that offers room at the price, extended in time, grown when
 * they run full, within its budget. One change of a lease an epoch. Runs one at a time; whoever comes meanwhile waits
 * for the same run, or, with a need that it doesn't see to, for one more. What the owner does to leases goes in between.
 */
export class KeepLeases {
  readonly #vault: Vault;
  readonly #policies: Pick<PolicyStore, 'read'>;
  readonly #log: Log;
  /** Escrow of leases that were opened since the vault last looked at the ledger. */
  #fresh = 0n;
  #running: Run | undefined;
  /** The run after the one under way, for all who need more than that sees to. */
  #next: Run | undefined;
  /** Ends with the last change of leases that was begun. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(vault: Vault, policies: Pick<PolicyStore, 'read'>, log: Log) {
    this.#vault = vault;
    this.#policies = policies;
    this.#log = log;
  }

  /** With `need`, grows what is too small for such a shard too, and leaves out disks without room for one. */
  run(need?: { readonly geometry: Geometry; readonly shardSizeBytes: number }): Promise<void> {
    const shardSizeBytes = need?.shardSizeBytes ?? 0;
    const running = this.#running;
    if (running === undefined) return this.#begin(shardSizeBytes).ended;
    if (shardSizeBytes <= running.shardSizeBytes) return running.ended;
    this.#next ??= { shardSizeBytes, ended: this.#after(running) };
    if (shardSizeBytes > this.#next.shardSizeBytes) this.#next = { ...this.#next, shardSizeBytes };
    return this.#next.ended;
  }

  /** Does something to the leases while no run is under way, and lets none begin meanwhile. */
  alone<T>(act: () => Promise<T>): Promise<T> {
    const acted = this.#changing.then(act);
    this.#changing = acted.catch(() => undefined);
    return acted;
  }

  get #policy(): LeasePolicy {
    return this.#policies.read();
  }

  #begin(shardSizeBytes: number): Run {
    const ended = this.alone(() => this.#keep(shardSizeBytes)).finally(() => {
      this.#running = undefined;
    });
    this.#running = { shardSizeBytes, ended };
    return this.#running;
  }

  async #after(running: Run): Promise<void> {
    await running.ended.catch(() => undefined);
    const shardSizeBytes = this.#next?.shardSizeBytes ?? 0;
    this.#next = undefined;
    await this.#begin(shardSizeBytes).ended;
  }

  async #keep(shardSizeBytes: number): Promise<void> {
    await this.#vault.refresh();
    this.#fresh = 0n;
    if (this.#policy.auto === false) return;
    const disks = [...this.#vault.disks.values()];
    const wanted: VaultDisk[] = [];
    for (const disk of disks)
      if (this.#wanted(disk, shardSizeBytes) && (await this.#isThere(disk))) wanted.push(disk);
    const changed =
      (await this.#open(wanted)) ||
      (await this.#care(disks, shardSizeBytes === 0 ? 0n : accountedBytes(shardSizeBytes)));
    if (changed) await this.#vault.refresh();
  }

  #wanted(disk: VaultDisk, shardSizeBytes: number): boolean {
    const offer = offerIn(disk.row, this.#vault.epoch);
    const avoided = this.#policy.avoid?.includes(disk.row.diskId) ?? false;
    const open = disk.lease === undefined && isOffering(disk, this.#vault.epoch) && !avoided;
    const fair =
      offer.price <= this.#policy.maxPrice && offer.collateralRate >= this.#policy.minCollateralRate;
    return (
      open &&
      fair &&
      disk.unleasedBytes >= accountedBytes(shardSizeBytes) &&
      !this.#vault.isFailing(disk.row.diskId)
    );
  }

  /** A disk that defaulted before is leased again only if its door answers. */
  async #isThere({ row, hasDefaulted }: VaultDisk): Promise<boolean> {
    if (!hasDefaulted) return true;
    return this.#vault
      .doorOf(row.diskId)
      .hasShard(noShard)
      .then(
        () => true,
        () => false,
      );
  }

  /** A disk whose pool is dry, say, must not keep the others from being leased: they are opened one by one then. */
  async #open(disks: readonly VaultDisk[]): Promise<boolean> {
    let opened = false;
    for (let at = 0; at < disks.length; at += openedAtOnce) {
      const batch = disks.slice(at, at + openedAtOnce);
      opened = (await this.#openBatch(batch)) || opened;
    }
    return opened;
  }

  async #openBatch(batch: readonly VaultDisk[]): Promise<boolean> {
    try {
      await this.#submitOpen(batch);
      return true;
    } catch (error) {
      this.#log.warn('leases not opened', { disks: batch.map((disk) => disk.row.diskId), error });
      if (batch.length === 1) return false;
    }
    let opened = false;
    for (const disk of batch) opened = (await this.#openBatch([disk])) || opened;
    return opened;
  }

  async #submitOpen(batch: readonly VaultDisk[]): Promise<void> {
    const { ledger, vaultId } = this.#vault.means;
    const { termEpochs, maxPrice, minCollateralRate, capacityBytes: wished } = this.#policy;
    const leases = batch.map((disk) => {
      const capacityBytes = disk.unleasedBytes < wished ? disk.unleasedBytes : wished;
      const minCollateral = perGibibyte(minCollateralRate, capacityBytes);
      return { diskId: disk.row.diskId, capacityBytes, termEpochs, maxPrice, minCollateral };
    });
    const escrow = batch
      .map(
        (disk, index) =>
          perGibibyte(offerIn(disk.row, this.#vault.epoch).price, leases[index]?.capacityBytes ?? 0n) *
          termEpochs,
      )
      .reduce((sum, due) => sum + due, 0n);
    await ledger.submit('LeaseContract:OpenLease', { vaultId, leases, notes: await this.#notes(escrow) });
    this.#fresh += escrow;
  }

  async #care(disks: readonly VaultDisk[], neededBytes: bigint): Promise<boolean> {
    let changed = false;
    for (const disk of disks) changed = (await this.#careFor(disk, neededBytes)) || changed;
    return changed;
  }

  async #careFor({ lease, unleasedBytes }: VaultDisk, neededBytes: bigint): Promise<boolean> {
    if (lease === undefined) return false;
    const { epoch, layouts, means } = this.#vault;
    const { capacityBytes, lastEpoch } = lease.next?.terms ?? lease.terms;
    const changedIn = lease.next === undefined ? undefined : lease.next.from - 1n;
    const usedBytes = layouts.get(lease.leaseId)?.vector.bytes ?? 0n;
    const care = careFor(
      { leaseId: lease.leaseId, capacityBytes, lastEpoch, usedBytes, changedIn },
      { ...this.#policy, headroomBytes: larger(this.#policy.headroomBytes, neededBytes) },
      epoch,
    );
    if (care === undefined) return false;
    const now = termsIn(lease, epoch).capacityBytes;
    try {
      if (care.kind === 'extend') {
        const notes = await this.#notes(perGibibyte(lease.price, now) * care.termEpochs);
        await means.ledger.submit('LeaseContract:ExtendLease', {
          leaseId: lease.leaseId,
          termEpochs: care.termEpochs,
          notes,
        });
      } else {
        const room = now + unleasedBytes;
        const grown = care.capacityBytes < room ? care.capacityBytes : room;
        if (grown <= now) return false;
        const more = perGibibyte(lease.price, grown) - perGibibyte(lease.price, now);
        const notes = await this.#notes(more * (lastEpoch - epoch));
        await means.ledger.submit('LeaseContract:ResizeLease', {
          leaseId: lease.leaseId,
          capacityBytes: grown,
          notes,
        });
      }
      return true;
    } catch (error) {
      this.#log.warn('lease not changed', { leaseId: lease.leaseId, care: care.kind, error });
      return false;
    }
  }

  /** Notes for so much more escrow; Refusal `escrow-short` where the budget does not allow it. */
  async #notes(amount: bigint): Promise<string[]> {
    await this.#insistBudget(amount);
    return chooseNotes(await heldNotes(this.#vault.means.ledger), amount).map((note) => note.noteId);
  }

  async #insistBudget(amount: bigint): Promise<void> {
    const { budget } = this.#policy;
    if (budget === undefined) return;
    let held = this.#fresh;
    for (const { lease } of this.#vault.disks.values())
      if (lease !== undefined)
        held += (await this.#vault.means.ledger.read('tab', lease.leaseId))?.escrow ?? 0n;
    insist(
      held + amount <= budget,
      'escrow-short',
      `of the budget of ${budget} credits ${held} are in escrow`,
    );
  }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
