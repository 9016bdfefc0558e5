import type { ChaincodeStub } from 'fabric-shim-api';
import { canonicalJson, insist, type JsonValue, partsOf, rangeOf, type RowKind } from '../domain/index.js';

/** What {@link pageOf} is asked for. */
export interface PageRequest {
  readonly kind: RowKind;
  readonly prefix: readonly string[];
  readonly after?: string;
  readonly limit: number;
}

/**
 * A page of rows in key order as canonical JSON `{ items: [{ parts, row }], next? }`; `next` is there when more follow.
 * For evaluations only: a transaction that is submitted reads no pages.
 */
export async function pageOf(
  stub: Pick<ChaincodeStub, 'getStateByRange'>,
  request: PageRequest,
): Promise<string> {
  const { start, end } = rangeOf(request.kind, request.prefix);
  const { after } = request;
  insist(
    after === undefined || (after >= start && after < end),
    'arguments-malformed',
    'after is outside the range',
  );
  // `!` sorts below every character of a key, so that this is the first key after `after`.
  const iterator = await stub.getStateByRange(after === undefined ? start : `${after}!`, end);
  const items: JsonValue[] = [];
  let last = '';
  try {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      if (items.length === request.limit) return canonicalJson({ items, next: last });
      last = next.value.key;
      const row = JSON.parse(Buffer.from(next.value.value).toString('utf8')) as JsonValue;
      items.push({ parts: partsOf(request.kind, last), row });
    }
  } finally {
    await iterator.close();
  }
  return canonicalJson({ items });
}
