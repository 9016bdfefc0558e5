import { defaultParams, gibibyte, type Loss, openedTab, pinnedOf, type Row } from '@dstore/chaincode/domain';
import { noise } from '../noise.js';

/** A lease of 2 GiB at 100 credits, opened in epoch 0 for ten epochs. */
export const lease: Row<'lease'> = {
  v: 1,
  leaseId: '01'.repeat(16),
  vaultId: 'v',
  owner: { msp: 'Org1', id: 'owner' },
  diskId: 'd1',
  provider: { msp: 'Org2', id: 'provider' },
  price: 100n,
  collateralRate: 1000n,
  firstEpoch: 1n,
  terms: { capacityBytes: 2n * gibibyte, lastEpoch: 10n },
  pinned: pinnedOf(1, defaultParams),
  state: 'active',
};

/** The tab of {@link lease} as its opening leaves it. */
export const tab = openedTab(2000n, 2000n, 0n);

export function lossOf(name: string, reportedIn: bigint): Loss {
  return { index: 0n, digest: noise(32, name).toString('hex'), size: 64, reportedIn };
}
