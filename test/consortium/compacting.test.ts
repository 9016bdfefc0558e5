import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { allOf } from '../application/catalog-rows.js';
import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';

const never = new Promise<never>(() => undefined);

describe('compaction', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  let filled: { readonly stored: number; readonly held: bigint };
  const objects = new Map<string, Buffer>();

  before(async () => {
    consortium = await ConsortiumOfTests.open();
    owner = await consortium.openOwner();
    await owner.makeBucket();
    await fill('one');
    filled = { stored: stored(), held: heldBytes() };
  });
  after(() => consortium?.close());
  afterEach(async () => {
    for (const [key, bytes] of objects) assert.deepEqual(await owner.get(key), bytes, key);
    await consortium.assertMirrors(owner);
    await consortium.assertSupply();
  });

  /** Ninety objects, two of them large, of which two thirds are deleted again. */
  const fill = async (name: string) => {
    const made = Array.from({ length: 90 }, (_, at) => {
      return [`${name}/${at}`, randomBytes(at < 2 ? 2_500_000 : 40_000 + at)] as const;
    });
    for (let at = 0; at < made.length; at += 30)
      await Promise.all(made.slice(at, at + 30).map(([key, bytes]) => owner.put(key, bytes)));
    const remove = ([key]: readonly [string, Buffer]) =>
      owner.open.useCases.deleteObject.run({ bucket: 'bucket', key });
    await Promise.all(made.filter((_, at) => at % 3 !== 0).map(remove));
    for (const [key, bytes] of made.filter((_, at) => at % 3 === 0)) objects.set(key, bytes);
  };
  const catalog = () => owner.open.vault.means.catalog;
  const stored = () => catalog().usage().storedBytes;
  const heldBytes = () =>
    consortium.providers.reduce(
      (sum, { book }) => book.leaseIds().reduce((bytes, leaseId) => bytes + book.heldBytes(leaseId), sum),
      0n,
    );
  const leasedBytes = async () => (await owner.open.useCases.readUsage.run()).leasedBytes;
  /** The gateway dies where it stands, and another process opens the vault. */
  const kill = async () => {
    consortium.forget(owner);
    owner = await consortium.openOwner({ folder: owner.folder });
  };

  it('F-01 killed before its commit, leaves everything where it was', async () => {
    const submitted = Promise.withResolvers<void>();
    owner.ledger.tap = () => (submitted.resolve(), never);
    void owner.open.compactStripes.run();
    await submitted.promise;
    await kill();
    await consortium.lapse();
    await consortium.assertNoResidue();
  });

  it('F-101 killed after a commit that it never heard of, goes on from there', async () => {
    const valid = Promise.withResolvers<void>();
    owner.ledger.tap = async ({ pass }) => {
      await pass();
      valid.resolve();
      return never;
    };
    void owner.open.compactStripes.run();
    await valid.promise;
    await kill();
    for (const [key, bytes] of objects) assert.deepEqual(await owner.get(key), bytes, key);
  });

  it('I6 I13 makes the space of what was deleted free, and all that lives reads as before', async () => {
    const [credits, leased] = [await owner.credits(), await leasedBytes()];
    const report = await owner.open.compactStripes.run();
    assert.ok(report.releasedStripes > 0);
    assert.deepEqual([report.unreadable, report.short], [[], false]);
    const live = [...objects.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    assert.ok(stored() < 0.6 * filled.stored, `${stored()} of ${filled.stored} bytes`);
    assert.ok(stored() < 2.2 * live, `${stored()} for ${live} bytes that live, as (2, 2)`);
    assert.deepEqual([...catalog().sparseStripes()], []);
    assert.deepEqual([...catalog().deadStripes()], []);
    assert.deepEqual([await owner.credits(), await leasedBytes()], [credits, leased]);
    await consortium.assertMirrors(owner);
    await consortium.lapse();
    await consortium.assertNoResidue();
    assert.ok(heldBytes() < (filled.held * 6n) / 10n, `${heldBytes()} of ${filled.held} bytes`);
  });

  it('finds nothing more to do, and commits nothing then', async () => {
    const revision = catalog().revision();
    const report = await owner.open.compactStripes.run();
    assert.deepEqual([report.rewrittenStripes, report.releasedStripes], [0, 0]);
    assert.equal(catalog().revision(), revision);
  });

  it('A-139 is in the entries: a gateway that lost its catalog finds what was compacted', async () => {
    await fill('two');
    await owner.open.compactStripes.run();
    const before = allOf(catalog());
    const other = await consortium.openOwner({});
    assert.deepEqual(allOf(other.open.vault.means.catalog).versions, before.versions);
    consortium.forget(other);
    await other.open.close();
  });

  it('goes on beside puts, overwrites and deletions of what it copies', async () => {
    await fill('three');
    const running = owner.open.compactStripes.run();
    const keys = [...objects.keys()].slice(0, 30);
    await Promise.all(
      keys.map(async (key, at) => {
        if (at % 3 === 0) {
          await owner.open.useCases.deleteObject.run({ bucket: 'bucket', key });
          objects.delete(key);
          return;
        }
        const bytes = randomBytes(15_000 + at);
        objects.set(key, bytes);
        await owner.put(key, bytes);
      }),
    );
    await running;
  });

  it('moves an object under a reader, who reads on', async () => {
    await fill('four');
    const key = [...objects].find(
      ([name, bytes]) => name.startsWith('four') && bytes.length > 2_000_000,
    )?.[0];
    assert.ok(key);
    const body = owner.open.useCases.getObject.run({ bucket: 'bucket', key }).body;
    const pieces: Buffer[] = [(await body.next()).value as Buffer];
    await owner.open.compactStripes.run();
    await consortium.lapse();
    for await (const piece of body) pieces.push(piece);
    assert.deepEqual(Buffer.concat(pieces), objects.get(key));
  });

  it('leaves a stripe that it can not read for later, and compacts the others', async () => {
    await fill('five');
    const [stripe] = catalog().sparseStripes();
    const lost = stripe?.shards.slice(0, 3) ?? [];
    const behaviours = lost.map(({ diskId, digest }) => {
      const provider = consortium.provider(diskId);
      const { behaves } = provider;
      provider.behaves = (honest) => ({
        ...honest,
        getShard: async (wanted, ...rest) => {
          if (wanted === digest) throw new Error('not now');
          return honest.getShard(wanted, ...rest);
        },
      });
      return () => (provider.behaves = behaves);
    });
    const report = await owner.open.compactStripes.run();
    for (const restore of behaviours) restore();
    assert.deepEqual(report.unreadable, stripe === undefined ? [] : [stripe.stripeId]);
    await consortium.clock.advance(60_000);
    assert.deepEqual((await owner.open.compactStripes.run()).unreadable, []);
  });
});
