import { signLowS } from '@dstore/organizations';
import { connect, type Contract, type ErrorDetail, GatewayError, hash } from '@hyperledger/fabric-gateway';

import { connectTo, identityOf } from './gateway-access.js';
import type { OrgSeat } from './layout.js';

const patience = 10_000;

/** Lets an organization's admin use a chaincode through the organization's own peer; no call takes more than 10 s. */
export async function withContract<T>(
  seat: OrgSeat,
  channel: string,
  chaincode: string,
  use: (contract: Contract) => Promise<T>,
): Promise<T> {
  const { mspId, certificate, privateKey } = await identityOf(seat, 'admin');
  const client = await connectTo(seat);
  const deadline = () => ({ deadline: Date.now() + patience });
  const gateway = connect({
    client,
    identity: { mspId, credentials: Buffer.from(certificate) },
    signer: async (message) => signLowS(privateKey, message),
    hash: hash.none,
    endorseOptions: deadline,
    evaluateOptions: deadline,
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
