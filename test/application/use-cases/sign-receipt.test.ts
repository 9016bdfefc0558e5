import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { SignReceipt } from '@dstore/application/use-cases/sign-receipt.js';
import { LeasedDisk } from '@dstore/application/use-cases/leased-disk.js';
import { receiptBytes } from '@dstore/chaincode/domain';

import { appends, leaseId, owner, ProviderOnRows, shardOf } from './provider-on-rows.js';

describe('SignReceipt', () => {
  let world: ProviderOnRows;
  beforeEach(async () => {
    world = await ProviderOnRows.open();
  });
  afterEach(() => world.close());

  const store = async (shard: ReturnType<typeof shardOf>) => {
    await world.provider.storeShard.run(owner, leaseId, shard.digest, shard.bytes);
    return shard;
  };

  it('A-122 signs the very content, once it stands in the book', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const inBook: number[] = [];
    const { disk, book, journal, bundles, ledger, followCommits, log } = world.provider;
    const agent = {
      sign: async (message: Uint8Array) => {
        inBook.push(book.pending(leaseId).length);
        return sign('sha256', message, privateKey);
      },
    };
    const means = { diskId: 'd2', ledger, disk, book, journal, bundles, agent, clock: world.clock, log };
    const leased = await LeasedDisk.open(means);
    const shard = shardOf();
    await disk.put(shard.digest, shard.bytes);
    leased.uncommitted.set(shard.digest, { leaseId, sizeBytes: shard.size, at: 0 });
    const request = world.request(appends(shard));
    const receipt = await new SignReceipt(leased, followCommits).run(owner, request);
    assert.deepEqual(inBook, [1]);
    assert.equal(leased.uncommitted.size, 0);
    const message = receiptBytes('test', { ...request, diskId: 'd2' });
    assert.ok(verify('sha256', message, publicKey, Buffer.from(receipt, 'base64')));
  });

  it('A-127 signs for no shard that was given up, lost, or that nobody put', async () => {
    const [one, two, three] = [await store(shardOf()), await store(shardOf()), shardOf()];
    const { signReceipt, disk, discardShards, book } = world.provider;
    await disk.remove(two.digest);
    await assert.rejects(signReceipt.run(owner, world.request(appends(one, two, three))), {
      code: 'shard-missing',
      facts: { shards: `${two.digest} ${three.digest}` },
    });
    await discardShards.run(owner, leaseId, [one.digest]);
    await assert.rejects(signReceipt.run(owner, world.request(appends(one))), { code: 'shard-missing' });
    assert.deepEqual(book.pending(leaseId), []);
  });

  it('names at most 16 missing shards', async () => {
    const shards = Array.from({ length: 20 }, () => shardOf(64));
    const signing = world.provider.signReceipt.run(owner, world.request(appends(...shards)));
    await assert.rejects(signing, (error: { facts: { shards: string } }) => {
      assert.equal(error.facts.shards.split(' ').length, 16);
      return true;
    });
  });

  it('signs again for the same content, until a later epoch, without another pending one', async () => {
    const shard = await store(shardOf());
    const { signReceipt, book } = world.provider;
    for (const lastEpoch of [11n, 12n])
      await signReceipt.run(owner, world.request(appends(shard), lastEpoch));
    assert.deepEqual(
      book.pending(leaseId).map(({ lastEpoch }) => lastEpoch),
      [12n],
    );
  });

  it('A-133 sees that the ledger is ahead of its book, and signs for what follows', async () => {
    world.commit(await world.sign(shardOf()));
    const shard = await store(shardOf());
    const { revision } = world.request([]).content;
    assert.equal(revision, 1n, 'the book does not know yet');
    await world.provider.followCommits.run();
    const request = world.request(appends(shard));
    assert.equal(request.content.revision, 2n);
    await world.provider.signReceipt.run(owner, request);
  });

  it('refuses more than the lease will hold when the receipt lapses', async () => {
    await world.hold(shardOf(100_000));
    const shard = await store(shardOf(100_000));
    world.setLease({ next: { from: 11n, terms: { capacityBytes: 150_000n, lastEpoch: 1000n } } });
    await world.clock.advance(2000);
    await assert.rejects(world.provider.signReceipt.run(owner, world.request(appends(shard))), {
      code: 'lease-full',
    });
  });
});
