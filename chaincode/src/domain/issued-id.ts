import { sha256 } from './digest.js';
import { tuple } from './tuple.js';

function issued(tag: string, channel: string, txId: string, index: number): string {
  return sha256(tuple(tag, channel, txId, index))
    .toString('hex')
    .slice(0, 32);
}

/** Id of the index-th lease that a transaction opens; never returns, because transaction ids don't. */
export const leaseIdOf = (channel: string, txId: string, index: number) =>
  issued('dstore/v1/lease', channel, txId, index);

/** Id of the index-th note that a transaction makes. */
export const noteIdOf = (channel: string, txId: string, index: number) =>
  issued('dstore/v1/note', channel, txId, index);

/** Id of the proposal that a transaction makes. */
export const proposalIdOf = (channel: string, txId: string) => issued('dstore/v1/proposal', channel, txId, 0);
