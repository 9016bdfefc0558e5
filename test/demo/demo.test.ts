import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shardDigest } from '@dstore/application/core/shard.js';
import { filesWith } from './canary.js';
import { GatewayProcess } from './gateway-process.js';
import { digestOf, eachOf, sampleBytes, sampleDigest } from './sample.js';

const gibibyte = 2 ** 30;
/** In plaintext, names and metadata; nowhere else. */
const canary = 'kanarienvogel-in-the-goldmine';
const smallCount = 2000;
const sizeOf = (index: number) => 1024 + ((index * 7919) % (49 * 1024));
const smallName = (index: number) => `small/${canary}-${index}.bin`;

interface Health {
  readonly epoch: string;
  readonly stripes: number;
  readonly full: number;
  readonly versionsLost: number;
}
interface Audit {
  readonly epoch: string;
  readonly diskId: string;
  readonly leaseId: string;
  readonly verdict: string;
  readonly paid: string;
}
interface Lease {
  readonly leaseId: string;
  readonly diskId: string;
  readonly state: string;
  readonly collateral: string;
  readonly escrow: string;
  readonly capacityBytes: string;
  readonly lastEpoch: string;
  readonly usedBytes: string;
}
interface Usage {
  readonly objects: number;
  readonly orphanBytes: string;
}
interface Located {
  readonly stripes: readonly {
    readonly shards: readonly { readonly digest: string; readonly disk: string }[];
  }[];
}

