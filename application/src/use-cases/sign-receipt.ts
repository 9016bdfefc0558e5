import {
  type Account,
  type Content,
  type Entry,
  insist,
  receiptBytes,
  roomOf,
  type Row,
  type ShardVector,
} from '@dstore/chaincode/domain';
import type { ReceiptRequest } from '../ports/door.js';
import { Denial } from '../ports/fault.js';
import type { FollowCommits } from './follow-commits.js';
import type { LeasedDisk } from './leased-disk.js';

/** Shards named in a refusal. */
const mostNamed = 16;

/**
 * Signs for a lease's new content: applies the changes to its own vector, and signs only what it worked out itself and
 * holds every shard of. What it signed for is in the book before the signature leaves. Several contents may be
 * open for one revision, up to `receiptsOpen`. Refuses what the law refuses; Denials `content-diverged`, `shard-missing`,
 * `lease-full`.
 */
export class SignReceipt {
  readonly #disk: LeasedDisk;
  readonly #commits: Pick<FollowCommits, 'settle'>;
  /** Leases whose book was compared with the ledger since the process started. */
  readonly #compared = new Set<string>();

  constructor(disk: LeasedDisk, commits: Pick<FollowCommits, 'settle'>) {
    this.#disk = disk;
    this.#commits = commits;
  }

  run(caller: Account, request: ReceiptRequest): Promise<string> {
    return this.#disk.inTurn(request.leaseId, () => this.#sign(caller, request));
  }

  async #sign(caller: Account, request: ReceiptRequest): Promise<string> {
    const { leaseId, content, changes, lastEpoch } = request;
    const { lease } = await this.#disk.ownedLease(caller, leaseId);
    const params = await this.#insistInTime(lastEpoch);
    await this.#insistNext(leaseId, content);
    const vector = this.#vectorAfter(request);
    insist(content.bytes <= roomOf(lease, lastEpoch), 'lease-full', `lease ${leaseId} has no room for this`);
    const appended = changes.flatMap((change) => (change.kind === 'remove' ? [] : [change.entry]));
    await this.#insistHeld(appended, vector);
    const { book, journal, agent, ledger, diskId } = this.#disk.means;
    const open = book.pending(leaseId).filter((one) => one.content.root !== content.root);
    if (open.length >= params.receiptsOpen)
      throw new Denial('content-diverged', `${open.length} receipts are open for this revision`);
    await journal.note({ leaseId, content, changes, lastEpoch });
    book.addPending({ leaseId, content, changes, lastEpoch });
    for (const { digest } of appended) this.#disk.uncommitted.delete(digest);
    const message = receiptBytes(ledger.channel, { leaseId, diskId, content, lastEpoch });
    return (await agent.sign(message)).toString('base64');
  }

  /** Epoch and parameters may be a moment old where they allow the receipt; a refusal is by what the ledger has now. */
  async #insistInTime(lastEpoch: bigint): Promise<Row<'params'>['params']> {
    const { rows, means } = this.#disk;
    const [epoch, params] = await Promise.all([rows.read('epoch'), rows.read('params')]);
    if (epoch !== undefined && params !== undefined && isInTime(lastEpoch, epoch, params))
      return params.params;
    const [epochNow, paramsNow] = await Promise.all([
      means.ledger.read('epoch'),
      means.ledger.read('params'),
    ]);
    insist(
      epochNow !== undefined && paramsNow !== undefined,
      'epoch-unknown',
      'no epoch has been opened yet',
    );
    insist(epochNow.number <= lastEpoch, 'receipt-lapsed', `epoch ${epochNow.number} runs`);
    const most = paramsNow.params.receiptEpochs;
    insist(
      isInTime(lastEpoch, epochNow, paramsNow),
      'term-out-of-range',
      `a receipt is good for ${most} epochs at most`,
    );
    return paramsNow.params;
  }

  /**
   * The revision must follow the one committed last; where it does not, the ledger may know more than the book. A book that
   * was lost must not sign for a first revision, so the first time the ledger is asked in any case.
   */
  async #insistNext(leaseId: string, content: Content): Promise<void> {
    const current = () => this.#disk.means.book.current(leaseId)?.content.revision ?? 0n;
    if (content.revision !== current() + 1n || !this.#compared.has(leaseId)) {
      if (!(await this.#commits.settle(leaseId)))
        throw new Denial('content-diverged', 'the lease book lacks what the ledger names');
      this.#compared.add(leaseId);
    }
    if (content.revision !== current() + 1n)
      throw new Denial('content-diverged', `the content is at revision ${current()}`, {
        revision: String(current()),
      });
  }

  #vectorAfter({ leaseId, changes, content }: ReceiptRequest): ShardVector {
    const vector = this.#disk.vector(leaseId).applied(changes);
    const same =
      vector.root === content.root &&
      BigInt(vector.count) === content.count &&
      vector.bytes === content.bytes;
    if (!same) throw new Denial('content-diverged', 'the changes lead to another content');
    return vector;
  }

  async #insistHeld(entries: readonly Entry[], vector: ShardVector): Promise<void> {
    const { disk } = this.#disk.means;
    const sizes = await Promise.all(entries.map(({ digest }) => disk.sizeOf(digest)));
    // Asked after the disk was: a deletion that began meanwhile has given the shard up already.
    const missing = entries
      .filter(({ digest, size }, at) => sizes[at] !== size || !this.#disk.answersFor(digest))
      .map(({ digest }) => digest);
    if (missing.length === 0) return;
    throw new Denial('shard-missing', `${missing.length} of ${vector.count} shards are not here`, {
      shards: missing.slice(0, mostNamed).join(' '),
    });
  }
}

function isInTime(lastEpoch: bigint, { number }: Row<'epoch'>, { params }: Row<'params'>): boolean {
  return number <= lastEpoch && lastEpoch <= number + params.receiptEpochs;
}
