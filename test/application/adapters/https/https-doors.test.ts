import assert from 'node:assert/strict';
import { setImmediate as turnOfTheLoop, setTimeout as sleep } from 'node:timers/promises';
import { HttpsDoors } from '@dstore/application/adapters/https/https-doors.js';
import type { ShardDoor } from '@dstore/application/door/create-door.js';
import type { Door } from '@dstore/application/ports/door.js';
import { Denial, Fault } from '@dstore/application/ports/fault.js';
import { Refusal } from '@dstore/chaincode/domain';
import type { Authority } from '@dstore/organizations';
import { blockOf, isDenial } from '../../../conformance/disk.js';
import { isFault } from '../../../conformance/ledger.js';
import {
  type Authorities,
  certify,
  foundAuthorities,
  leaseId,
  startDoor,
  strangeLeaseId,
  UseCasesOfTests,
} from '../../door/door-of-tests.js';

describe('HttpsDoors', () => {
  let authorities: Authorities;
  let useCases: UseCasesOfTests;
  let server: ShardDoor;
  let doors: HttpsDoors;
  let door: Door;
  let url: string;
  let roots: string[];

  const openAs = async (authority: Authority, id: string) =>
    new HttpsDoors({ tls: await certify(authority, id), roots: () => roots });

  before(async () => {
    authorities = await foundAuthorities();
  });
  after(() => authorities.close());
  beforeEach(async () => {
    useCases = new UseCasesOfTests();
    roots = [authorities.org1.tlsRoot, authorities.org2.tlsRoot];
    ({ door: server, url } = await startDoor(authorities, useCases));
    doors = await openAs(authorities.org1, 'alice');
    door = doors.at(url);
  });
  afterEach(async () => {
    await doors.close();
    await server.close();
  });

  for (const size of [64, 1024, 65_537, 1 << 20])
    it(`stores a shard of ${size} bytes and reads it back`, async () => {
      const { digest, bytes } = blockOf(size);
      assert.equal(await door.hasShard(digest), false);
      await door.putShard(leaseId, digest, bytes);
      assert.equal(await door.hasShard(digest), true);
      assert.deepEqual(await door.getShard(digest, size), bytes);
      assert.deepEqual(useCases.callers[0], 'Org1MSP/alice');
    });

  it('carries many shards at once', async () => {
    const blocks = Array.from({ length: 40 }, () => blockOf(1 << 18));
    await Promise.all(blocks.map(({ digest, bytes }) => door.putShard(leaseId, digest, bytes)));
    const back = await Promise.all(blocks.map(({ digest }) => door.getShard(digest, 1 << 18)));
    assert.deepEqual(
      back,
      blocks.map(({ bytes }) => bytes),
    );
  });

  it('A-105 fetches a proof bundle, and says when it is not kept', async () => {
    const bundle = Buffer.alloc(3_000_000, 7);
    useCases.bundles.set('ab'.repeat(32), bundle);
    assert.deepEqual(await door.getBundle('ab'.repeat(32)), bundle);
    await assert.rejects(door.getBundle('cd'.repeat(32)), isDenial('bundle-unknown'));
  });

  it('asks for a receipt with what it was given', async () => {
    const { digest } = blockOf(64);
    const request = {
      leaseId,
      changes: [
        { kind: 'append', entry: { digest, size: 64 } },
        { kind: 'replace', index: 0, entry: { digest, size: 1 << 20 } },
        { kind: 'remove', index: 1 },
      ],
      content: { revision: 10n ** 37n, root: 'cd'.repeat(32), count: 1n, bytes: 1n << 40n },
      lastEpoch: 12n,
    } as const;
    assert.equal(await door.signReceipt(request), Buffer.from('a signature').toString('base64'));
    assert.deepEqual(useCases.receipts, [request]);
  });

  it('reads a vector of any length', async () => {
    const { digest } = blockOf(64);
    for (const count of [0, 1, 999, 1000, 1001, 25_000]) {
      useCases.entries = Array.from({ length: count }, (_, index) => ({ digest, size: 64 + index }));
      const { content, entries } = await door.contents(leaseId);
      assert.deepEqual(entries, useCases.entries);
      assert.equal(content.revision, 7n);
    }
    assert.equal((await door.contents(leaseId, 5n)).content.revision, 5n);
    assert.deepEqual(useCases.revisions.slice(-2), [undefined, 5n]);
  });

  it('gives up some shards or all', async () => {
    const { digest } = blockOf(64);
    await door.discard(leaseId, [digest]);
    await door.discard(leaseId, []);
    await door.discard(leaseId);
    assert.deepEqual(useCases.discards, [[digest], [], undefined]);
  });

  it('hands on what the law and the door refuse, in their words', async () => {
    const { digest, bytes } = blockOf(64);
    await assert.rejects(door.putShard(strangeLeaseId, digest, bytes), (error) => {
      assert.ok(error instanceof Refusal);
      assert.equal(error.code, 'lease-unknown');
      assert.match(error.message, /there is no lease f/);
      return true;
    });
    await assert.rejects(door.getShard(digest, 64), isDenial('shard-unknown'));
    await assert.rejects(door.putShard(leaseId, blockOf(64).digest, bytes), isDenial('digest-mismatch'));
    useCases.admitMember.run = () => Promise.reject(new Denial('rate-limited', 'slowly', { seconds: '5' }));
    await assert.rejects(door.getShard(digest, 64), (error) => {
      assert.deepEqual((error as Denial).facts, { seconds: '5' });
      return isDenial('rate-limited')(error);
    });
  });

  it("takes a door's failures for failures that may pass, and its bugs for its own", async () => {
    const { digest } = blockOf(64);
    useCases.readShard.run = () =>
      Promise.reject(new Fault('disk-failed', 'canary in sector 5', { retryable: true }));
    await assert.rejects(door.getShard(digest, 64), (error) => {
      assert.doesNotMatch(String(error), /canary/);
      return isFault('door-unreachable')(error) && (error as Fault).retryable;
    });
    useCases.readShard.run = () => Promise.reject(new TypeError('canary'));
    await assert.rejects(door.getShard(digest, 64), isFault('provider-faulty'));
  });

  it('S-17 does not speak to a door of a stranger, nor a door to a stranger', async () => {
    const { digest } = blockOf(64);
    const stranger = await openAs(authorities.outsider, 'alice');
    try {
      await assert.rejects(stranger.at(url).getShard(digest, 64), isFault('door-unreachable'));
      roots = [authorities.org1.tlsRoot];
      await assert.rejects(door.getShard(digest, 64), isFault('door-unreachable'));
      roots = [...roots, authorities.org2.tlsRoot];
      await assert.rejects(door.getShard(digest, 64), isDenial('shard-unknown'));
    } finally {
      await stranger.close();
    }
  });

  it('S-07 takes no address but https, a host and a port', () => {
    for (const odd of [
      '',
      'http://door:1',
      'file:///etc/passwd',
      `${url}/v1`,
      `${url}?a`,
      'https://a@door:1',
    ])
      assert.throws(() => doors.at(odd), isFault('door-unreachable'), odd);
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const { digest } = blockOf(64);
    useCases.readShard.run = () => {
      setImmediate(() => stop.abort(new Error('enough')));
      return new Promise(() => undefined);
    };
    await assert.rejects(door.getShard(digest, 64, stop.signal), /enough/);
    await assert.rejects(door.getShard(digest, 64, stop.signal), /enough/);
  });

  it('I7 leaves no connection busy, no seat of the door and no buffer taken by calls that are cancelled at any moment', async () => {
    const few = { requests: 2, requestsPerMember: 2 };
    const other = new UseCasesOfTests();
    const narrow = await startDoor(authorities, other, { limits: few });
    const tls = await certify(authorities.org1, 'bob');
    const two = new HttpsDoors({ tls, roots: () => roots, connectionsPerDoor: 2 });
    let taken = 0;
    const { run, done } = other.readShard;
    other.readShard.run = (digest) => run(digest).finally(() => (taken += 1));
    other.readShard.done = (bytes) => void (done(bytes), (taken -= 1));
    try {
      const here = two.at(narrow.url);
      const { digest, bytes } = blockOf(1 << 20);
      await here.putShard(leaseId, digest, bytes);
      for (let turns = 0; turns < 60; turns += 1) {
        const stop = new AbortController();
        const fresh = blockOf(1 << 20);
        const calls = Promise.allSettled([
          here.getShard(digest, 1 << 20, stop.signal),
          here.putShard(leaseId, fresh.digest, fresh.bytes, stop.signal),
        ]);
        for (let turn = 0; turn < turns; turn += 1) await turnOfTheLoop();
        stop.abort(new Error('enough'));
        for (const call of await calls)
          if (call.status === 'rejected' && !isOverloaded(call.reason))
            assert.match(String(call.reason), /enough/);
      }
      await untilTaken(() => here.getShard(digest, 1 << 20), bytes);
      await Promise.all([1, 2].map(() => untilTaken(() => here.getShard(digest, 1 << 20), bytes)));
      for (let tries = 0; tries < 200 && taken > 0; tries += 1) await sleep(5);
      assert.equal(taken, 0);
    } finally {
      await two.close();
      await narrow.door.close();
    }
  });

  /** The door hears later than the caller that a call is over: until then its seat is taken. */
  const untilTaken = async (get: () => Promise<Buffer>, bytes: Buffer) => {
    for (let tries = 0; tries < 200; tries += 1) {
      const got = await get().catch((error: unknown) => {
        if (!isOverloaded(error)) throw error;
      });
      if (got !== undefined) return assert.deepEqual(got, bytes);
      await sleep(5);
    }
    assert.fail('seats stay taken');
  };
  const isOverloaded = (error: unknown) => /overloaded/.test(String(error));

  it('fails when nobody listens, and goes on when somebody does again', async () => {
    const { digest } = blockOf(64);
    const port = Number(new URL(url).port);
    await server.close();
    await assert.rejects(door.getShard(digest, 64), isFault('door-unreachable'));
    ({ door: server } = await startDoor(authorities, useCases, { port }));
    await assert.rejects(door.getShard(digest, 64), isDenial('shard-unknown'));
  });

  it('is of no use once it was closed', async () => {
    await doors.close();
    await assert.rejects(door.getShard(blockOf(64).digest, 64), isFault('door-unreachable'));
  });
});
