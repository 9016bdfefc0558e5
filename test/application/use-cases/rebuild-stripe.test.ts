import assert from 'node:assert/strict';

import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';
import { encodePlainly, reconstructPlainly } from '@dstore/application/core/plain-erasure.js';
import type { StripeRepair } from '@dstore/application/core/repair-plan.js';
import { shardDigest } from '@dstore/application/core/shard.js';
import { RebuildStripe } from '@dstore/application/use-cases/rebuild-stripe.js';
import { sha256 } from '@dstore/chaincode/domain';
import fc from 'fast-check';

import { leaseOn, VaultOfTests } from './vault-of-tests.js';

function rebuilding(change: (vault: VaultOfTests) => void = () => undefined) {
  const vault = new VaultOfTests();
  const stripe = vault.put('s', [1, 2, 3]);
  vault.end(3);
  change(vault);
  const { doors, suspects, clock } = vault;
  const useCase = new RebuildStripe({ doors, suspects, clock, codec: vault.seats });
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

  it('A-18 asks a disk that was silent after the others, until a minute has passed', async () => {
    const { vault, run } = rebuilding((each) => (each.disk(1).mood = 'silent'));
    const asked: number[] = [];
    for (const at of [1, 2]) vault.disk(at).delay = async () => void asked.push(at);
    await run();
    vault.disk(1).mood = 'well';
    await run();
    await vault.clock.advance(60_000);
    await run();
    assert.deepEqual(asked, [1, 2, 2, 1]);
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

  it('gives its seat back, however it ends', async () => {
    for (const mood of ['well', 'full', 'silent'] as const) {
      const { vault, run } = rebuilding((each) => {
        for (const disk of each.disks.values()) disk.mood = mood;
      });
      await run().catch(() => undefined);
      assert.deepEqual([vault.seats.most, vault.seats.taken], [1, 0], mood);
    }
  });

  it('puts nothing when what it made is not what was lost', async () => {
    const { vault, former, repair, useCase, stripe } = rebuilding();
    assert.ok(former);
    const other = { ...former, digest: shardDigest(Buffer.from('other')) };
    const wrong: StripeRepair = {
      ...repair,
      rebuilds: [{ kind: 'move', index: 2, former: other, diskId: 'd4' }],
    };
    await assert.rejects(useCase.run(stripe, wrong, new Map([['d4', leaseOn(4)]])), /^Error: invariant/);
    assert.equal(vault.disk(4).puts.length, 0);
  });

  it('rebuilds what the plain arithmetic gives, whatever is lost or wrong while k good shards are left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([4, 2] as const, [10, 4] as const),
        fc.array(fc.nat(), { minLength: 14, maxLength: 14 }),
        fc.nat({ max: 4 }),
        fc.nat({ max: 2 }),
        async ([k, m], order, losses, flaws) => {
          const shuffled = order
            .slice(0, k + m)
            .map((rank, index) => ({ rank, index }))
            .sort((one, other) => one.rank - other.rank)
            .map(({ index }) => index);
          const lost = shuffled.slice(0, Math.min(losses, m));
          const flawed = shuffled.slice(lost.length, Math.min(lost.length + flaws, m));
          await assertRebuilt(k, m, lost, flawed);
        },
      ),
      { seed: 20261126, numRuns: 60 },
    );
  });
});

/** Loses shards of a stripe, flips a bit in others, and has the lost ones restored. */
async function assertRebuilt(
  k: number,
  m: number,
  lost: readonly number[],
  flawed: readonly number[],
): Promise<void> {
  const vault = new VaultOfTests(k + m);
  const data = Array.from({ length: k }, (_, index) => Buffer.alloc(4160, sha256(Buffer.of(index))));
  const all = [...data, ...encodePlainly(data, m)];
  const shards = all.map((bytes, index) => {
    const digest = shardDigest(bytes);
    vault.disk(index + 1).shards.set(digest, Buffer.from(bytes));
    return { index, digest, leaseId: leaseOn(index + 1), diskId: `d${index + 1}` };
  });
  for (const index of lost) vault.disk(index + 1).shards.clear();
  for (const index of flawed) flip(vault.disk(index + 1).shards.get(shards[index]?.digest ?? ''));
  const stripe = { stripeId: 's', dataShards: k, parityShards: m, holdsEntry: false, shards };
  const missing = shards.filter(({ index }) => lost.includes(index));
  const codec = new LocalCodec(1 << 20);
  const { doors, suspects, clock } = vault;
  const { restored, refusing } = await new RebuildStripe({ doors, suspects, clock, codec }).run(
    { ...stripe, shardSizeBytes: 4160 },
    {
      stripeId: 's',
      sources: shards.filter((shard) => !missing.includes(shard)),
      rebuilds: missing.map((shard) => ({ kind: 'restore', shard })),
      bytes: 0,
    },
    new Map(),
  );
  assert.deepEqual([restored, refusing], [missing, []]);
  const expected = reconstructPlainly(
    all.map((bytes, index) => (lost.includes(index) ? undefined : bytes)),
    k,
    m,
    lost,
  );
  for (const [at, index] of lost.entries())
    assert.deepEqual(vault.disk(index + 1).shards.get(shards[index]?.digest ?? ''), expected[at]);
  for (const shard of shards)
    if (suspects.has(shard)) assert.ok(flawed.includes(shard.index), `${shard.index} is blamed`);
}

function flip(bytes: Buffer | undefined): void {
  assert.ok(bytes);
  bytes[77] = (bytes[77] as number) ^ 1;
}
