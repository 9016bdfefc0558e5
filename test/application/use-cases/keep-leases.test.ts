import assert from 'node:assert/strict';
import type { LeasePolicy } from '@dstore/application/core/lease-policy.js';
import { KeepLeases } from '@dstore/application/use-cases/keep-leases.js';
import { type Args, Refusal, type Row } from '@dstore/chaincode/domain';

import { leaseRow, owner, tabRow } from '../rows.js';
import { VaultOnRows } from './vault-on-rows.js';
import { leaseOn } from './vault-of-tests.js';

type Opening = Args<'LeaseContract:OpenLease'>;

const policy: LeasePolicy = {
  maxPrice: 150n,
  minCollateralRate: 500n,
  termEpochs: 100n,
  capacityBytes: 1n << 30n,
  headroomBytes: 1n << 28n,
};

/** A law that opens leases, but not on the disks that are named. */
function world(...poor: readonly string[]) {
  const openings: Opening[] = [];
  const changes: unknown[] = [];
  const on: VaultOnRows = new VaultOnRows({
    'LeaseContract:OpenLease': (args: Opening) => {
      if (args.leases.some(({ diskId }) => poor.includes(diskId)))
        throw new Refusal('collateral-short', 'the pool is dry');
      openings.push(args);
      for (const { diskId, capacityBytes, termEpochs } of args.leases) {
        const leaseId = leaseOn(Number(diskId.slice(1)));
        const terms = { capacityBytes, lastEpoch: 10n + termEpochs };
        on.rows.set('lease', [leaseId], leaseRow({ leaseId, diskId, terms }));
      }
      return { leaseIds: [] };
    },
    'LeaseContract:ExtendLease': (args) => (changes.push(args), {}),
    'LeaseContract:ResizeLease': (args) => (changes.push(args), {}),
  });
  on.rows.set('note', [owner.msp, owner.id, '11'.repeat(16)], { v: 1, amount: 1_000_000n });
  const keep = new KeepLeases(on.vault, { read: () => policy }, on.log);
  return { on, keep, openings, changes };
}

const disksOf = (openings: readonly Opening[]) =>
  openings.flatMap(({ leases }) => leases.map(({ diskId }) => diskId)).sort();

