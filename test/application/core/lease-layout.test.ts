import { LeaseLayout, replaySteps, type VectorShard } from '@dstore/application/core/lease-layout.js';
import { ShardVector } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';

import { SeededRandom } from '../memory-vault.js';

const seed = 20_252;
const shard = (stripeId: string, index = 0): VectorShard => ({
  stripeId,
  index,
  digest: Buffer.from(`${stripeId}${index}`).toString('hex').padEnd(64, '0'),
  size: 4096,
});

describe('lease layouts', () => {
  it(`A-129 agree with the provider's vector, the steps and a naive list after 300 random changes (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    let layout = new LeaseLayout('l', 'd', 0n, []);
    let vector = ShardVector.of();
    let replayed: { stripeId: string; index: number }[] = [];
    const present = new Set<string>();
    for (let turn = 0; turn < 300; turn += 1) {
      const removals = layout.shards.filter(() => random.below(6) === 0).reverse();
      const appends = Array.from({ length: random.below(4) }, (_, at) => shard(`t${turn}-${at}`, at));
      const { layout: next, changes, steps } = layout.changed([...removals, shard('nowhere')], appends);
      for (const { stripeId } of removals) present.delete(stripeId);
      for (const { stripeId } of appends) present.add(stripeId);
      vector = vector.applied(changes);
      replayed = replaySteps(replayed, steps);
      layout = next;
      assert.equal(layout.revision, BigInt(turn + 1));
      assert.equal(layout.vector.root, vector.root);
      assert.equal(layout.vector.root, ShardVector.of(layout.shards).root);
      assert.deepEqual(
        layout.shards.map(({ stripeId, index }) => ({ stripeId, index })),
        replayed,
      );
      assert.deepEqual(new Set(layout.shards.map(({ stripeId }) => stripeId)), present);
    }
    for (const [position, name] of layout.shards.entries()) assert.equal(layout.positionOf(name), position);
    assert.ok(present.size > 0);
  });

  it('leave the one they were changed from as it is', () => {
    const layout = new LeaseLayout('l', 'd', 4n, [shard('a'), shard('b'), shard('c')]);
    const root = layout.vector.root;
    layout.changed([shard('a')], [shard('d')]);
    assert.deepEqual(
      layout.shards.map(({ stripeId }) => stripeId),
      ['a', 'b', 'c'],
    );
    assert.equal(layout.vector.root, root);
    assert.equal(layout.revision, 4n);
    assert.equal(layout.positionOf(shard('d')), undefined);
  });

  it('let the last one move to where one was removed, and the last one go without a move', () => {
    const layout = new LeaseLayout('l', 'd', 0n, [shard('a'), shard('b'), shard('c')]);
    assert.deepEqual(layout.changed([shard('a'), shard('c')], []).steps, [{ remove: 0 }, { remove: 0 }]);
    assert.deepEqual(layout.changed([shard('c')], []).steps, [{ remove: 2 }]);
  });

  it('A-129 replay no step that removes what is not there', () => {
    assert.throws(() => replaySteps([shard('a')], [{ remove: 1 }]), RangeError);
    assert.throws(() => replaySteps([], [{ remove: 0 }]), RangeError);
  });
});
