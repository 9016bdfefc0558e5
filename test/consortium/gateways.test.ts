import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Fault } from '@dstore/application/ports/fault.js';

import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';

const never = new Promise<never>(() => undefined);
const lost = () => new Fault('outcome-unknown', 'nobody knows', { retryable: false });

describe('gateways of one vault', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  const objects = new Map<string, Buffer>();

  before(async () => {
    consortium = await ConsortiumOfTests.open();
    owner = await consortium.openOwner();
    await owner.makeBucket();
    await put(owner, 'first', 700_000);
  });
  after(() => consortium?.close());
  afterEach(async () => {
    await consortium.assertSupply();
    await consortium.assertMirrors(owner);
    await readAll(owner);
  });

  const put = async (gateway: OwnerOfTests, key: string, bytes: number) => {
    const object = randomBytes(bytes);
    const result = await gateway.put(key, object);
    objects.set(key, object);
    return result;
  };
  const readAll = async (gateway: OwnerOfTests) => {
    for (const [key, object] of objects) assert.deepEqual(await gateway.get(key), object, key);
  };
  const vaultRevision = async () => (await consortium.ledger.read('vault', 'v'))?.revision ?? 0n;

  it('A-80 acknowledge a commit whose outcome got lost after it was valid, once', async () => {
    const before = await vaultRevision();
    owner.ledger.tap = async ({ pass }) => {
      owner.ledger.tap = undefined;
      await pass();
      throw lost();
    };
    await put(owner, 'valid', 5000);
    assert.equal(await vaultRevision(), before + 1n);
  });

  it('A-80 fail a put whose commit never was, leave nothing of it, and go on', async () => {
    const before = await vaultRevision();
    owner.ledger.tap = async () => {
      owner.ledger.tap = undefined;
      throw lost();
    };
    await assert.rejects(
      owner.put('never', randomBytes(3_000_000)),
      (error) => error instanceof Fault && error.code === 'outcome-unknown',
    );
    assert.equal(await vaultRevision(), before);
    await put(owner, 'next', 5000);
    await assert.rejects(owner.get('never'), { code: 'object-unknown' });
    await consortium.lapse();
    await consortium.assertNoResidue();
  });

  it('A-80 take over a commit that turns out valid only later', async () => {
    let later: (() => Promise<unknown>) | undefined;
    owner.ledger.tap = async ({ pass }) => {
      owner.ledger.tap = undefined;
      later = pass;
      throw lost();
    };
    const object = randomBytes(2_500_000);
    await assert.rejects(owner.put('late', object), { code: 'outcome-unknown' });
    await later?.();
    await put(owner, 'after', 5000);
    objects.set('late', object);
  });

  it('F-101 find what was committed before they died, without catalog and reply', async () => {
    const object = randomBytes(2_500_000);
    const landed = Promise.withResolvers<void>();
    owner.ledger.tap = async ({ pass }) => {
      await pass();
      landed.resolve();
      return never;
    };
    void owner.put('killed', object);
    await landed.promise;
    consortium.forget(owner);
    owner = await consortium.openOwner({ folder: owner.folder });
    objects.set('killed', object);
    assert.deepEqual(await owner.get('killed'), object);
    await put(owner, 'afterwards', 10_000);
  });

  it('A-126 lose the race for a revision, rebase, and acknowledge once, two of them at once', async () => {
    const other = await consortium.openOwner();
    const before = await vaultRevision();
    await Promise.all(
      [owner, other].flatMap((gateway, at) =>
        [1, 2, 3].map((number) => put(gateway, `race-${at}-${number}`, 40_000 * number)),
      ),
    );
    const raced = await vaultRevision();
    assert.ok(raced > before + 1n, 'both committed');
    await put(other, 'last of other', 1000);
    await put(owner, 'last of owner', 1000);
    assert.equal(await vaultRevision(), raced + 2n);
    await put(other, 'very last', 1000);
    await readAll(other);
    await put(owner, 'very very last', 1000);
  });

  it('F-14 rebuild a catalog that is gone from master key and ledger, a disk down', async () => {
    const listed = owner.open.useCases.listObjects.run({ bucket: 'bucket', limit: 100 });
    consortium.forget(owner);
    await owner.open.close();
    const [first] = consortium.providers;
    assert.ok(first);
    first.mood = 'silent';
    owner = await consortium.openOwner();
    assert.deepEqual(owner.open.useCases.listObjects.run({ bucket: 'bucket', limit: 100 }), listed);
    await readAll(owner);
    first.mood = 'well';
  });
});
