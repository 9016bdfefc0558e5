import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { CloseLeases } from '@dstore/application/use-cases/close-leases.js';
import { CollectEarnings } from '@dstore/application/use-cases/collect-earnings.js';
import { encodeBundle, parseBundle, Refusal } from '@dstore/chaincode/domain';

import { ConsortiumOfTests, creditsOf, type OwnerOfTests } from '../application/consortium-of-tests.js';
import type { ProviderOfTests } from '../application/provider-of-tests.js';

const due = 100n;

describe('providers that prove', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  const object = randomBytes(3_000_000);

  before(async () => {
    consortium = await ConsortiumOfTests.open({ params: { challenges: 12 } });
    owner = await consortium.openOwner();
    await owner.makeBucket();
    await owner.put('object', object);
  });
  after(() => consortium?.close());
  afterEach(() => consortium.assertSupply());

  /** The bundle that a provider would submit now, without its being submitted. */
  const bundleOf = async (provider: ProviderOfTests): Promise<Uint8Array> => {
    let bundle: Uint8Array | undefined;
    provider.ledger.tap = async ({ options }) => {
      bundle = options?.transient?.['bundle'];
      throw new Refusal('proof-late', 'held back');
    };
    await provider.answerChallenges.run();
    provider.ledger.tap = undefined;
    assert.ok(bundle);
    return bundle;
  };
  const submit = async (provider: ProviderOfTests, bundle: Uint8Array, epoch?: bigint) => {
    const args = { epoch: epoch ?? (await consortium.epoch()), diskId: provider.diskId };
    const { result } = await provider.ledger.submit('AuditContract:SubmitProofs', args, {
      transient: { bundle },
    });
    return result.verdicts[0];
  };

  it('I3 are paid once an epoch, however often they prove', async () => {
    const verdicts = await consortium.nextEpoch();
    for (const [diskId, [verdict]] of verdicts) assert.equal(verdict?.paid, due, diskId);
    for (const [diskId, again] of await consortium.prove()) assert.deepEqual(again, [], diskId);
    for (const { diskId } of consortium.providers) assert.equal((await owner.tab(diskId)).earned, due);
  });

  it('A-08 are not paid for the proof of another epoch, another disk or another lease', async () => {
    const [one, other] = consortium.providers as [ProviderOfTests, ProviderOfTests];
    await consortium.turnEpoch();
    const old = await bundleOf(one);
    assert.equal((await submit(other, old))?.reason, 'not-payable');
    const [proof] = parseBundle(old);
    assert.ok(proof);
    const { leaseId } = await owner.lease(other.diskId);
    assert.notEqual((await submit(other, encodeBundle([{ ...proof, leaseId }])))?.verdict, 'proven');
    await consortium.nextEpoch();
    const before = await owner.tab(one.diskId);
    await consortium.turnEpoch();
    assert.equal((await submit(one, old))?.verdict, 'refused');
    assert.deepEqual(await owner.tab(one.diskId), before);
    await consortium.prove();
  });

  it('A-104 are refused with one wrong bit of path, chunk or size, and paid for the good proof after it', async () => {
    const [one] = consortium.providers as [ProviderOfTests];
    await consortium.turnEpoch();
    const [proof] = parseBundle(await bundleOf(one));
    assert.ok(proof);
    const [answer, ...answers] = proof.answers;
    assert.ok(answer);
    const flip = ([byte = 0, ...rest]: Uint8Array) => Buffer.from([byte ^ 1, ...rest]);
    const [node, ...path] = answer.path;
    const { entry, proof: shown } = answer;
    const wrong = [
      ['path-wrong', { ...answer, path: [flip(node as Uint8Array), ...path] }],
      ['chunk-wrong', { ...answer, proof: { ...shown, chunk: flip(shown.chunk) } }],
      ['path-wrong', { ...answer, entry: { ...entry, size: entry.size - 64 } }],
    ] as const;
    for (const [reason, instead] of wrong) {
      const bundle = encodeBundle([{ ...proof, answers: [instead, ...answers] }]);
      assert.equal((await submit(one, bundle))?.reason, reason);
    }
    assert.equal((await submit(one, encodeBundle([{ ...proof, answers }])))?.reason, 'malformed');
    assert.equal((await submit(one, encodeBundle([proof])))?.paid, due);
  });

  it('A-24 are unpaid when their proof comes after the epoch closed', async () => {
    const [one] = consortium.providers as [ProviderOfTests];
    await consortium.turnEpoch();
    const bundle = await bundleOf(one);
    const { earned } = await owner.tab(one.diskId);
    const epoch = await consortium.turnEpoch();
    await assert.rejects(
      submit(one, bundle, epoch - 1n),
      (error) => error instanceof Refusal && error.code === 'proof-late',
    );
    one.ledger.tap = async ({ pass }) => {
      one.ledger.tap = undefined;
      await consortium.turnEpoch();
      return pass();
    };
    assert.deepEqual(await one.answerChallenges.run(), []);
    assert.equal((await owner.tab(one.diskId)).earned, earned);
    const [verdict] = await one.answerChallenges.run();
    assert.equal(verdict?.paid, due);
  });

  it('A-01 read their own disk only: one whose door fetches from elsewhere is unpaid', async () => {
    const [one, twin] = consortium.providers as [ProviderOfTests, ProviderOfTests];
    for (const digest of await one.disk.digests())
      await twin.disk.put(digest, (await one.disk.get(digest)) as Buffer);
    await one.disk.loseAll();
    one.behaves = (honest, caller) => ({
      ...honest,
      getShard: (digest, size) => twin.doorFor(caller).getShard(digest, size),
    });
    assert.deepEqual(await owner.get('object'), object);
    await consortium.turnEpoch();
    const reads = twin.disk.reads;
    const before = await owner.tab(one.diskId);
    assert.deepEqual(await one.answerChallenges.run(), []);
    assert.equal(twin.disk.reads, reads);
    const after = await owner.tab(one.diskId);
    assert.equal(after.earned, before.earned);
    assert.equal(after.losses.length, 1);
  });
});

