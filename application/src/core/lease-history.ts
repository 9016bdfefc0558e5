import { type Change, type Content, type Entry, Refusal, ShardVector } from '@dstore/chaincode/domain';

/** A change of a lease's content that was signed for. */
export interface SignedChange {
  readonly content: Content;
  readonly changes: readonly Change[];
  readonly lastEpoch: bigint;
}

/** A record of a lease: a change, or a whole vector. */
export type HistoryRecord =
  | ({ readonly kind: 'signed' } & SignedChange)
  | { readonly kind: 'restated'; readonly content: Content; readonly entries: readonly Entry[] };

/** How a content came about: a vector that is known whole, then changes in order. */
export interface History {
  readonly base: { readonly content: Content; readonly entries: readonly Entry[] } | undefined;
  readonly steps: readonly SignedChange[];
  /** Changes that were signed for on top of it. */
  readonly open: readonly SignedChange[];
}

/** A vector on the way, with the way it was reached. */
interface Reached {
  readonly vector: ShardVector;
  readonly base: History['base'];
  readonly step: SignedChange | undefined;
  readonly before: Reached | undefined;
}

/**
 * The way that records lead to a content, or undefined when they don't: every step is worked out, and counts where the
 * root is what was signed for. Several contents may have been signed for one revision; the ledger tells which became true.
 */
export function historyOf(
  records: readonly HistoryRecord[],
  { revision, root }: Pick<Content, 'revision' | 'root'>,
): History | undefined {
  let reached = new Map([[ShardVector.of().root, begin(ShardVector.of(), undefined)]]);
  const revisions = [...new Set(records.map((record) => record.content.revision))].sort(ascending);
  let at = 0n;
  for (const next of revisions) {
    if (next > revision) break;
    const here = records.filter((record) => record.content.revision === next);
    reached = new Map([
      ...(next === at + 1n ? here.flatMap((record) => stepsFrom(reached, record)) : []),
      ...here.flatMap(restatements),
    ]);
    at = next;
  }
  const found = at === revision ? reached.get(root) : undefined;
  if (found === undefined) return undefined;
  const open = records.flatMap((record) =>
    record.kind === 'signed' && record.content.revision === revision + 1n && leads(found.vector, record)
      ? [record]
      : [],
  );
  return { ...wayTo(found), open };
}

const ascending = (a: bigint, b: bigint) => (a < b ? -1 : 1);

function begin(vector: ShardVector, base: History['base']): Reached {
  return { vector, base, step: undefined, before: undefined };
}

function restatements(record: HistoryRecord): [string, Reached][] {
  if (record.kind !== 'restated') return [];
  const vector = ShardVector.of(record.entries);
  return vector.root === record.content.root ? [[vector.root, begin(vector, record)]] : [];
}

function stepsFrom(reached: ReadonlyMap<string, Reached>, record: HistoryRecord): [string, Reached][] {
  if (record.kind !== 'signed') return [];
  return [...reached.values()].flatMap((before): [string, Reached][] => {
    const vector = leads(before.vector, record);
    return vector === undefined
      ? []
      : [[vector.root, { vector, base: before.base, step: record, before: lightened(before) }]];
  });
}

/** Without its vector, of which there would be one a revision. */
function lightened(reached: Reached): Reached {
  return { ...reached, vector: ShardVector.of() };
}

function leads(vector: ShardVector, { changes, content }: SignedChange): ShardVector | undefined {
  try {
    const after = vector.applied(changes);
    return after.root === content.root ? after : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function wayTo(found: Reached): Pick<History, 'base' | 'steps'> {
  const steps: SignedChange[] = [];
  for (let at: Reached | undefined = found; at !== undefined; at = at.before)
    if (at.step !== undefined) steps.unshift(at.step);
  return { base: found.base, steps };
}
