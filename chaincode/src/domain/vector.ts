import { sha256 } from './digest.js';
import { insist } from './refusal.js';
import { type Entry, entryShape } from './rows.js';
import { integer, object, oneOf, optional } from './shape.js';

/** One step of a change list; applied in order, an index counts at that moment. Remove moves the last entry to `index`. */
export type Change =
  | { readonly kind: 'append'; readonly entry: Entry }
  | { readonly kind: 'replace'; readonly index: number; readonly entry: Entry }
  | { readonly kind: 'remove'; readonly index: number };

/** A change as it travels; {@link checkedChange} makes a {@link Change} of it. */
export const changeShape = object({
  kind: oneOf('append', 'replace', 'remove'),
  index: optional(integer(0, 2 ** 31)),
  entry: optional(entryShape),
});

/** Refuses members that the kind does not have, or lacks. */
export function checkedChange(given: { kind: Change['kind']; index?: number; entry?: Entry }): Change {
  const { kind, index, entry } = given;
  if (kind === 'append' && index === undefined && entry !== undefined) return { kind, entry };
  if (kind === 'replace' && index !== undefined && entry !== undefined) return { kind, index, entry };
  insist(
    kind === 'remove' && index !== undefined && entry === undefined,
    'arguments-malformed',
    `a change of kind ${kind} has other members`,
  );
  return { kind, index };
}

/** Root of an empty vector: SHA-256 of nothing (RFC 6962 section 2.1). */
export const emptyRoot = sha256().toString('hex');

/** Smallest size an entry is accounted with, so that tiny shards pay for the room they take. */
const leastAccounted = 4096n;

/** Bytes an entry of this size counts for in a lease. */
export function accountedBytes(size: number): bigint {
  return BigInt(size) > leastAccounted ? BigInt(size) : leastAccounted;
}

const leafTag = Buffer.of(0);
const nodeTag = Buffer.of(1);

/** H(0x00 || digest || u32 size). */
export function leafHash(entry: Entry): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(entry.size);
  return sha256(leafTag, Buffer.from(entry.digest, 'hex'), size);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(nodeTag, left, right);
}

/** The order in which siblings are joined on the way from a leaf to the root (RFC 6962 section 2.1.1). */
function siblingSides(index: number, count: number): ('left' | 'right')[] {
  const sides: ('left' | 'right')[] = [];
  for (let at = index, last = count - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    if (at % 2 === 1) sides.push('left');
    else if (at < last) sides.push('right');
  }
  return sides;
}

/** Whether the entry stands at the index of the vector with this root and count; a path of another length is false. */
export function verifyPath(
  root: string,
  count: bigint,
  index: bigint,
  entry: Entry,
  path: readonly Uint8Array[],
): boolean {
  if (index < 0n || index >= count || count > 2n ** 48n) return false;
  const sides = siblingSides(Number(index), Number(count));
  if (path.length !== sides.length || path.some((node) => node.length !== 32)) return false;
  const hash = sides.reduce<Buffer>((below, side, level) => {
    const sibling = path[level] as Uint8Array;
    return side === 'left' ? nodeHash(sibling, below) : nodeHash(below, sibling);
  }, leafHash(entry));
  return hash.toString('hex') === root;
}

/**
 * A lease's vector with its RFC 6962 tree kept level by level, so that a change costs a hash per level.
 * A level's odd last node moves up unchanged, which yields the tree of the RFC.
 */
export class ShardVector {
  readonly #entries: Entry[];
  readonly #levels: Buffer[][];
  #bytes: bigint;

  private constructor(entries: Entry[], levels: Buffer[][], bytes: bigint) {
    this.#entries = entries;
    this.#levels = levels;
    this.#bytes = bytes;
  }

  static of(entries: Iterable<Entry> = []): ShardVector {
    const vector = new ShardVector([], [[]], 0n);
    vector.#change([...entries].map((entry) => ({ kind: 'append', entry })));
    return vector;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** Accounted bytes of all entries. */
  get bytes(): bigint {
    return this.#bytes;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** The root in hexadecimal. */
  get root(): string {
    return this.#levels.at(-1)?.[0]?.toString('hex') ?? emptyRoot;
  }

  /** The entry at an index, or undefined. */
  entry(index: number): Entry | undefined {
    return this.#entries[index];
  }

  /** Siblings from the leaf up to below the root; throws RangeError for an index that is not there. */
  path(index: number): Buffer[] {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) throw new RangeError('no such entry');
    const path: Buffer[] = [];
    for (let level = 0, at = index; level < this.#levels.length - 1; level += 1, at >>= 1) {
      const sibling = this.#levels[level]?.[at ^ 1];
      if (sibling !== undefined) path.push(sibling);
    }
    return path;
  }

  /** The vector after the changes; this one stays as it is. An index beyond the count at that moment is `arguments-malformed`. */
  applied(changes: readonly Change[]): ShardVector {
    const copy = new ShardVector(
      [...this.#entries],
      this.#levels.map((level) => [...level]),
      this.#bytes,
    );
    copy.#change(changes);
    return copy;
  }

  #change(changes: readonly Change[]): void {
    const touched = new Set<number>();
    for (const change of changes) {
      if (change.kind === 'append') this.#append(change.entry, touched);
      else if (change.kind === 'replace') this.#replace(change.index, change.entry, touched);
      else this.#remove(change.index, touched);
    }
    this.#rehash(touched);
  }

  #append(entry: Entry, touched: Set<number>): void {
    touched.add(this.#entries.length);
    this.#entries.push(entry);
    this.#bytes += accountedBytes(entry.size);
  }

  #replace(index: number, entry: Entry, touched: Set<number>): void {
    const former = this.#entries[index];
    insist(former !== undefined, 'arguments-malformed', `the vector has no entry ${index}`);
    this.#bytes += accountedBytes(entry.size) - accountedBytes(former.size);
    this.#entries[index] = entry;
    touched.add(index);
  }

  #remove(index: number, touched: Set<number>): void {
    const former = this.#entries[index];
    insist(former !== undefined, 'arguments-malformed', `the vector has no entry ${index}`);
    const last = this.#entries.pop() as Entry;
    if (index < this.#entries.length) this.#entries[index] = last;
    this.#bytes -= accountedBytes(former.size);
    touched.add(index);
  }

  /** Recomputes what hangs on the touched leaves, level by level. The right edge may change whenever the count does. */
  #rehash(touched: ReadonlySet<number>): void {
    const leaves = this.#levels[0] as Buffer[];
    leaves.length = Math.min(leaves.length, this.count);
    for (const index of touched)
      if (index < this.count) leaves[index] = leafHash(this.#entries[index] as Entry);
    let dirty = new Set([...touched].filter((index) => index < this.count));
    let level = 0;
    for (; (this.#levels[level] as Buffer[]).length > 1; level += 1) {
      dirty = this.#rehashLevel(level, dirty);
    }
    this.#levels.length = level + 1;
  }

  #rehashLevel(level: number, dirty: ReadonlySet<number>): Set<number> {
    const below = this.#levels[level] as Buffer[];
    const above = (this.#levels[level + 1] ??= []);
    above.length = Math.min(above.length, Math.ceil(below.length / 2));
    const parents = new Set([...dirty].map((index) => index >> 1));
    parents.add((below.length - 1) >> 1);
    for (const parent of parents) {
      const left = below[parent * 2] as Buffer;
      const right = below[parent * 2 + 1];
      above[parent] = right === undefined ? left : nodeHash(left, right);
    }
    return parents;
  }
}
