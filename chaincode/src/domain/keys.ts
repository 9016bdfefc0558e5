import { insist } from './refusal.js';
import type { RowKind } from './rows.js';

type Part = 'word' | 'epoch';

/** First part of each kind's key, and what follows; protocol section 7. */
const table: Record<RowKind, { readonly head: string; readonly parts: readonly Part[] }> = {
  params: { head: 'params', parts: [] },
  org: { head: 'org', parts: ['word'] },
  member: { head: 'member', parts: ['word', 'word'] },
  disk: { head: 'disk', parts: ['word'] },
  pool: { head: 'pool', parts: ['word'] },
  lease: { head: 'lease', parts: ['word'] },
  tab: { head: 'tab', parts: ['word'] },
  tip: { head: 'tip', parts: ['word'] },
  content: { head: 'content', parts: ['word', 'epoch'] },
  vault: { head: 'vault', parts: ['word'] },
  note: { head: 'note', parts: ['word', 'word', 'word'] },
  mint: { head: 'mint', parts: ['word'] },
  burn: { head: 'burn', parts: ['word'] },
  epoch: { head: 'epoch', parts: [] },
  epochs: { head: 'epoch', parts: ['epoch'] },
  beacon: { head: 'beacon', parts: ['word'] },
  reveal: { head: 'reveal', parts: ['epoch', 'word'] },
  audit: { head: 'audit', parts: ['epoch', 'word', 'word'] },
  proposal: { head: 'proposal', parts: ['word'] },
  vote: { head: 'vote', parts: ['word', 'word'] },
};

const word = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/;
const epochDigits = 12;

function written(part: string, kind: Part): string {
  if (kind === 'word') {
    insist(word.test(part), 'id-malformed', 'a part of a key has characters that ids do not have');
    return part;
  }
  insist(/^(?:0|[1-9][0-9]{0,11})$/.test(part), 'id-malformed', 'an epoch is a decimal number below 10^12');
  return part.padStart(epochDigits, '0');
}

/** The key of a row; refuses a wrong number of parts and parts that are no ids as `id-malformed`. */
export function keyOf(kind: RowKind, parts: readonly string[]): string {
  const { head, parts: kinds } = table[kind];
  insist(parts.length === kinds.length, 'id-malformed', `a key of kind ${kind} has ${kinds.length} parts`);
  return [head, ...parts.map((part, index) => written(part, kinds[index] as Part))].join('/');
}

/** How many parts follow the head in a kind's keys. */
export function partCountOf(kind: RowKind): number {
  return table[kind].parts.length;
}

/** The range [start, end) of all keys of a kind that begin with these parts. */
export function rangeOf(
  kind: RowKind,
  prefix: readonly string[],
): { readonly start: string; readonly end: string } {
  const { head, parts: kinds } = table[kind];
  insist(
    prefix.length < Math.max(1, kinds.length),
    'id-malformed',
    `a prefix of kind ${kind} has fewer than ${kinds.length} parts`,
  );
  const stem = [head, ...prefix.map((part, index) => written(part, kinds[index] as Part))].join('/');
  return kinds.length === 0 ? { start: head, end: `${head}/` } : { start: `${stem}/`, end: `${stem}0` };
}

/** The parts of a key after its head, epochs without padding. */
export function partsOf(kind: RowKind, key: string): string[] {
  const kinds = table[kind].parts;
  return key
    .split('/')
    .slice(1)
    .map((part, index) => (kinds[index] === 'epoch' ? BigInt(part).toString() : part));
}
