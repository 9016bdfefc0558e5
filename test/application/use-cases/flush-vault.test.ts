import { Refusal } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';

import { ConsortiumOfTests, type OwnerOfTests } from '../consortium-of-tests.js';
import type { MemoryDoor } from '../memory-doors.js';
import { MemoryVault } from '../memory-vault.js';

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

  it('tries again where a peer that is behind does not know a lease yet', async () => {
    let refusals = 0;
    owner.ledger.tap = ({ name, pass }) => {
      if (name !== 'VaultContract:Commit' || refusals === 2) return pass();
      refusals += 1;
      return Promise.reject(new Refusal('lease-unknown', 'there is no such lease'));
    };
    await owner.put('fresh', Buffer.from('x')).finally(() => (owner.ledger.tap = undefined));
    assert.equal(refusals, 2);
    assert.equal((await owner.get('fresh')).toString(), 'x');
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
      await changeBucket.amend('bucket', { versions: steps % 2 === 0 ? 'keep' : 'latest' }, {});
    }
  });

  it('refuses a change that its bucket rules out, and lets the others of its flush pass', async () => {
    const { changeBucket } = owner.open.useCases;
    await changeBucket.make('empty-one', {});
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

describe('FlushVault of a busy vault', () => {
  /** A vault whose flushes take 100 ms; `pause` is called with how often it was, and answers how many milliseconds it takes. */
  async function busy(pause: (times: number, put: (key: string) => void) => number) {
    const world = new MemoryVault('busy');
    const catalog = new SqliteCatalog(':memory:');
    const [door] = world.doors as [MemoryDoor];
    const sign = door.signReceipt.bind(door);
    door.signReceipt = async (request) => {
      for (const key of late.splice(0)) start(key);
      await world.clock.advance(100);
      return sign(request);
    };
    const late: string[] = [];
    let pauses = 0;
    const { vault, flush, put } = await world.open(catalog, 1000, () =>
      world.clock.advance(pause((pauses += 1), start)),
    );
    await new ChangeBucket(vault, flush).run('busy', {});
    await world.clock.advance(1000);
    const puts: Promise<unknown>[] = [];
    const start = (key: string) => {
      puts.push(put.run({ bucket: 'busy', key, body: Readable.from([Buffer.from(key)]) }));
    };
    /** Puts one, and others while the first is being flushed. */
    const flushesOf = async (first: string, ...others: string[]) => {
      const before = catalog.revision();
      pauses = 0;
      late.push(...others);
      start(first);
      for (let at = 0; at < puts.length; at += 1) await puts[at];
      return { flushes: Number(catalog.revision() - before), pauses };
    };
    return { world, flushesOf };
  }

  it('waits for as many changes as the last flush took and left, and takes them together', async () => {
    const { flushesOf } = await busy((times, put) => {
      if (times === 3) put('a again');
      return 1;
    });
    const { flushes, pauses } = await flushesOf('a', 'b');
    assert.equal(flushes, 2);
    assert.ok(pauses >= 3 && pauses < 100, `${pauses} pauses of 1 ms after a flush of 100`);
  });

  it('waits no longer than the last flush took for those who do not come', async () => {
    const { flushesOf } = await busy(() => 30);
    assert.deepEqual(await flushesOf('a', 'b'), { flushes: 2, pauses: 4 });
  });

  it('waits for nobody when it was idle', async () => {
    const { world, flushesOf } = await busy(() => 30);
    await flushesOf('a', 'b');
    await world.clock.advance(1000);
    assert.deepEqual(await flushesOf('c'), { flushes: 1, pauses: 0 });
  });

  it('waits no longer when the clock is set back', async () => {
    const { flushesOf } = await busy(() => -3_600_000);
    assert.deepEqual(await flushesOf('a', 'b'), { flushes: 2, pauses: 1 });
  });

  it('does not wait when one client puts one object after the other', async () => {
    const { flushesOf } = await busy(() => 30);
    for (const key of ['a', 'b', 'c']) assert.deepEqual(await flushesOf(key), { flushes: 1, pauses: 0 });
  });
});
