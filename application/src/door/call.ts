import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Account } from '@dstore/chaincode/domain';
import { digestOf } from '../core/shard.js';
import type { SpareBuffers } from '../core/spare-buffers.js';
import { leaseIdShape } from '../ports/door-messages.js';
import { Denial } from '../ports/fault.js';

/** One request of an admitted member: what the path held at its variable places, and the query as it came. */
export interface Call {
  readonly caller: Account;
  readonly parts: readonly string[];
  readonly query: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Milliseconds within which more of a body must arrive. */
  readonly silenceMs: number;
  /** Memory for shards that are put. */
  readonly rooms: SpareBuffers;
}

/** The lease that a path names; Refusal `arguments-malformed` when it is no lease's id. */
export function leaseIdIn({ parts }: Call): string {
  return leaseIdShape(parts[0], '/leaseId');
}

/** The digest of a CID. Denial `request-malformed` for any but CIDv1, raw, BLAKE3 of 32 bytes in lower-case base32. */
export function digestIn(cid: string | undefined): string {
  const digest = digestOf(cid ?? '');
  if (digest === undefined)
    throw new Denial('request-malformed', 'a shard is named by CIDv1, raw, blake3, in lower-case base32');
  return digest;
}
