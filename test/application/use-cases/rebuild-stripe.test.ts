import assert from 'node:assert/strict';

import type { StripeRepair } from '@dstore/application/core/repair-plan.js';
import { RebuildStripe } from '@dstore/application/use-cases/rebuild-stripe.js';

import { leaseOn, maskedCopies, VaultOfTests } from './vault-of-tests.js';

function rebuilding(change: (vault: VaultOfTests) => void = () => undefined) {
  const vault = new VaultOfTests();
  const stripe = vault.put('s', [1, 2, 3]);
  vault.end(3);
  change(vault);
  const { doors, suspects } = vault;
  const useCase = new RebuildStripe({ doors, suspects, arithmetic: maskedCopies });
  const former = stripe.shards[2];
  const repair: StripeRepair = {
    stripeId: 's',
    sources: stripe.shards.slice(0, 2),
    rebuilds: [{ kind: 'move', index: 2, former, diskId: 'd4' }],
    bytes: 8192,
  };
  const run = () => useCase.run(stripe, repair, new Map([['d4', leaseOn(4)]]));
  return { vault, stripe, former, repair, useCase, run };
}

describe('rebuild-stripe', () => {
  it('puts the same bytes under the new lease and says what awaits a commit', async () => {
    const { vault, former, run } = rebuilding();
    const rebuilt = await run();
    const move = {
      stripeId: 's',
      index: 2,
      digest: former?.digest,
      sizeBytes: 4096,
      from: leaseOn(3),
      to: { leaseId: leaseOn(4), diskId: 'd4' },
    };
    assert.deepEqual(rebuilt, { moves: [move], restored: [], refusing: [] });
    assert.deepEqual(vault.disk(4).puts, [{ leaseId: leaseOn(4), digest: former?.digest }]);
  });

  it('reads on when a source is silent, and blames nobody for silence', async () => {
    const { vault, run } = rebuilding((each) => (each.disk(1).mood = 'silent'));
    assert.equal((await run()).moves.length, 1);
    assert.equal(vault.suspects.count, 0);
  });

  it('notes sources that lie or lost their shard, and gives up when too few are left', async () => {
    const { vault, run } = rebuilding((each) => {
      each.disk(1).shards.clear();
      for (const digest of each.disk(2).shards.keys()) each.disk(2).shards.set(digest, Buffer.alloc(4096));
    });
    await assert.rejects(run(), { code: 'shards-unreachable', retryable: true });
    assert.equal(vault.suspects.count, 2);
    assert.equal(vault.disk(4).puts.length, 0);
  });

  it('names the disk that takes no shard', async () => {
    const { run } = rebuilding((vault) => (vault.disk(4).mood = 'full'));
    assert.deepEqual(await run(), { moves: [], restored: [], refusing: ['d4'] });
  });

  it('leaves out a disk on which no lease was to be had', async () => {
    const { stripe, repair, useCase } = rebuilding();
    assert.deepEqual(await useCase.run(stripe, repair, new Map()), { moves: [], restored: [], refusing: [] });
  });
});
