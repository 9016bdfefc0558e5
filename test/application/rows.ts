import { type Account, defaultParams, type Params, type Row } from '@dstore/chaincode/domain';

/** The law's defaults with short epochs. */
export const demoParams: Params = {
  ...defaultParams,
  epochLengthSeconds: 20n,
  revealLengthSeconds: 5n,
  revealGraceSeconds: 4n,
  timeWindowSeconds: 2n,
};

/** An owner and a provider to speak of. */
export const owner: Account = { msp: 'Org1', id: 'owner' };
export const provider: Account = { msp: 'Org2', id: 'provider' };

/** A running lease of vault v on disk d2, opened in epoch 0. */
export function leaseRow(change: Partial<Row<'lease'>> = {}): Row<'lease'> {
  return {
    v: 1,
    leaseId: '00'.repeat(16),
    vaultId: 'v',
    owner,
    diskId: 'd2',
    provider,
    price: 100n,
    collateralRate: 1000n,
    firstEpoch: 1n,
    terms: { capacityBytes: 1n << 30n, lastEpoch: 1000n },
    pinned: {
      version: 1,
      challenges: 30,
      missLimit: 3,
      missesInWindow: 6,
      missWindow: 24,
      cureEpochs: 12n,
      graceEpochs: 24n,
      noticeEpochs: 1n,
    },
    state: 'active',
    ...change,
  };
}

/** The tab of a lease that is proven through epoch 0. */
export function tabRow(change: Partial<Row<'tab'>> = {}): Row<'tab'> {
  return {
    v: 1,
    escrow: 100_000n,
    earned: 0n,
    collateral: 1000n,
    provenThrough: 0n,
    answeredThrough: 0n,
    misses: 0,
    losses: [],
    ...change,
  };
}

/** An offering disk of an organization. */
export function diskRow(
  diskId: string,
  msp: string,
  change: Partial<Row<'disk'>['offer']> = {},
): Row<'disk'> {
  return {
    v: 1,
    diskId,
    provider: { msp, id: 'provider' },
    offer: {
      site: `site-${msp.toLowerCase()}`,
      region: 'eu',
      state: 'offering',
      door: `https://${diskId}:1`,
      agent: `${diskId}-agent`,
      agentKey: 'AAAA',
      capacityBytes: 1n << 40n,
      price: 100n,
      collateralRate: 1000n,
      ...change,
    },
    formerKeys: [],
  };
}
