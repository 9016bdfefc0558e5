import { NetworkFault } from '../fault.js';
import type { Law } from './chaincode-package.js';
import { reasonOf, withContract } from './gateway-contract.js';
import type { OrgSeat } from './layout.js';
import { persistently } from './wait.js';

/**
 * Waits until a peer's gateway gets an endorsement by all of these organizations together: a peer is healthy before it
 * knows the others. The proposal is the law's probe and is not submitted.
 */
export async function untilEndorsing(
  seat: OrgSeat,
  channel: string,
  chaincode: string,
  [name, argument]: Law['probe'],
  organizations: readonly string[],
): Promise<void> {
  const proposed = { arguments: [argument], endorsingOrganizations: [...organizations] };
  try {
    await withContract(seat, channel, chaincode, (contract) =>
      persistently(() => contract.newProposal(name, proposed).endorse()),
    );
  } catch (error) {
    throw new NetworkFault(
      `the gateway of ${seat.name} gets no endorsement: ${reasonOf(error)}`,
      endorsementFix,
      { cause: error },
    );
  }
}

const endorsementFix = 'see with npm run network:status that all peers and chaincode servers run';
