import { type Identity, signLowS } from '@dstore/organizations';
import { connect, type Contract, type ErrorDetail, GatewayError, hash } from '@hyperledger/fabric-gateway';

import { connectTo, identityOf } from './gateway-access.js';
import type { OrgSeat } from './layout.js';

const within = (milliseconds: number) => () => ({ deadline: Date.now() + milliseconds });

/**
 * Lets a member, the organization's admin unless another is given, use a chaincode through the organization's own peer. No
 * call takes more than 10 s, and a commit no more than 30.
 */
export async function withContract<T>(
  seat: OrgSeat,
  channel: string,
  chaincode: string,
  use: (contract: Contract) => Promise<T>,
  member?: Identity,
): Promise<T> {
  const { mspId, certificate, privateKey } = member ?? (await identityOf(seat, 'admin'));
  const client = await connectTo(seat);
  const gateway = connect({
    client,
    identity: { mspId, credentials: Buffer.from(certificate) },
    signer: async (message) => signLowS(privateKey, message),
    hash: hash.none,
    evaluateOptions: within(10_000),
    endorseOptions: within(10_000),
    submitOptions: within(10_000),
    commitStatusOptions: within(30_000),
  });
  try {
    return await use(gateway.getNetwork(channel).getContract(chaincode));
  } finally {
    gateway.close();
    client.close();
  }
}

/** What a gateway says of a call that failed, with what each peer says. */
export function reasonOf(error: unknown): string {
  return error instanceof GatewayError
    ? [error.message, ...error.details.map(textOf)].join('; ')
    : String(error);
}

const textOf = ({ mspId, message }: ErrorDetail) => `${mspId}: ${message}`;
