import { signLowS } from '@dstore/organizations';
import { connect, type ErrorDetail, GatewayError, hash } from '@hyperledger/fabric-gateway';

import { NetworkFault } from '../fault.js';
import type { Law } from './chaincode-package.js';
import { connectTo, identityOf } from './gateway-access.js';
import type { OrgSeat } from './layout.js';
import { persistently } from './wait.js';

/**
 * Waits until a peer's gateway gets an endorsement from a majority of organizations: a peer is healthy before it knows
 * the others. The proposal is the law's probe and is not submitted.
 */
export async function untilEndorsing(
  seat: OrgSeat,
  channel: string,
  chaincode: string,
  [name, argument]: Law['probe'],
): Promise<void> {
  const client = await connectTo(seat);
  const { mspId, certificate, privateKey } = await identityOf(seat, 'admin');
  const gateway = connect({
    client,
    identity: { mspId, credentials: Buffer.from(certificate) },
    signer: async (message) => signLowS(privateKey, message),
    hash: hash.none,
    endorseOptions: () => ({ deadline: Date.now() + 10_000 }),
  });
  const contract = gateway.getNetwork(channel).getContract(chaincode);
  try {
    await persistently(() => contract.newProposal(name, { arguments: [argument] }).endorse());
  } catch (error) {
    const why =
      error instanceof GatewayError
        ? [error.message, ...error.details.map(textOf)].join('; ')
        : String(error);
    throw new NetworkFault(`the gateway of ${seat.name} gets no endorsement: ${why}`, endorsementFix, {
      cause: error,
    });
  } finally {
    gateway.close();
    client.close();
  }
}

const textOf = ({ mspId, message }: ErrorDetail) => `${mspId}: ${message}`;

const endorsementFix = 'see with npm run network:status that all peers and chaincode servers run';
