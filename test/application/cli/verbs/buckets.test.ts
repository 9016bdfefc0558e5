import assert from 'node:assert/strict';
import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { ChangeBucket } from '@dstore/application/use-cases/change-bucket.js';
import { ListBuckets } from '@dstore/application/use-cases/list-buckets.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../../http/gateway-of-tests.js';
import { MemoryVault } from '../../memory-vault.js';
import { runCommand } from '../command-of-tests.js';

describe('verbs of buckets', () => {
  const catalog = new SqliteCatalog(':memory:');
  let gateway: Gateway;
  let to: string[] = [];

  before(async () => {
    const { vault, flush, put: putObject } = await new MemoryVault('command-buckets', 4).open(catalog, 1000);
    const changeBucket = new ChangeBucket(vault, flush);
    const listBuckets = new ListBuckets(catalog);
    const useCases = useCasesOfTests(new ObjectsOfTests(), { changeBucket, listBuckets, putObject });
    const started = await startGateway(useCases);
    gateway = started.gateway;
    to = ['--url', started.url, '--token', tokenOf('owner')];
  });
  after(async () => {
    await gateway?.close();
    catalog.close();
  });

  const say = (...argv: string[]) => runCommand([...to, ...argv], { stdin: Buffer.alloc(2000, 1) });

  it('make one with a quota, said in bytes or in binary units', async () => {
    for (const [text, bytes] of [
      ['0', 0],
      ['1000', 1000],
      ['3KiB', 3072],
      ['5MiB', 5 * 2 ** 20],
      ['500GiB', 500 * 2 ** 30],
      ['8191TiB', 8191 * 2 ** 40],
      ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ] as const) {
      const name = `b-${text.toLowerCase()}`;
      const made = await say('--json', 'mb', `ds://${name}`, '--quota', text);
      assert.equal(made.code, 0, made.err);
      assert.equal((JSON.parse(made.out.toString()) as { quotaBytes: number }).quotaBytes, bytes);
      assert.equal(catalog.bucket(name)?.quotaBytes, bytes);
    }
  });

  it('S-16 refuse a quota that is none, and make nothing', async () => {
    const before = catalog.buckets();
    for (const text of ['', '-1', '1.5GiB', '1e3', '5GB', 'GiB', '0x10', '8192TiB', '9007199254740992']) {
      const { code, err } = await say('mb', 'ds://refused', `--quota=${text}`);
      assert.equal(code, 2, text);
      assert.match(err, /Next: write (?:4GiB, 500MiB or a count of bytes|less than 8192TiB)/);
    }
    assert.deepEqual(catalog.buckets(), before);
  });

  it('say that a bucket is full, which may change', async () => {
    const { code, err } = await say('cp', '-', 'ds://b-1000/x');
    assert.equal(code, 7, err);
    assert.match(err, /may hold 1000 bytes/);
    assert.match(err, /Next: dstore ls/);
  });

  it('list what buckets hold, and which have no end', async () => {
    assert.equal((await say('mb', 'ds://open', '--geometry', '2+1')).code, 0);
    assert.equal((await say('cp', '-', 'ds://open/x')).code, 0);
    const { out, err } = await say('ls');
    assert.match(out.toString(), /^bucket +geometry +versions +objects +size +quota +created\n/, err);
    assert.match(out.toString(), /\nopen +2\+1 +latest +1 +2\.0 KiB +none +2027-/);
    assert.match(out.toString(), /\nb-500gib +2\+2 +latest +0 +0 B +500 GiB +2027-/);
    const lines = (await say('--json', 'ls')).out.toString().trimEnd().split('\n');
    const items = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const { objects, bytes, quotaBytes } = items.find(({ bucket }) => bucket === 'open') ?? {};
    assert.deepEqual([objects, bytes, quotaBytes], [1, 2000, undefined]);
  });
});
