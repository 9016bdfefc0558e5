import {
  canonicalJson,
  integer,
  list,
  object,
  optional,
  parseJson,
  sha256,
  type Shaped,
  hex,
} from '@dstore/chaincode/domain';
import { locatorShape } from './delta.js';

/** The ledger takes no more. */
export const headBytes = 8192;

const headShape = object({
  format: integer(1, 1),
  last: locatorShape,
  checkpoint: optional(locatorShape),
  /** Entries 4, 16, 64 … flushes ago: ways round a damaged one. */
  back: list(locatorShape, 8),
  /** SHA-256 of the head before. */
  previous: optional(hex(32)),
});

/** Where recovery begins: what the ledger keeps for a vault. */
export type Head = Shaped<typeof headShape>;

/** The head's bytes; back locators are left out, farthest first, until it fits. Throws RangeError when the last entry alone does not. */
export function encodeHead(head: Omit<Head, 'format'>): Buffer {
  for (let keep = head.back.length; keep >= 0; keep -= 1) {
    const bytes = Buffer.from(canonicalJson({ ...head, format: 1, back: head.back.slice(0, keep) }), 'utf8');
    if (bytes.length <= headBytes) return bytes;
  }
  throw new RangeError('the last entry lies in too many stripes for a head');
}

/** Reads a head; refuses what is none, and formats newer than this one. */
export function decodeHead(bytes: Uint8Array): Head {
  return parseJson(headShape, Buffer.from(bytes).toString('utf8'));
}

/** What the next head names this one by. */
export function headDigest(bytes: Uint8Array): string {
  return sha256(bytes).toString('hex');
}

/** Revisions of the entries that a head of this revision should name beside the last. */
export function backRevisions(revision: bigint): bigint[] {
  const found: bigint[] = [];
  for (let step = 4n; step < revision && found.length < 8; step *= 4n) found.push(revision - step);
  return found;
}
