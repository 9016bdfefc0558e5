import {
  base64,
  changeShape,
  checkedChange,
  contentShape,
  decimal,
  entryShape,
  hex,
  list,
  object,
  optional,
  type Shape,
  text,
} from '@dstore/chaincode/domain';
import type { ReceiptRequest } from './door.js';

/** Most changes of one request for a receipt, and most shards of one discard. */
export const mostChanges = 32_768;

/** Most bytes of a JSON body that a door takes: room for the most changes. */
export const mostRequestBytes = 6 << 20;

/** Most entries of a lease that a door hands out in one answer: a lease of 1 TiB in full shards. */
export const mostEntries = 1 << 20;

/** Most bytes of such an answer. */
export const mostContentsBytes = 128 << 20;

const receiptRequestMembers = object({
  changes: list(changeShape, mostChanges),
  content: contentShape,
  lastEpoch: decimal,
});

/** What `POST /v1/leases/{leaseId}/contents` takes: the changes, the content they lead to, a last epoch. */
export const receiptRequestShape: Shape<Omit<ReceiptRequest, 'leaseId'>> = (value, path) => {
  const { changes, content, lastEpoch } = receiptRequestMembers(value, path);
  return { changes: changes.map(checkedChange), content, lastEpoch };
};

/** What it answers: the signature, base64 of DER. */
export const receiptShape = object({ receipt: base64(80) });

/** What `GET /v1/leases/{leaseId}/contents` answers. */
export const contentsShape = object({ content: contentShape, entries: list(entryShape, mostEntries) });

/** What `POST /v1/leases/{leaseId}/discards` takes: CIDs of shards to give up, or none for all. */
export const discardShape = object({ shards: optional(list(text(64), mostChanges)) });

/** What `GET /v1/disk` answers. */
export const diskReportShape = object({
  diskId: text(63),
  capacityBytes: decimal,
  heldBytes: decimal,
  uncommittedBytes: decimal,
});

/** SHA-256 in hexadecimal. */
export const digestShape = hex(32);

/** A lease's id in hexadecimal. */
export const leaseIdShape = hex(16);
