import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { SystemClock } from '@dstore/application/adapters/system/system-clock.js';
import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import { rowsOf } from '@dstore/application/ports/ledger.js';
import { CallDefaults } from '@dstore/application/use-cases/call-defaults.js';
import { CollectEarnings } from '@dstore/application/use-cases/collect-earnings.js';
import { OfferDisk } from '@dstore/application/use-cases/offer-disk.js';
import { TurnEpoch } from '@dstore/application/use-cases/turn-epoch.js';
import { EventBell } from '@dstore/application/workers/event-bell.js';
import { epochDuty } from '@dstore/application/workers/rota.js';
import type { Worker } from '@dstore/application/workers/worker.js';

import { SmallConsortium } from './small-consortium.js';
import { KeptLog } from './workers/surroundings.js';

const agentKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');

const offer = {
  diskId: 'org2-d1',
  site: 'site2',
  region: 'eu',
  door: 'https://127.0.0.1:9',
  agent: 'org2-d1',
  agentKey,
  capacityBytes: 1n << 30n,
  price: 100n,
  collateralRate: 1000n,
};

describe('upkeep on the embedded network', () => {
  let consortium: SmallConsortium;
  const workers: Worker[] = [];
  const log = new KeptLog();

  before(async () => {
    consortium = await SmallConsortium.open(['Org1', 'Org2', 'Org3']);
  });
  after(async () => {
    for (const worker of workers) await worker.stop();
    await consortium.close();
  });

  it('founds a consortium under the real law, and nothing more the second time', async () => {
    await consortium.founding().run();
    const height = consortium.network.height;
    await consortium.founding().run();
    assert.equal(consortium.network.height, height);
    assert.equal((await consortium.owner.read('epoch'))?.number, 0n);
    let supply = 0n;
    for await (const { row } of rowsOf(consortium.owner, 'mint')) supply += row.amount;
    assert.equal(supply, 4_000_000n);
  });

  it('offers a disk with its collateral, twice without harm', async () => {
    const provider = consortium.seats[1]?.provider;
    assert.ok(provider);
    await new OfferDisk(provider).run(offer, 5000n);
    await new OfferDisk(provider).run(offer, 5000n);
    assert.equal((await provider.read('pool', offer.diskId))?.collateral, 5000n);
  });

  it('turns epochs by three keepers at once, and calls the default of a provider that stays silent', async () => {
    const { owner, seats } = consortium;
    await owner.submit('VaultContract:CreateVault', { vaultId: 'v' });
    const notes: string[] = [];
    for await (const { parts } of rowsOf(owner, 'note', ['Org1', 'owner'])) notes.push(parts[2] ?? '');
    const lease = { diskId: offer.diskId, capacityBytes: 1n << 30n, termEpochs: 100n };
    const terms = { ...lease, maxPrice: 100n, minCollateral: 0n };
    const { result } = await owner.submit('LeaseContract:OpenLease', {
      vaultId: 'v',
      leases: [terms],
      notes,
    });
    const around = { clock: new SystemClock(), random: new SystemRandom(), log };
    for (const { admin, secrets } of seats) {
      const duty = epochDuty(new TurnEpoch(admin, around.clock, secrets), around);
      workers.push(duty.worker, new EventBell(admin, [duty], around));
    }
    for (const worker of workers) worker.start();

    const defaults = new CallDefaults(owner);
    const called: string[] = [];
    while (called.length === 0) {
      called.push(...(await defaults.run()));
      await setTimeout(100);
    }
    assert.ok(
      ((await owner.read('epoch'))?.number ?? 0n) >= 2n,
      'epoch 1 was over before it counted as missed',
    );
    assert.deepEqual(called, result.leaseIds);
    assert.deepEqual(await defaults.run(), []);
    assert.equal((await owner.read('lease', called[0] ?? ''))?.state, 'defaulted');
    for (const number of ['1', '2']) assert.deepEqual((await owner.read('epochs', number))?.withheld, []);
    assert.deepEqual(
      log.lines.filter((line) => line.level !== 'debug'),
      [],
    );
  });

  it('has nothing to collect where nothing was earned', async () => {
    const provider = consortium.seats[1]?.provider;
    assert.ok(provider);
    assert.equal(await new CollectEarnings(provider).run(), 0n);
  });
});
