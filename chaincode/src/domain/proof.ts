import { chunkLength, type ChunkProof, proveChunk, verifyChunk } from './blake3.js';
import type { Answer, Cure, LeaseProof } from './bundle.js';
import { cureChunk, drawnChunk, drawnShard, firstDraw, type Lottery, nextDraw } from './challenge.js';
import type { Content, Entry, Loss, VerdictReason } from './rows.js';
import { accountedBytes, type ShardVector, verifyPath } from './vector.js';

/** What is asked of a lease in an epoch. */
export interface Question extends Lottery {
  readonly challenges: number;
  readonly losses: readonly Pick<Loss, 'digest' | 'size'>[];
}

/** What the law thinks of a lease's proof: no reason when everything holds; `cured` names losses shown to be back either way. */
export interface Judgement {
  readonly reason?: VerdictReason;
  readonly cured: readonly string[];
}

/**
 * Judges a proof against the content that is audited. Indices, sides and lengths come from the question and the
 * content, never from the proof. Empty content asks for nothing. A reported loss keeps the lease unpaid until cured.
 */
export function judge(
  question: Question,
  content: Pick<Content, 'root' | 'count'>,
  proof: LeaseProof,
): Judgement {
  const reason = judgeAnswers(question, content, proof.answers);
  const cured = reason === undefined ? curedBy(question, content, proof.cures) : [];
  if (reason !== undefined) return { reason, cured };
  return question.losses.every((loss) => cured.includes(loss.digest))
    ? { cured }
    : { reason: 'loss-uncured', cured };
}

function judgeAnswers(
  question: Question,
  content: Pick<Content, 'root' | 'count'>,
  answers: readonly Answer[],
): VerdictReason | undefined {
  if (answers.length !== (content.count === 0n ? 0 : question.challenges)) return 'malformed';
  let draw = firstDraw(question);
  for (const answer of answers) {
    const reason = judgeAnswer(
      content,
      drawnShard(draw, content.count),
      (size) => drawnChunk(draw, size),
      answer,
    );
    if (reason !== undefined) return reason;
    draw = nextDraw(draw, answer.proof.chunk);
  }
  return undefined;
}

function judgeAnswer(
  content: Pick<Content, 'root' | 'count'>,
  index: bigint,
  chunkOf: (size: number) => number,
  { entry, path, proof }: Answer,
): VerdictReason | undefined {
  if (entry.size < 64 || entry.size > 1 << 20) return 'size-wrong';
  if (!verifyPath(content.root, content.count, index, entry, path)) return 'path-wrong';
  const chunk = chunkOf(entry.size);
  if (proof.chunk.length !== chunkLength(entry.size, chunk)) return 'size-wrong';
  return verifyChunk(Buffer.from(entry.digest, 'hex'), entry.size, chunk, proof) ? undefined : 'chunk-wrong';
}

/** Digests of reported losses whose cure holds: the very shard stands in the audited content and its drawn chunk is shown. */
function curedBy(
  question: Question,
  content: Pick<Content, 'root' | 'count'>,
  cures: readonly Cure[],
): string[] {
  return question.losses
    .filter((loss) =>
      cures.some((cure) => {
        const chunk = cureChunk(question, loss);
        const same = cure.entry.digest === loss.digest && cure.entry.size === loss.size;
        return same && judgeAnswer(content, BigInt(cure.index), () => chunk, cure) === undefined;
      }),
    )
    .map((loss) => loss.digest);
}

/** Reads a shard from the own disk; undefined when it is not there or not whole. */
export type ReadShard = (entry: Entry) => Promise<Uint8Array | undefined>;

/** A proof, or the entries that could not be read, by index. */
export type Proving =
  | { readonly proof: LeaseProof }
  | { readonly missing: readonly { readonly index: number; readonly entry: Entry }[] };

/** Proves one chunk of a shard of the own disk; undefined when it can't, because the shard is not there or not whole. */
export type ProveShard = (entry: Entry, chunk: number) => Promise<ChunkProof | undefined>;

/**
 * Answers the question from the vector that is audited and the shards at hand: the building twin of {@link judge}.
 * Stops at the first drawn shard that is missing, because the next draw hangs on its bytes.
 */
export async function prove(question: Question, vector: ShardVector, read: ReadShard): Promise<Proving> {
  return proveBy(question, vector, async (entry, chunk) => {
    const shard = await read(entry);
    return shard === undefined ? undefined : proveChunk(shard, chunk);
  });
}

/** The same for a disk that proves chunks without reading whole shards. */
export async function proveBy(
  question: Question,
  vector: ShardVector,
  proveShard: ProveShard,
): Promise<Proving> {
  const answers: Answer[] = [];
  let draw = firstDraw(question);
  for (let round = 0; round < question.challenges && vector.count > 0; round += 1) {
    const index = Number(drawnShard(draw, BigInt(vector.count)));
    const current = draw;
    const answer = await answerFor(vector, index, (size) => drawnChunk(current, size), proveShard);
    if (answer === undefined) return { missing: [{ index, entry: vector.entry(index) as Entry }] };
    answers.push(answer);
    draw = nextDraw(draw, answer.proof.chunk);
  }
  return {
    proof: { leaseId: question.leaseId, answers, cures: await curesFor(question, vector, proveShard) },
  };
}

async function answerFor(
  vector: ShardVector,
  index: number,
  chunkOf: (size: number) => number,
  proveShard: ProveShard,
): Promise<Answer | undefined> {
  const entry = vector.entry(index) as Entry;
  const proof = await proveShard(entry, chunkOf(entry.size));
  return proof === undefined ? undefined : { entry, path: vector.path(index), proof };
}

async function curesFor(question: Question, vector: ShardVector, proveShard: ProveShard): Promise<Cure[]> {
  const cures: Cure[] = [];
  for (const loss of question.losses) {
    const index = vector.entries.findIndex(
      (entry) => entry.digest === loss.digest && entry.size === loss.size,
    );
    const chunk = cureChunk(question, loss);
    const answer = index < 0 ? undefined : await answerFor(vector, index, () => chunk, proveShard);
    if (answer !== undefined) cures.push({ index, ...answer });
  }
  return cures;
}

/** Whether a content row can belong to any vector: an empty one has the empty root and no bytes. */
export function plausible(content: Content, emptyRoot: string): boolean {
  if (content.count === 0n) return content.root === emptyRoot && content.bytes === 0n;
  return content.root !== emptyRoot && content.bytes >= content.count * accountedBytes(0);
}