describe('KeepLeases', () => {
  it('opens one lease on each disk that offers on fair terms, with limits of its own', async () => {
    const { on, keep, openings } = world();
    on.addDisk(1);
    on.addDisk(2, { price: 151n });
    on.addDisk(3, { collateralRate: 499n });
    on.addDisk(4, { state: 'paused' });
    on.addDisk(5);
    on.rows.set('org', ['Org5'], { v: 1, msp: 'Org5', state: 'suspended', since: 0n });
    on.addDisk(6, { capacityBytes: 1n << 29n });
    await keep.run();
    assert.deepEqual(disksOf(openings), ['d1', 'd6']);
    const [one, small] = openings[0]?.leases ?? [];
    assert.deepEqual(one, {
      diskId: 'd1',
      capacityBytes: 1n << 30n,
      termEpochs: 100n,
      maxPrice: 150n,
      minCollateral: 500n,
    });
    assert.equal(small?.capacityBytes, 1n << 29n);
    assert.deepEqual(openings[0]?.notes, ['11'.repeat(16)]);
    await keep.run();
    assert.equal(openings.length, 1, 'nothing more the second time');
  });

  it('A-77 opens the others when one disk has no collateral left', async () => {
    const { on, keep, openings } = world('d2');
    for (const at of [1, 2, 3]) on.addDisk(at);
    await keep.run();
    assert.deepEqual(disksOf(openings), ['d1', 'd3']);
    assert.deepEqual(
      on.vault.candidates().map(({ diskId }) => diskId),
      ['d1', 'd3'],
    );
  });

  it('spends no more than its budget, on opening, extending and growing', async () => {
    const { on, openings, changes } = world();
    for (const at of [1, 2, 3]) on.addDisk(at, { price: 100n });
    const keep = new KeepLeases(on.vault, { read: () => ({ ...policy, budget: 25_000n }) }, on.log);
    await keep.run();
    assert.deepEqual(disksOf(openings), ['d1', 'd2'], '10,000 credits each');
    assert.ok(on.log.lines.some(({ message }) => message === 'leases not opened'));
    for (const at of [1, 2]) {
      const terms = { capacityBytes: 1n << 30n, lastEpoch: 59n };
      on.rows.set('lease', [leaseOn(at)], leaseRow({ leaseId: leaseOn(at), diskId: `d${at}`, terms }));
      on.rows.set('tab', [leaseOn(at)], tabRow({ escrow: 10_000n }));
    }
    await keep.run();
    assert.deepEqual(changes, [], '51 epochs more are 5,100 credits, and 5,000 are left');
    on.rows.set('tab', [leaseOn(2)], tabRow({ escrow: 9_900n }));
    await keep.run();
    assert.equal(changes.length, 2, 'the law of this test moves no escrow');
    assert.deepEqual(disksOf(openings), ['d1', 'd2']);
  });

  it('leases a disk that defaulted before only if its door answers', async () => {
    const { on, keep, openings } = world();
    for (const at of [1, 2]) {
      on.addDisk(at);
      const leaseId = leaseOn(100 + at);
      on.rows.set('lease', [leaseId], leaseRow({ leaseId, diskId: `d${at}`, state: 'defaulted' }));
    }
    on.disk(2).mood = 'silent';
    await keep.run();
    assert.deepEqual(disksOf(openings), ['d1']);
    on.disk(2).mood = 'well';
    await keep.run();
    assert.deepEqual(disksOf(openings), ['d1', 'd2']);
  });

  it('opens at most 16 in one transaction', async () => {
    const { on, keep, openings } = world();
    for (let at = 1; at <= 20; at += 1) on.addDisk(at);
    await keep.run();
    assert.deepEqual(
      openings.map(({ leases }) => leases.length),
      [16, 4],
    );
  });

  it('A-117 extends a lease in the second half of its term, A-118 and changes it once an epoch', async () => {
    const { on, keep, changes } = world();
    on.addDisk(1);
    const lease = (change: Partial<Row<'lease'>>) =>
      on.rows.set('lease', [leaseOn(1)], leaseRow({ leaseId: leaseOn(1), diskId: 'd1', ...change }));
    const terms = { capacityBytes: 1n << 30n, lastEpoch: 60n };
    lease({ terms });
    await keep.run();
    assert.deepEqual(changes, [], 'half of the term is left');
    lease({ terms: { ...terms, lastEpoch: 59n } });
    await keep.run();
    assert.deepEqual(changes, [{ leaseId: leaseOn(1), termEpochs: 51n, notes: ['11'.repeat(16)] }]);
    lease({ terms, next: { from: 11n, terms: { ...terms, lastEpoch: 59n } } });
    await keep.run();
    assert.equal(changes.length, 1);
  });

  it('grows a lease that runs full, as far as the disk has room', async () => {
    const { on, keep, changes } = world();
    on.addDisk(1, { capacityBytes: 3n << 29n });
    on.addLease(1, 1n << 27n);
    on.rows.set('pool', ['d1'], { v: 1, reservedBytes: 1n << 27n, collateral: 0n });
    await keep.run();
    const [change] = changes as { capacityBytes: bigint }[];
    assert.equal(change?.capacityBytes, (1n << 30n) + (1n << 27n));
    on.rows.set('pool', ['d1'], { v: 1, reservedBytes: 3n << 29n, collateral: 0n });
    await keep.run();
    assert.equal(changes.length, 1, 'no room, no change');
  });

  it('does nothing while the policy says so, and opens nothing on a disk that it avoids', async () => {
    const { on, openings, changes } = world();
    on.addDisk(1);
    on.addDisk(2);
    on.addLease(2, 1n << 27n, 12n);
    let now: LeasePolicy = { ...policy, auto: false };
    const keep = new KeepLeases(on.vault, { read: () => now }, on.log);
    await keep.run();
    now = { ...policy, avoid: ['d1'] };
    assert.deepEqual([openings, changes], [[], []]);
    await keep.run();
    assert.deepEqual(openings, []);
    assert.equal(changes.length, 1, 'a lease that is there is kept all the same');
    now = { ...policy, avoid: ['d2'] };
    await keep.run();
    assert.deepEqual(disksOf(openings), ['d1']);
  });

  it('lets the owner act between two runs, also after an act that failed', async () => {
    const { on, keep, openings } = world();
    on.addDisk(1);
    const order: string[] = [];
    const act = (word: string) => keep.alone(async () => void order.push(`${word} ${openings.length}`));
    const failing = keep.alone(() => Promise.reject(new Error('no')));
    await Promise.all([assert.rejects(failing, /no/), act('before'), keep.run(), act('after')]);
    assert.deepEqual(order, ['before 0', 'after 1']);
  });

  it('is one run for all who ask at once', async () => {
    const { on, keep, openings } = world();
    on.addDisk(1);
    await Promise.all([keep.run(), keep.run(), keep.run()]);
    assert.equal(openings.length, 1);
  });

  it('grows a lease without room for the shard that is needed, whatever the policy keeps free', async () => {
    const { on, changes } = world();
    on.addDisk(1);
    on.addLease(1, 100_000n);
    on.rows.set('pool', ['d1'], { v: 1, reservedBytes: 100_000n, collateral: 0n });
    const keep = new KeepLeases(on.vault, { read: () => ({ ...policy, headroomBytes: 0n }) }, on.log);
    await keep.run();
    await keep.run({ geometry: { dataShards: 2, parityShards: 1 }, shardSizeBytes: 100_000 });
    assert.deepEqual(changes, []);
    await keep.run({ geometry: { dataShards: 2, parityShards: 1 }, shardSizeBytes: 100_001 });
    assert.equal(changes.length, 1);
  });

  it('runs once more for all who need more than the run under way sees to, and not for who needs less', async () => {
    const { on, changes } = world();
    on.addDisk(1);
    on.addLease(1, 100_000n);
    on.rows.set('pool', ['d1'], { v: 1, reservedBytes: 100_000n, collateral: 0n });
    const keep = new KeepLeases(on.vault, { read: () => ({ ...policy, headroomBytes: 0n }) }, on.log);
    let looks = 0;
    const refresh = on.vault.refresh.bind(on.vault);
    on.vault.refresh = () => {
      looks += 1;
      return refresh();
    };
    const need = (shardSizeBytes: number) => ({
      geometry: { dataShards: 2, parityShards: 1 },
      shardSizeBytes,
    });
    await Promise.all([keep.run(need(10)), keep.run(), keep.run(need(20)), keep.run(need(200_000))]);
    assert.equal(changes.length, 1, 'the larger of two needs counts');
    assert.equal(looks, 3, 'two runs, and a look at what the second changed');
    await Promise.all([keep.run(need(200_000)), keep.run(need(10)), keep.run()]);
    assert.equal(changes.length, 2);
    assert.equal(looks, 5, 'one run for all three');
  });

  it('runs for what is needed although the run under way fails', async () => {
    const { on, keep, openings } = world();
    on.addDisk(1);
    const refresh = on.vault.refresh.bind(on.vault);
    on.vault.refresh = () => {
      on.vault.refresh = refresh;
      return Promise.reject(new Error('no ledger'));
    };
    const first = keep.run();
    const second = keep.run({ geometry: { dataShards: 2, parityShards: 1 }, shardSizeBytes: 10 });
    await assert.rejects(first, /no ledger/);
    await second;
    assert.equal(openings.length, 1);
  });
});
