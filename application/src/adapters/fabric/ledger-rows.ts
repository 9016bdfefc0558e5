import {
  list,
  object,
  optional,
  parseJson,
  type Row,
  type RowKind,
  rows,
  type Shape,
  text,
} from '@dstore/chaincode/domain';

import type { Page } from '../../ports/ledger.js';

const wanted = 1000;

/** The row in the answer of `LedgerContract:Read`: canonical JSON, `null` when there is none. */
export function parseRow<K extends RowKind>(kind: K, answer: string): Row<K> | undefined {
  return answer === 'null' ? undefined : parseJson(shapeOf(kind), answer);
}

/** The page in the answer of `LedgerContract:List`: `{ items: [{ parts, row }], next? }`. */
export function parsePage<K extends RowKind>(kind: K, answer: string): Page<K> {
  const entry = object({ parts: list(text(128), 4), row: shapeOf(kind) });
  const page = object({ items: list(entry, wanted), next: optional(text(512)) });
  return parseJson(page, answer) as Page<K>;
}

function shapeOf<K extends RowKind>(kind: K): Shape<Row<K>> {
  return rows[kind] as unknown as Shape<Row<K>>;
}
