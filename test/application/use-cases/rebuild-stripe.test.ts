import assert from 'node:assert/strict';

import { encode } from '@dstore/application/core/erasure.js';
import type { StripeRepair } from '@dstore/application/core/repair-plan.js';
import { shardDigest } from '@dstore/application/core/shard.js';
import { RebuildStripe } from '@dstore/application/use-cases/rebuild-stripe.js';
import { sha256 } from '@dstore/chaincode/domain';

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

  it('rebuilds a stripe of four and two from any four shards', async () => {
    const vault = new VaultOfTests();
    const data = [0, 1, 2, 3].map((index) => sha256(Buffer.of(index)));
    const all = [...data, ...encode(data, 2)];
    const shards = all.map((bytes, index) => ({
      index,
      digest: shardDigest(bytes),
      leaseId: leaseOn(index + 1),
      diskId: `d${index + 1}`,
    }));
    all.forEach((bytes, index) => vault.disk(index + 1).shards.set(shards[index]?.digest ?? '', bytes));
    const missing = [shards[1], shards[4]].filter((shard) => shard !== undefined);
    for (const { diskId } of missing) vault.disks.get(diskId)?.shards.clear();
    const stripe = {
      stripeId: 's',
      dataShards: 4,
      parityShards: 2,
      shardSizeBytes: 32,
      holdsEntry: false,
      shards,
    };
    const { doors, suspects } = vault;
    const { restored } = await new RebuildStripe({ doors, suspects }).run(
      stripe,
      {
        stripeId: 's',
        sources: shards.filter((shard) => !missing.includes(shard)),
        rebuilds: missing.map((shard) => ({ kind: 'restore', shard })),
        bytes: 0,
      },
      new Map(),
    );
    assert.deepEqual(restored, missing);
    for (const { diskId, digest, index } of missing)
      assert.deepEqual(vault.disks.get(diskId)?.shards.get(digest), all[index]);
  });
});
