import assert from 'node:assert/strict';

import { ConsortiumOfProcesses, until } from './consortium-of-processes.js';

interface Audit {
  readonly epoch: string;
  readonly diskId: string;
  readonly paid: string;
}
interface Lease {
  readonly diskId: string;
  readonly collateral: string;
  readonly escrow: string;
}
interface Health {
  readonly stripes: number;
  readonly full: number;
  readonly versionsLost: number;
}

/** Seconds; the law allows 10, and clocks up to 1 s apart then: a busy machine is late by more. */
const epochSeconds = 20;
const segment = 2 ** 20;
/** Sealing adds a header of 40 bytes and a tag of 16 to the first segment. */
const sizes = [0, 1, 1_000, segment - 57, segment - 56, segment - 55, 3 * segment + 17, 12_000_000];
const silent = 'org2.provider';

describe('the walks on real Fabric, four organizations and SmartBFT', () => {
  let consortium: ConsortiumOfProcesses;

  before(async () => {
    consortium = await ConsortiumOfProcesses.bringUp(epochSeconds);
  });
  after(() => consortium?.close());

  it('puts and gets, whatever the size', async () => {
    for (const size of sizes) await consortium.put(`size-${size}`, size);
    await consortium.holdInvariants();
  });

  it('pays every disk for an epoch that it proved', async () => {
    const paid = await until('eight proven audits in one epoch', async () => {
      const { items } = await consortium.json<{ items: Audit[] }>('/v1/audits?verdict=proven');
      const byEpoch = Map.groupBy(items, ({ epoch }) => epoch);
      return [...byEpoch.values()].find((audits) => new Set(audits.map(({ diskId }) => diskId)).size === 8);
    });
    for (const { paid: credits } of paid) assert.ok(BigInt(credits) > 0n);
    await consortium.holdInvariants();
  });

  it('reads everything while a provider is silent', async () => {
    await consortium.network.supervisor.signal(silent, 'SIGSTOP');
    await consortium.holdInvariants();
  });

  it('calls the default of who stays silent: collateral and escrow go to the owner', async () => {
    const mine = async () =>
      BigInt((await consortium.json<{ free: string }>('/v1/accounts/Org1MSP/owner')).free);
    const before = await mine();
    const ended = await until('two defaults', async () => {
      const { items } = await consortium.json<{ items: Lease[] }>('/v1/leases?state=defaulted');
      const disks = new Set(items.map(({ diskId }) => diskId));
      return ['org2-d1', 'org2-d2'].every((disk) => disks.has(disk)) ? items : undefined;
    });
    for (const { collateral, escrow } of ended) assert.equal(BigInt(collateral) + BigInt(escrow), 0n);
    assert.ok((await mine()) > before);
    await consortium.holdInvariants();
  });

  it('repairs onto the disks that are left, to full redundancy', async () => {
    const health = await until('full redundancy', async () => {
      const now = await consortium.json<Health>('/v1/health');
      return now.full === now.stripes ? now : undefined;
    });
    assert.equal(health.versionsLost, 0);
    await consortium.holdInvariants();
  });

  it('takes a provider back that was away', async () => {
    await consortium.network.supervisor.signal(silent, 'SIGCONT');
    await consortium.put('after', 100_000);
    await consortium.holdInvariants();
  });
});
