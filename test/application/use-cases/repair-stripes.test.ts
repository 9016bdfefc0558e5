import assert from 'node:assert/strict';

import type { RepairState } from '@dstore/application/ports/repair-board.js';

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

/** A board's post that fails once, at the first state that this is true of. */
function failingOnce(board: VaultOfTests['board'], isDue: (state: RepairState) => boolean) {
  const post = board.post.bind(board);
  let failed = false;
  return (state: RepairState): void => {
    if (failed || !isDue(state)) return post(state);
    failed = true;
    throw new Error('the board broke');
  };
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

  it('rebuilds four stripes at once and no more', async () => {
    const vault = filled();
    vault.end(1);
    for (const disk of vault.disks.values()) disk.delay = () => vault.clock.sleep(1000);
    const running = vault.repair().run();
    await vault.clock.advance(60_000);
    assert.equal((await running).repairedStripes, 6);
    assert.deepEqual([vault.seats.most, vault.seats.taken], [4, 0]);
    assertWhole(vault);
  });

  it('A-41 keeps all lanes together to its rate, also when disks are slow', async () => {
    const vault = filled();
    vault.end(1);
    const begin = vault.clock.now();
    const puts: number[] = [];
    for (const disk of vault.disks.values())
      disk.delay = async (what) => {
        if (what === 'put') puts.push(vault.clock.now() - begin);
        await vault.clock.sleep(1500);
      };
    const running = vault.repair(8192).run();
    await vault.clock.advance(60_000);
    await running;
    // Each stripe takes three seconds, half of them to be fetched; they overlap, and begin a second apart.
    assert.deepEqual(puts, [1500, 2500, 3500, 4500, 5500, 6500]);
    assertWhole(vault);
  });

  it('F-01 stops all lanes at the first failure, commits nothing, and ends whole in the next run', async () => {
    const vault = filled();
    vault.end(1);
    for (const disk of vault.disks.values()) disk.delay = (_, signal) => vault.clock.sleep(1000, signal);
    const repair = vault.repair();
    vault.board.post = failingOnce(vault.board, ({ repairedStripes }) => repairedStripes === 1);
    const rejected = assert.rejects(repair.run(), /the board broke/);
    await vault.clock.advance(60_000);
    await rejected;
    assert.deepEqual([vault.commits.length, vault.clock.sleepers, vault.seats.taken], [0, 0, 0]);
    const again = repair.run();
    await vault.clock.advance(60_000);
    assert.equal((await again).movedShards, 6);
    assertWhole(vault);
  });

  it('leaves a stripe that fails in one lane for the next run, and finishes the others', async () => {
    const vault = filled();
    vault.end(1);
    vault.seats.failsOnce = new Error('the thread died');
    const repair = vault.repair();
    assert.equal((await repair.run()).movedShards, 5);
    assert.equal(vault.seats.taken, 0);
    assert.equal((await repair.run()).movedShards, 1);
    assertWhole(vault);
  });

  it('gives every seat back when it is stopped in the middle of its lanes', async () => {
    const vault = filled();
    vault.end(1);
    for (const disk of vault.disks.values()) disk.delay = (_, signal) => vault.clock.sleep(1000, signal);
    const stop = new AbortController();
    const rejected = assert.rejects(vault.repair().run(stop.signal), /enough/);
    await vault.clock.advance(500);
    assert.equal(vault.seats.taken, 4);
    stop.abort(new Error('enough'));
    await rejected;
    assert.deepEqual([vault.commits.length, vault.clock.sleepers, vault.seats.taken], [0, 0, 0]);
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
