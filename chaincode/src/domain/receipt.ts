import type { Content } from './rows.js';
import { tuple } from './tuple.js';

/** What a provider answers for when it signs: this content under this lease, until the epoch has passed. */
export interface Receipt {
  readonly leaseId: string;
  readonly diskId: string;
  readonly content: Content;
  readonly lastEpoch: bigint;
}

/** The bytes a receipt's signature covers (protocol section 5). */
export function receiptBytes(channel: string, receipt: Receipt): Buffer {
  const { leaseId, diskId, content, lastEpoch } = receipt;
  const root = Buffer.from(content.root, 'hex');
  return tuple(
    'dstore/v1/receipt',
    channel,
    leaseId,
    diskId,
    content.revision,
    root,
    content.count,
    content.bytes,
    lastEpoch,
  );
}
