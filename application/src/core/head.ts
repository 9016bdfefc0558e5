import { deflateSync, inflateSync } from 'node:zlib';
import {
  canonicalJson,
  integer,
  list,
  object,
  optional,
  parseJson,
  Refusal,
  sha256,
  type Shaped,
  hex,
} from '@dstore/chaincode/domain';
import { type Locator, locatorShape, type StructureDelta } from './delta.js';

/** The ledger takes no more. */
export const headBytes = 8192;

/** Bytes of JSON that a head may hold: more than deflate makes of as many bytes as the ledger takes is damage. */
const mostUnpacked = 1 << 20;

/** What packed bytes begin with (RFC 1950: deflate, a window of 32 KiB); JSON begins with a brace. */
const packedMark = 0x78;

const headShape = object({
  format: integer(1, 1),
  last: locatorShape,
  /** The flush that carries the newest checkpoint, if it is not the last: a way round any entry after it. */
  checkpoint: optional(locatorShape),
  /** Entries 1, 4, 16, 64 … flushes ago: ways round a damaged one. */
  back: list(locatorShape, 8),
  /** SHA-256 of the head before. */
  previous: optional(hex(32)),
});

/** Where recovery begins: what the ledger keeps for a vault. */
export type Head = Shaped<typeof headShape>;

/**
 * The head's bytes: canonical JSON in zlib's form, as the ledger keeps each head twice, in the transaction and in the
 * block's writes. Equal heads may differ in bytes between versions of zlib: nothing depends on it. Back locators are left out, farthest first, until it fits, and the checkpoint after them: the chain of
 * entries leads to it too. Throws RangeError when the last entry alone does not fit.
 */
export function encodeHead(head: Omit<Head, 'format'>): Buffer {
  const { checkpoint, ...rest } = head;
  for (let keep = head.back.length; keep >= 0; keep -= 1) {
    const bytes = headOf({ ...head, back: head.back.slice(0, keep) });
    if (bytes.length <= headBytes) return bytes;
  }
  const least = headOf({ ...rest, back: [] });
  if (checkpoint !== undefined && least.length <= headBytes) return least;
  throw new RangeError('the last entry lies in too many stripes for a head');
}

function headOf(head: Omit<Head, 'format'>): Buffer {
  return deflateSync(canonicalJson({ ...head, format: 1 }));
}

/** The locator with the shards that were moved since it was written at their new places. */
export function locatorAfter(locator: Locator, moves: StructureDelta['moves']): Locator {
  const stripes = locator.stripes.map((stripe) => {
    const moved = moves.filter((move) => move.stripeId === stripe.stripeId).map(({ shard }) => shard);
    const indices = new Set(moved.map((shard) => shard.index));
    const shards = [...stripe.shards.filter((shard) => !indices.has(shard.index)), ...moved];
    return { ...stripe, shards: shards.sort((a, b) => a.index - b.index) };
  });
  return { ...locator, stripes };
}

/** Reads a head, packed or plain; refuses what is none, and formats newer than this one. */
export function decodeHead(bytes: Uint8Array): Head {
  const plain = bytes[0] === packedMark ? unpacked(bytes) : Buffer.from(bytes);
  return parseJson(headShape, plain.toString('utf8'));
}

function unpacked(bytes: Uint8Array): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: mostUnpacked });
  } catch (error) {
    throw new Refusal('arguments-malformed', `a head can not be unpacked: ${(error as Error).message}`);
  }
}

/** What the next head names this one by. */
export function headDigest(bytes: Uint8Array): string {
  return sha256(bytes).toString('hex');
}

/** Revisions of the entries that a head of this revision should name beside the last. */
export function backRevisions(revision: bigint): bigint[] {
  const found: bigint[] = [];
  for (let step = 1n; step < revision && found.length < 8; step *= 4n) found.push(revision - step);
  return found;
}