describe('a provider whose owner is absent', () => {
  let consortium: ConsortiumOfTests;
  before(async () => {
    consortium = await ConsortiumOfTests.open({ organizations: 3, params: { graceEpochs: 1n } });
  });
  after(() => consortium?.close());

  it('A-25 is paid in full for the whole term, collects, closes the lease and has its collateral back', async () => {
    const owner = await consortium.openOwner({ policy: { termEpochs: 5n } });
    await owner.makeBucket();
    await owner.put('object', randomBytes(100_000));
    const left = await owner.credits();
    for (let epoch = 1n; epoch <= 5n; epoch += 1n)
      for (const [diskId, [verdict]] of await consortium.nextEpoch())
        assert.equal(verdict?.paid, due, `${diskId} in epoch ${epoch}`);
    for (const [diskId, verdicts] of await consortium.nextEpoch()) assert.deepEqual(verdicts, [], diskId);
    await consortium.turnEpoch();
    for (const provider of consortium.providers) {
      const { leaseId } = await owner.lease(provider.diskId);
      const had = await creditsOf(provider.cashier);
      assert.equal(await new CollectEarnings(provider.cashier).run(), 5n * due);
      assert.equal(await creditsOf(provider.cashier), had + 5n * due);
      assert.deepEqual(await new CloseLeases(provider.cashier).run(), [leaseId]);
      assert.equal((await consortium.ledger.read('pool', provider.diskId))?.collateral, 4000n);
      await provider.sweepDisk.run();
      assert.deepEqual(await provider.disk.digests(), []);
    }
    assert.equal(await owner.credits(), left);
    await consortium.assertSupply();
  });
});