describe('the demo on real input', () => {
  let home = '';
  let gateway: GatewayProcess;
  const output: string[] = [];
  const lost = ['org2-d1', 'org5-d1'];
  const acknowledged = new Map<string, string>();
  let flipped = { path: '', digest: '' };

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'dstore-demo-'));
    gateway = await GatewayProcess.start(home);
  });
  after(async () => {
    await gateway?.kill();
    await rm(home, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'passed') return;
    assert.equal((await gateway.json<{ difference: string }>('/v1/supply')).difference, '0');
  });

  const say = (text: string) => process.stdout.write(`      ${text}\n`);
  const timed = async <T>(what: string, bytes: number, act: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await act();
    const seconds = (performance.now() - began) / 1000;
    say(
      `${what}: ${seconds.toFixed(1)} s${bytes === 0 ? '' : `, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`}`,
    );
    return result;
  };
  const pathOf = (bucket: string, key: string) => `/v1/buckets/${bucket}/objects/${key}`;
  const put = async (bucket: string, key: string, body: AsyncIterable<Uint8Array> | Uint8Array) => {
    const answer = await gateway.fetch(pathOf(bucket, key), {
      method: 'PUT',
      body: body as unknown as ReadableStream,
      duplex: 'half',
      headers: { 'dstore-meta-note': canary },
    });
    assert.equal(answer.status, 201, await answer.text());
  };
  const getDigest = async (bucket: string, key: string) => {
    const answer = await gateway.fetch(pathOf(bucket, key));
    assert.equal(answer.status, 200);
    return digestOf(answer.body as unknown as AsyncIterable<Uint8Array>);
  };
  const checkAll = async () => {
    await eachOf([...acknowledged], 8, async ([name, digest]) => {
      const [bucket = '', key = ''] = name.split(/:(.*)/s);
      assert.equal(await getDigest(bucket, key), digest, name);
    });
  };
  /** Every shard on any disk, as `disk/digest`. */
  const shardsOnDisks = async () => {
    const shards = new Set<string>();
    for (const disk of await readdir(join(home, 'disks')))
      for (const digest of await readdir(blocksOf(disk)).catch(() => [])) shards.add(`${disk}/${digest}`);
    return shards;
  };
  const blocksOf = (disk: string) => join(home, 'disks', disk, 'shards', 'blocks');
  /** What the owner has free, and what its leases promise: what a put must not have changed that never was. */
  const promised = async () => {
    const { free } = await gateway.json<{ free: string }>('/v1/accounts/Org1MSP/owner');
    const { items } = await gateway.json<{ items: Lease[] }>('/v1/leases?state=active');
    return {
      free,
      leases: items.map(({ leaseId, capacityBytes, lastEpoch, usedBytes }) => {
        return { leaseId, capacityBytes, lastEpoch, usedBytes };
      }),
    };
  };
  /** Waits for something to become true; the epoch law, not a clock, decides when. */
  const until = async <T>(what: string, find: () => Promise<T | undefined>): Promise<T> => {
    for (let last = ''; ; await sleep(1000)) {
      const found = await find();
      if (found !== undefined) return found;
      const { epoch, stripes, full } = await gateway.json<Health>('/v1/health');
      const text = `epoch ${epoch}, ${full} of ${stripes} stripes complete; waiting for ${what}`;
      if (text !== last) say(text);
      last = text;
    }
  };

  it('puts 1 GiB, 10 bytes, nothing, and 2,000 small ones', async () => {
    await timed('put 1 GiB', gibibyte, () =>
      put('demo', `${canary}/large.bin`, sampleBytes('large', gibibyte)),
    );
    acknowledged.set(`demo:${canary}/large.bin`, await sampleDigest('large', gibibyte));
    await put('demo', 'ten', sampleBytes('ten', 10));
    acknowledged.set('demo:ten', await sampleDigest('ten', 10));
    await put('demo', 'empty', new Uint8Array());
    acknowledged.set('demo:empty', await sampleDigest('empty', 0));
    const text = Buffer.from(`${canary} `.repeat(2000));
    await put('demo', 'readable', text);
    acknowledged.set('demo:readable', await digestOf([text] as unknown as AsyncIterable<Uint8Array>));
    const indices = Array.from({ length: smallCount }, (_, index) => index);
    await timed(`put ${smallCount} small ones`, 0, () =>
      eachOf(indices, 32, async (index) => {
        await put('demo', smallName(index), sampleBytes(smallName(index), sizeOf(index)));
        acknowledged.set(`demo:${smallName(index)}`, await sampleDigest(smallName(index), sizeOf(index)));
      }),
    );
    assert.equal((await gateway.json<Usage>('/v1/usage')).objects, smallCount + 4);
  });

  it('puts into a bucket that may lose three disks', async () => {
    await gateway.json('/v1/buckets/wide', {
      method: 'PUT',
      body: JSON.stringify({ geometry: '3+3' }),
      headers: { 'content-type': 'application/json' },
    });
    const bytes = 40 * 2 ** 20 + 1;
    await put('wide', 'object', sampleBytes('wide', bytes));
    acknowledged.set('wide:object', await sampleDigest('wide', bytes));
  });

  it('reads all back, byte for byte', async () => {
    await timed('read all', 0, checkAll);
  });

  it('pays every provider for an epoch that it proved', async () => {
    const paid = await until('six proven audits in one epoch', async () => {
      const { items } = await gateway.json<{ items: Audit[] }>('/v1/audits?verdict=proven');
      const byEpoch = Map.groupBy(items, (audit) => audit.epoch);
      return [...byEpoch.values()].find((audits) => new Set(audits.map(({ diskId }) => diskId)).size === 6);
    });
    for (const audit of paid) assert.ok(BigInt(audit.paid) > 0n);
  });

  it('reads all when two disks are gone and a byte of a third is wrong', async () => {
    const { stripes } = await gateway.json<Located>('/v1/buckets/wide/shards/object');
    const shard = stripes[0]?.shards.find(({ disk }) => !lost.includes(disk));
    assert.ok(shard);
    const { digest } = shard;
    const path = join(blocksOf(shard.disk), digest);
    flipped = { path, digest };
    const file = await open(path, 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, 777);
    await file.write(Buffer.of((byte[0] ?? 0) ^ 0x10), 0, 1, 777);
    await file.close();
    assert.notEqual(shardDigest(await readFile(path)), digest);
    for (const disk of lost) await gateway.json(`/v1/demo/disks/${disk}/loss`, { method: 'POST' });
    await timed('read all with two disks gone', 0, checkAll);
  });

  it('calls the default of who stays silent: collateral and escrow go to the owner', async () => {
    const mine = async () => (await gateway.json<{ free: string }>('/v1/accounts/Org1MSP/owner')).free;
    const before = BigInt(await mine());
    const ended = await until('both defaults', async () => {
      const { items } = await gateway.json<{ items: Lease[] }>('/v1/leases?state=defaulted');
      const disks = new Set(items.map(({ diskId }) => diskId));
      return lost.every((disk) => disks.has(disk)) ? items : undefined;
    });
    for (const lease of ended) assert.equal(BigInt(lease.collateral) + BigInt(lease.escrow), 0n);
    assert.ok(BigInt(await mine()) > before);
    const { items } = await gateway.json<{ items: Audit[] }>('/v1/audits?verdict=missed');
    for (const disk of lost) assert.ok(items.filter(({ diskId }) => diskId === disk).length >= 3, disk);
  });

  it('repairs onto disks that join, to full redundancy', async () => {
    for (let joined = 0; joined < lost.length; joined += 1)
      await gateway.json('/v1/demo/disks', { method: 'POST' });
    const health = await until('full redundancy', async () => {
      const now = await gateway.json<Health>('/v1/health');
      return now.full === now.stripes ? now : undefined;
    });
    assert.equal(health.versionsLost, 0);
    assert.equal(shardDigest(await readFile(flipped.path)), flipped.digest, 'the wrong byte is right again');
    await checkAll();
  });

  it('keeps what it acknowledged when it is killed in the middle of a put, and nothing of that put', async () => {
    const before = { shards: await shardsOnDisks(), ...(await promised()) };
    let stopped = false;
    const endless = async function* () {
      for await (const piece of sampleBytes('unfinished', gibibyte)) {
        yield piece;
        if (stopped) return;
      }
    };
    const cut = put('demo', 'unfinished', endless()).then(
      () => 'acknowledged',
      () => 'cut',
    );
    await sleep(3000);
    output.push(...gateway.output);
    await gateway.kill();
    stopped = true;
    assert.equal(await cut, 'cut');
    const leftovers = [...(await shardsOnDisks())].filter((shard) => !before.shards.has(shard));
    assert.ok(leftovers.length > 0, 'shards of the put had been stored');
    await timed('start again', 0, async () => {
      gateway = await GatewayProcess.start(home);
    });
    assert.equal((await gateway.fetch(pathOf('demo', 'unfinished'))).status, 404);
    await timed('read all again', 0, checkAll);
    const { orphanBytes } = await gateway.json<Usage>('/v1/usage');
    assert.equal(orphanBytes, '0');
    const now = await shardsOnDisks();
    assert.deepEqual(
      leftovers.filter((shard) => now.has(shard)),
      [],
      'space',
    );
    const { free, leases } = before;
    assert.deepEqual(await promised(), { free, leases }, 'escrow and promised room');
    say(`${leftovers.length} shards of the unfinished put are gone, the leases are as they were`);
    await put('demo', 'after', sampleBytes('after', 5_000_000));
    assert.equal(await getDigest('demo', 'after'), await sampleDigest('after', 5_000_000));
    const health = await gateway.json<Health>('/v1/health');
    assert.equal(health.full, health.stripes);
  });

  it('I8 shows neither plaintext nor names on any disk, block log or log', async () => {
    output.push(...gateway.output);
    assert.equal(await gateway.stop(), 0);
    const inside = [canary];
    for (const folder of ['disks', 'network', 'logs'])
      assert.deepEqual(await filesWith(join(home, folder), inside), [], folder);
    assert.ok(!output.join('\n').includes(canary));
    const own = await filesWith(join(home, 'vault'), inside);
    assert.ok(own.length > 0, "the owner's own catalog does know names: the search works");
    gateway = await GatewayProcess.start(home);
  });
});
