import assert from 'node:assert/strict';
import { type Args, parseBundle, Refusal, type Verdict } from '@dstore/chaincode/domain';

import { leaseRow, tabRow } from '../rows.js';
import { leaseId, ProviderOnRows, shardOf } from './provider-on-rows.js';

const other = '0b'.repeat(16);

/** A law that judges every proof alike, or refuses the transaction. */
async function judgedBy(judge: (leaseIds: readonly string[]) => Verdict[]) {
  const batches: string[][] = [];
  const world = await ProviderOnRows.open({
    'AuditContract:SubmitProofs': () => {
      const verdicts = judge(batches.at(-1) as string[]);
      for (const { leaseId: id, verdict } of verdicts)
        if (verdict === 'proven') world.rows.set('tab', [id], tabRow({ provenThrough: 10n }));
      return { batchId: '00'.repeat(16), verdicts };
    },
    'AuditContract:ReportLoss': (args: Args<'AuditContract:ReportLoss'>) => {
      const losses = args.losses.map(({ index, entry }) => ({ index, ...entry, reportedIn: 10n }));
      world.rows.set('tab', [args.leaseId], tabRow({ losses, provenThrough: 9n }));
      return {};
    },
  });
  world.provider.ledger.tap = ({ options, pass }) => {
    const bundle = options?.transient?.['bundle'];
    if (bundle !== undefined) batches.push(parseBundle(bundle).map((proof) => proof.leaseId));
    return pass();
  };
  return { world, batches, run: () => world.provider.answerChallenges.run() };
}

const proven = (leaseIds: readonly string[]) =>
  leaseIds.map((id): Verdict => ({ leaseId: id, verdict: 'proven', paid: 1n }));
const refused = (leaseIds: readonly string[]) =>
  leaseIds.map((id): Verdict => ({ leaseId: id, verdict: 'refused', reason: 'loss-uncured', paid: 0n }));

describe('AnswerChallenges', () => {
  it('answers for a lease without content, once', async () => {
    const { world, batches, run } = await judgedBy(proven);
    assert.deepEqual(await run(), proven([leaseId]));
    assert.deepEqual(await run(), []);
    assert.deepEqual(batches, [[leaseId]]);
    await world.close();
  });

  it('leaves leases of other disks, ended ones, and terms that do not run', async () => {
    const { world, batches, run } = await judgedBy(proven);
    const cases = [
      { diskId: 'd3' },
      { state: 'closed' },
      { firstEpoch: 11n },
      { terms: { capacityBytes: 1n, lastEpoch: 9n } },
    ] as const;
    for (const [at, change] of cases.entries()) {
      const id = `${at}c`.repeat(16);
      world.rows.set('lease', [id], leaseRow({ leaseId: id, ...change }));
      world.rows.set('tab', [id], tabRow());
    }
    await run();
    assert.deepEqual(batches, [[leaseId]]);
    await world.close();
  });

  it('waits while no epoch has a seed', async () => {
    const { world, batches, run } = await judgedBy(proven);
    world.rows.remove('epochs', '10');
    assert.deepEqual(await run(), []);
    assert.deepEqual(batches, []);
    await world.close();
  });

  it('A-100 submits nothing for a lease that lacks a drawn shard, reports it, and proves the others', async () => {
    const { world, batches, run } = await judgedBy(proven);
    const shard = shardOf();
    await world.hold(shard);
    world.rows.set('lease', [other], leaseRow({ leaseId: other }));
    world.rows.set('tab', [other], tabRow({ provenThrough: 9n }));
    world.provider.disk.rot(shard.digest);
    assert.deepEqual(await run(), proven([other]));
    assert.deepEqual(batches, [[other]]);
    assert.equal(world.rows.get('tab', leaseId)?.losses[0]?.digest, shard.digest);
    await world.close();
  });

  it('does not submit again in an epoch what was refused in it', async () => {
    const { world, batches, run } = await judgedBy(refused);
    assert.deepEqual(await run(), refused([leaseId]));
    assert.deepEqual(await run(), []);
    assert.equal(batches.length, 1);
    world.turnTo(11n);
    await run();
    assert.equal(batches.length, 2);
    await world.close();
  });

  it('A-118 splits a batch that fails on one lease, so that the others are paid', async () => {
    const bad = '1c'.repeat(16);
    const { world, batches, run } = await judgedBy((leaseIds) => {
      if (leaseIds.includes(bad)) throw new Error('conflict');
      return proven(leaseIds);
    });
    for (const id of [other, bad, '2d'.repeat(16)]) {
      world.rows.set('lease', [id], leaseRow({ leaseId: id }));
      world.rows.set('tab', [id], tabRow({ provenThrough: 9n }));
    }
    const verdicts = await run();
    assert.equal(batches[0]?.length, 4);
    assert.deepEqual(verdicts.map((one) => one.leaseId).sort(), [leaseId, other, '2d'.repeat(16)].sort());
    await world.close();
  });

  it('A-24 takes being too late for an answer, and hands on other refusals', async () => {
    for (const code of ['proof-late', 'proof-repeated', 'not-provider'] as const) {
      const { world, run } = await judgedBy(() => {
        throw new Refusal(code, 'no');
      });
      if (code === 'not-provider') await assert.rejects(run(), { code });
      else assert.deepEqual(await run(), []);
      await world.close();
    }
  });

  it('F-100 says when the book lacks an audited content, and reports no loss for it', async () => {
    const { world, batches, run } = await judgedBy(proven);
    const content = { revision: 7n, root: 'ab'.repeat(32), count: 3n, bytes: 12_288n };
    world.rows.set('content', [leaseId, '5'], content);
    assert.deepEqual(await run(), []);
    assert.deepEqual(batches, []);
    assert.deepEqual(world.rows.get('tab', leaseId)?.losses, []);
    assert.ok(world.provider.log.lines.some(({ level }) => level === 'error'));
    await world.close();
  });
});
