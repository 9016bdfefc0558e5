import {
  type ChunkProof,
  encodeBundle,
  type Entry,
  type LeaseProof,
  limits,
  proveBy,
  Refusal,
  type Row,
  sha256,
  ShardVector,
  termsIn,
  type Verdict,
} from '@dstore/chaincode/domain';
import { maxShardBytes, shardDigest } from '../core/shard.js';
import { proofRange, proveChunkWithTree } from '../core/shard-tree.js';
import { SpareBuffers } from '../core/spare-buffers.js';
import { TreeKernel } from '../core/tree-kernel.js';
import { rowsOf } from '../ports/ledger.js';
import { auditedContent } from './audited-content.js';
import type { FollowCommits } from './follow-commits.js';
import type { LeasedDisk } from './leased-disk.js';
import type { MissingShard, ReportLosses } from './report-losses.js';

/** Room that a bundle leaves for its own frame, bytes. */
const frameBytes = 1024;

interface Due {
  readonly lease: Row<'lease'>;
  readonly tab: Row<'tab'>;
}

/**
 * Answers this epoch's challenges for every lease of a disk from the disk itself, never from anywhere else: chained reads,
 * proofs, one transaction for many leases, paid as they are judged. A drawn shard that is missing is reported. May run
 * at any time and again: what the ledger has judged already is left alone.
 */
export class AnswerChallenges {
  readonly #disk: LeasedDisk;
  readonly #commits: Pick<FollowCommits, 'settle'>;
  readonly #losses: Pick<ReportLosses, 'run'>;
  readonly #trees = new TreeKernel();
  readonly #rooms = new SpareBuffers(maxShardBytes + 1, 1);
  /** What was refused in which epoch; the same answer again would be refused again. */
  readonly #refused = new Map<string, string>();

  constructor(disk: LeasedDisk, commits: Pick<FollowCommits, 'settle'>, losses: Pick<ReportLosses, 'run'>) {
    this.#disk = disk;
    this.#commits = commits;
    this.#losses = losses;
  }

  /** Answers the verdicts of this run. Faults of disk and ledger reject; the next run goes on. */
  async run(signal?: AbortSignal): Promise<Verdict[]> {
    const { ledger } = this.#disk.means;
    const epoch = (await ledger.read('epoch'))?.number ?? 0n;
    const seed = (await ledger.read('epochs', epoch.toString()))?.seed;
    if (seed === undefined) return [];
    const proofs: LeaseProof[] = [];
    const missing: MissingShard[] = [];
    for (const due of await this.#due(epoch)) {
      signal?.throwIfAborted();
      const found = await this.#prove(due, seed, epoch);
      if ('missing' in found)
        missing.push(...found.missing.map((shard) => ({ ...shard, leaseId: due.lease.leaseId })));
      else if (this.#refused.get(due.lease.leaseId) !== fingerprint(epoch, found.proof))
        proofs.push(found.proof);
    }
    const verdicts = await this.#submitAll(proofs, epoch);
    await this.#losses.run(missing);
    return verdicts;
  }

  /** Leases that may be paid for this epoch and are not yet. */
  async #due(epoch: bigint): Promise<Due[]> {
    const { ledger, diskId } = this.#disk.means;
    const found: Due[] = [];
    for await (const { row } of rowsOf(ledger, 'lease')) {
      const runs = epoch >= row.firstEpoch && epoch <= termsIn(row, epoch).lastEpoch;
      if (row.diskId !== diskId || row.state !== 'active' || !runs) continue;
      const tab = await ledger.read('tab', row.leaseId);
      if (tab !== undefined && tab.provenThrough < epoch) found.push({ lease: row, tab });
    }
    return found;
  }

