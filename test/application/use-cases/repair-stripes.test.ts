import assert from 'node:assert/strict';

import { tabRow } from '../rows.js';
import { leaseOn, VaultOfTests } from './vault-of-tests.js';

/** Twelve stripes over six disks, each disk holding six shards. */
function filled(disks = 6): VaultOfTests {
  const vault = new VaultOfTests(disks);
  for (let at = 0; at < 12; at += 1)
    vault.put(
      `s${at}`,
      [0, 1, 2].map((i) => ((at + i) % 6) + 1),
    );
  return vault;
}

function assertWhole(vault: VaultOfTests): void {
  for (const { stripeId, shards } of vault.stripes.values()) {
    assert.equal(vault.soundShards(stripeId), 3, stripeId);
    assert.equal(new Set(shards.map((shard) => shard.diskId)).size, 3);
  }
}

describe('repair-stripes', () => {
  it('does nothing where nothing is missing', async () => {
    const vault = filled();
    const report = await vault.repair().run();
    assert.deepEqual(report, {
      repairedStripes: 0,
      movedShards: 0,
      restoredShards: 0,
      lost: [],
      unplaced: [],
    });
    assert.equal(vault.commits.length, 0);
    assert.equal(vault.board.read()?.running, false);
  });

  it('moves all shards of two disks in default to others, in one commit, the rarest first', async () => {
    const vault = filled();
    for (const at of [1, 2]) {
      vault.end(at);
      vault.disk(at).shards.clear();
    }
    const report = await vault.repair().run();
    assert.deepEqual(report, {
      repairedStripes: 8,
      movedShards: 12,
      restoredShards: 0,
      lost: [],
      unplaced: [],
    });
    assert.equal(vault.commits.length, 1);
    assertWhole(vault);
    const places = [...vault.stripes.values()].flatMap(({ shards }) => shards.map((shard) => shard.diskId));
    assert.ok(!places.includes('d1') && !places.includes('d2'));
    const perStripe = vault.commits[0]?.map((move) => move.stripeId) ?? [];
    assert.equal(new Set(perStripe.slice(0, 8)).size, 4, 'stripes that lost two shards come first');
  });

  it('uses a disk that joined, opening a lease there', async () => {
    const vault = new VaultOfTests(3);
    vault.put('s', [1, 2, 3]);
    vault.end(3);
    vault.addDisk(7);
    await vault.repair().run();
    assertWhole(vault);
    assert.deepEqual(
      vault.disk(7).puts.map((put) => put.leaseId),
      [leaseOn(7)],
    );
  });

  it('A-142 puts a suspected shard back under its old lease, without a commit', async () => {
    const vault = filled();
    const shard = vault.stripes.get('s0')?.shards[1];
    assert.ok(shard);
    vault.disk(2).shards.set(shard.digest, Buffer.alloc(4096));
    vault.suspects.note(shard);
    const report = await vault.repair().run();
    assert.equal(report.restoredShards, 1);
    assert.equal(vault.commits.length, 0);
    assert.equal(vault.suspects.count, 0);
    assertWhole(vault);
  });

  it('A-142 leaves a shard alone that is back by itself', async () => {
    const vault = filled();
    const shard = vault.stripes.get('s0')?.shards[1];
    assert.ok(shard);
    vault.suspects.note(shard);
    await vault.repair().run();
    assert.equal(vault.suspects.count, 0);
    assert.equal(vault.disk(2).puts.length, 0);
  });

  it('moves a reported loss elsewhere when its disk takes nothing, and waives it', async () => {
    const vault = filled();
    const shard = vault.stripes.get('s0')?.shards[1];
    assert.ok(shard);
    const loss = { index: 0n, digest: shard.digest, size: 4096, reportedIn: 9n };
    vault.rows.set('tab', [leaseOn(2)], tabRow({ answeredThrough: 9n, losses: [loss] }));
    vault.disk(2).shards.delete(shard.digest);
    vault.disk(2).mood = 'full';
    const repair = vault.repair();
    assert.equal((await repair.run()).repairedStripes, 0);
    const report = await repair.run();
    assert.deepEqual([report.repairedStripes, report.movedShards], [1, 1]);
    assert.deepEqual(vault.waived, [{ leaseId: leaseOn(2), digests: [shard.digest] }]);
    assertWhole(vault);
  });

  it('fills up stripes that were committed degraded', async () => {
    const vault = new VaultOfTests();
    vault.put('s', [1, 2, undefined]);
    await vault.repair().run();
    assert.equal(vault.commits[0]?.[0]?.from, undefined);
    assertWhole(vault);
  });

  it('believes no shard whose digest does not fit, and reads another', async () => {
    const vault = new VaultOfTests();
    const stripe = vault.put('s', [1, 2, 3]);
    vault.end(3);
    vault.disk(1).shards.set(stripe.shards[0]?.digest ?? '', Buffer.alloc(4096, 1));
    await vault.repair().run();
    assert.ok(vault.suspects.has({ diskId: 'd1', digest: stripe.shards[0]?.digest ?? '' }));
    await vault.repair().run();
    assertWhole(vault);
  });

  it('leaves stripes that are lost, and repairs the others', async () => {
    const vault = filled();
    for (const at of [1, 2, 3]) vault.end(at);
    const report = await vault.repair().run();
    assert.deepEqual([...report.lost].sort(), ['s0', 's6']);
    for (const { stripeId } of vault.stripes.values())
      if (!report.lost.includes(stripeId)) assert.equal(vault.soundShards(stripeId), 3);
    assert.equal(vault.board.read()?.lost, 2);
  });

  it('A-41 waits out the grace of a late lease, and gives up a silent one before its default', async () => {
    const vault = filled();
    vault.rows.set('tab', [leaseOn(1)], tabRow({ answeredThrough: 8n }));
    assert.equal((await vault.repair().run()).movedShards, 0);
    vault.rows.set('tab', [leaseOn(1)], tabRow({ answeredThrough: 7n }));
    assert.equal((await vault.repair().run()).movedShards, 6);
    assertWhole(vault);
  });

  it('F-01 starts over after a commit that failed, and ends whole', async () => {
    const vault = filled();
    vault.end(1);
    vault.commitFails = new Error('crashed');
    await assert.rejects(vault.repair().run(), /crashed/);
    assert.equal((await vault.repair().run()).movedShards, 6);
    assertWhole(vault);
  });

  it('runs once for two who ask at the same time, and says how far it is', async () => {
    const vault = filled();
    vault.end(1);
    const repair = vault.repair(8192);
    const both = Promise.all([repair.run(), repair.run()]);
    await vault.clock.advance(3500);
    const { running, queued, repairedStripes } = vault.board.read() ?? {};
    assert.deepEqual([running, queued, repairedStripes], [true, 6, 4]);
    await vault.clock.advance(10_000);
    const [first, second] = await both;
    assert.equal(first, second);
    assert.equal(vault.board.read()?.running, false);
  });

  it('A-41 keeps to its rate', async () => {
    const vault = filled();
    vault.end(1);
    const begin = vault.clock.now();
    let ended = 0;
    const running = vault
      .repair(8192)
      .run()
      .then(() => (ended = vault.clock.now()));
    await vault.clock.advance(60_000);
    await running;
    assert.ok(ended - begin >= 6000, 'six stripes of two shards each, one a second');
  });

  it('stops at once when told to, and commits nothing', async () => {
    const vault = filled();
    vault.end(1);
    const stop = new AbortController();
    const running = vault.repair(1).run(stop.signal);
    await vault.clock.advance(1000);
    stop.abort(new Error('enough'));
    await assert.rejects(running, /enough/);
    assert.equal(vault.commits.length, 0);
    assert.equal(vault.clock.sleepers, 0);
  });

  it('names stripes that find no disk, and tries each disk once', async () => {
    const vault = new VaultOfTests(3);
    vault.put('s', [1, 2, 3]);
    vault.end(3);
    vault.short.add('d3');
    const report = await vault.repair().run();
    assert.deepEqual(report.unplaced, ['s']);
    assert.equal(vault.board.read()?.unplaced, 1);
  });

  it('takes a disk that defaulted under a new lease when no other is left', async () => {
    const vault = new VaultOfTests(3);
    vault.put('s', [1, 2, 3]);
    vault.end(3);
    vault.disk(3).shards.clear();
    await vault.repair().run();
    assertWhole(vault);
    assert.deepEqual(
      vault.disk(3).puts.map((put) => put.leaseId),
      [leaseOn(19)],
    );
  });

  it('moves what a standing disk lost in masses, instead of giving it back', async () => {
    const vault = new VaultOfTests(4);
    for (let at = 0; at < 20; at += 1) vault.put(`s${at}`, [1, 2, 3]);
    for (const digest of vault.disk(3).shards.keys()) vault.suspects.note({ diskId: 'd3', digest });
    vault.disk(3).shards.clear();
    const report = await vault.repair().run();
    assert.deepEqual([report.movedShards, report.restoredShards], [20, 0]);
    assert.equal(vault.disk(3).puts.length, 0);
    assertWhole(vault);
  });

  it('plans anew without a disk that gives no lease', async () => {
    const vault = new VaultOfTests(3);
    vault.put('s', [1, 2, 3]);
    vault.end(3);
    vault.addDisk(4);
    vault.addDisk(5);
    vault.short.add('d4');
    await vault.repair().run();
    assertWhole(vault);
    assert.equal(vault.disk(5).puts.length, 1);
  });
});
