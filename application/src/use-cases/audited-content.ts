import type { Content } from '@dstore/chaincode/domain';
import { type Ledger, rowsOf } from '../ports/ledger.js';

/** The content that an epoch audits: the last one that counts for an earlier epoch; undefined where there is none. */
export async function auditedContent(
  ledger: Pick<Ledger, 'list'>,
  leaseId: string,
  epoch: bigint,
): Promise<Content | undefined> {
  let audited: Content | undefined;
  for await (const { parts, row } of rowsOf(ledger, 'content', [leaseId])) {
    if (BigInt(parts[1] ?? '0') >= epoch) break;
    audited = row;
  }
  return audited;
}