  async #prove({ lease, tab }: Due, seed: string, epoch: bigint) {
    const { ledger, book } = this.#disk.means;
    const { leaseId } = lease;
    const audited = await auditedContent(ledger, leaseId, epoch);
    const { channel } = ledger;
    const { challenges } = lease.pinned;
    const question = { channel, seed, epoch, leaseId, challenges, losses: tab.losses };
    if (audited === undefined) return proveBy(question, ShardVector.of(), async () => undefined);
    if ((book.current(leaseId)?.content.revision ?? 0n) < audited.revision)
      await this.#disk.inTurn(leaseId, () => this.#commits.settle(leaseId));
    const entries = book.entries(leaseId, audited.revision);
    if (entries === undefined) {
      this.#disk.means.log.error('an audited content is not in the lease book', {
        leaseId,
        revision: audited.revision,
      });
      return { missing: [] };
    }
    return proveBy(question, ShardVector.of(entries), (entry, chunk) => this.#proveShard(entry, chunk));
  }

  /** Undefined when the shard is not on the disk, or not whole. */
  async #proveShard({ digest, size }: Entry, chunk: number): Promise<ChunkProof | undefined> {
    const room = this.#rooms.take();
    const bytes = await this.#disk.means.disk.get(digest, room);
    const isWhole = bytes !== undefined && bytes.length === size && shardDigest(bytes) === digest;
    const proof = isWhole ? this.#proveChunk(bytes, chunk) : undefined;
    this.#rooms.give(room);
    return proof;
  }

  /** The chunk is a copy: thirty proofs must not hold thirty shards in memory until they are submitted. */
  #proveChunk(bytes: Buffer, chunk: number): ChunkProof | undefined {
    const { start, end } = proofRange(bytes.length, chunk);
    const part = bytes.subarray(start, end);
    const proof = proveChunkWithTree(this.#trees.treeOf(bytes), bytes.length, chunk, part);
    return proof === undefined ? undefined : { ...proof, chunk: Buffer.from(proof.chunk) };
  }

  async #submitAll(proofs: readonly LeaseProof[], epoch: bigint): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (const batch of batches(proofs)) verdicts.push(...(await this.#submit(batch, epoch)));
    return verdicts;
  }

  async #submit(proofs: readonly LeaseProof[], epoch: bigint): Promise<readonly Verdict[]> {
    const { ledger, diskId } = this.#disk.means;
    try {
      const bundle = encodeBundle(proofs);
      await this.#keep(epoch, bundle);
      const args = { epoch, diskId };
      const { result } = await ledger.submit('AuditContract:SubmitProofs', args, { transient: { bundle } });
      this.#note(result.verdicts, proofs, epoch);
      return result.verdicts;
    } catch (error) {
      // Too late, or somebody else with the same key was faster: the next epoch asks anew.
      if (error instanceof Refusal && ['proof-late', 'proof-repeated'].includes(error.code)) return [];
      if (proofs.length === 1 || error instanceof Refusal) throw error;
      return this.#split(proofs, epoch);
    }
  }

  /** For whoever judges it again. A disk that can't keep it proves and is paid all the same. */
  async #keep(epoch: bigint, bundle: Uint8Array): Promise<void> {
    const { bundles, log, diskId } = this.#disk.means;
    await bundles.keep(epoch, sha256(bundle).toString('hex'), bundle).catch((error: unknown) => {
      log.warn('a proof bundle could not be kept', { diskId, epoch, error });
    });
  }

  /** A batch that fails on one lease's change is split, so that the others are paid. */
  async #split(proofs: readonly LeaseProof[], epoch: bigint): Promise<readonly Verdict[]> {
    const half = Math.ceil(proofs.length / 2);
    const outcomes = await Promise.allSettled([
      this.#submit(proofs.slice(0, half), epoch),
      this.#submit(proofs.slice(half), epoch),
    ]);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        this.#disk.means.log.warn('proofs were not judged', { error: outcome.reason as unknown });
    return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  }

  #note(verdicts: readonly Verdict[], proofs: readonly LeaseProof[], epoch: bigint): void {
    for (const { leaseId, verdict, reason } of verdicts) {
      if (verdict === 'proven') continue;
      const proof = proofs.find((one) => one.leaseId === leaseId);
      if (proof !== undefined) this.#refused.set(leaseId, fingerprint(epoch, proof));
      this.#disk.means.log.warn('a proof was refused', { leaseId, epoch, reason });
    }
  }
}

/** Two answers to the same epoch differ in nothing but the losses they cure. */
function fingerprint(epoch: bigint, proof: LeaseProof): string {
  return `${epoch}/${proof.cures.map(({ entry }) => entry.digest).join()}`;
}

function batches(proofs: readonly LeaseProof[]): LeaseProof[][] {
  const found: LeaseProof[][] = [];
  let bytes = 0;
  for (const proof of proofs) {
    const size = encodeBundle([proof]).length;
    const last = found.at(-1);
    if (
      last === undefined ||
      last.length === limits.leasesPerBatch ||
      bytes + size > limits.transientBytes - frameBytes
    ) {
      found.push([proof]);
      bytes = size;
    } else {
      last.push(proof);
      bytes += size;
    }
  }
  return found;
}
