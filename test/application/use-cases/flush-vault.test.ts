import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { ConsortiumOfTests, type OwnerOfTests } from '../consortium-of-tests.js';

describe('FlushVault', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  before(async () => {
    consortium = await ConsortiumOfTests.open({ organizations: 3 });
    owner = await consortium.openOwner();
    await owner.makeBucket();
  });
  after(() => consortium?.close());
  afterEach(async () => {
    await consortium.assertMirrors(owner);
    await consortium.assertSupply();
  });

  const revision = async () => (await consortium.ledger.read('vault', 'v'))?.revision ?? 0n;
  const stripesOf = (key: string) => owner.open.useCases.locateShards.run({ bucket: 'bucket', key });

  it('takes into one commit what arrives while another is in flight', async () => {
    const before = await revision();
    const objects = Array.from({ length: 30 }, (_, at) => randomBytes(100 + at * 977));
    await Promise.all(objects.map((bytes, at) => owner.put(`small-${at}`, bytes)));
    assert.ok((await revision()) - before <= 3n);
    for (const [at, bytes] of objects.entries()) assert.deepEqual(await owner.get(`small-${at}`), bytes);
  });

  it('A-139 packs small objects end to end: extents of a stripe lie side by side and within it', async () => {
    const { catalog } = owner.open.vault.means;
    const byStripe = new Map<string, { offset: number; length: number }[]>();
    for (let at = 0; at < 30; at += 1)
      for (const { extents } of catalog.current('bucket', `small-${at}`)?.streams ?? [])
        for (const { stripeId, offset, length } of extents)
          byStripe.set(stripeId, [...(byStripe.get(stripeId) ?? []), { offset, length }]);
    assert.ok(byStripe.size < 10);
    for (const [stripeId, extents] of byStripe) {
      let end = 0;
      for (const { offset, length } of extents.sort((a, b) => a.offset - b.offset)) {
        assert.ok(offset >= end, stripeId);
        end = offset + length;
      }
      assert.ok(end <= (catalog.stripe(stripeId)?.length ?? 0));
    }
  });

  it('never puts two shards of a stripe on one disk', () => {
    for (const { shards } of owner.open.vault.means.catalog.stripes())
      assert.equal(new Set(shards.map(({ diskId }) => diskId)).size, 3);
  });

  it('S-15 lets one of two creators win, though both come in one flush', async () => {
    const { putObject } = owner.open.useCases;
    const create = (body: Buffer) =>
      putObject.run({
        bucket: 'bucket',
        key: 'created',
        body: (async function* () {
          yield body;
        })(),
        conditions: { ifNoneMatch: '*' },
      });
    const outcomes = await Promise.allSettled([create(Buffer.from('one')), create(Buffer.from('two'))]);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(lost.length, 1);
    assert.equal((lost[0]?.reason as { code: string }).code, 'precondition-failed');
    const won = outcomes.findIndex((outcome) => outcome.status === 'fulfilled');
    assert.equal((await owner.get('created')).toString(), ['one', 'two'][won]);
  });

  it('takes the shards of what was overwritten and deleted off the disks, and leaves packed neighbours', async () => {
    await owner.put('large', randomBytes(5_000_000));
    const dead = stripesOf('large').flatMap(({ shards }) => shards.map(({ digest }) => digest));
    await owner.put('large', Buffer.from('short'));
    await owner.open.useCases.deleteObject.run({ bucket: 'bucket', key: 'small-7' });
    await owner.put('another', Buffer.from('flush'));
    await consortium.assertMirrors(owner);
    await consortium.lapse();
    const left = new Set<string>();
    for (const { disk } of consortium.providers) for (const each of await disk.digests()) left.add(each);
    const full = dead.filter((digest) => left.has(digest));
    assert.ok(full.length <= 3, 'but for a tail that others are packed with');
    await assert.rejects(owner.get('small-7'), { code: 'object-unknown' });
    assert.equal((await owner.get('small-8')).length, 100 + 8 * 977);
    assert.equal((await owner.get('large')).toString(), 'short');
    await consortium.assertNoResidue();
  });

  it('takes a change that comes in the very moment when the last flush ends', async () => {
    const { changeBucket } = owner.open.useCases;
    for (let steps = 0; steps < 12; steps += 1) {
      await owner.put('before', Buffer.from('x'));
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      await changeBucket.run('bucket', { versions: steps % 2 === 0 ? 'keep' : 'latest' });
    }
  });

  it('refuses a change that its bucket rules out, and lets the others of its flush pass', async () => {
    const { changeBucket } = owner.open.useCases;
    await changeBucket.run('empty-one', {}, true);
    const outcomes = await Promise.allSettled([
      changeBucket.drop('bucket'),
      owner.put('beside', Buffer.from('x')),
      changeBucket.drop('empty-one'),
      changeBucket.drop('unheard-of'),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code: string }).code,
      ),
      ['bucket-not-empty', 'done', 'done', 'bucket-unknown'],
    );
  });
});
