import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import type { LedgerEvent } from '@dstore/application/ports/ledger.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../http/gateway-of-tests.js';
import { runCommand } from './command-of-tests.js';

const bin = fileURLToPath(new URL('../../../../application/bin/dstore.mjs', import.meta.url));

async function* oneVerdict(signal: AbortSignal): AsyncGenerator<LedgerEvent> {
  yield {
    name: 'AuditJudged',
    payload: {
      epoch: 7n,
      diskId: 'org1-d1',
      batchId: 'ab'.repeat(16),
      verdicts: [{ leaseId: 'cd'.repeat(16), verdict: 'proven', paid: 12n }],
    },
    txId: 'ef'.repeat(32),
    checkpoint: { block: 3n, txId: 'ef'.repeat(32) },
  };
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

describe('dstore', () => {
  let objects: ObjectsOfTests;
  let gateway: Gateway;
  let folder = '';
  let to: string[] = [];

  beforeEach(async () => {
    objects = new ObjectsOfTests();
    folder = await mkdtemp(join(tmpdir(), 'dstore-cli-'));
    const lost = new Set<string>();
    const control = {
      add: async () => ({ diskId: 'org7-d1' }),
      lose: async (disk: string) => void lost.add(disk),
      restore: async (disk: string) => void lost.delete(disk),
    };
    const supply = {
      minted: 9n,
      burned: 0n,
      notes: 9n,
      escrow: 0n,
      earned: 0n,
      collateral: 0n,
      difference: 0n,
    };
    const useCases = useCasesOfTests(objects, {
      followEvents: { run: ({ signal }) => oneVerdict(signal) },
      readSupply: { run: async () => supply },
    });
    const started = await startGateway(useCases, { control, commands: [] });
    gateway = started.gateway;
    to = ['--url', started.url, '--token', tokenOf('owner')];
  });
  afterEach(async () => {
    await gateway.close();
    await rm(folder, { recursive: true });
  });

  it('puts a file and gives the same bytes back', async () => {
    const path = join(folder, 'in');
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at & 255));
    await writeFile(path, bytes);
    const put = await runCommand([
      ...to,
      'cp',
      path,
      'ds://demo/a/b.bin',
      '--type',
      'image/png',
      '--meta',
      'Who=Zoë',
    ]);
    assert.equal(put.code, 0, put.err);
    assert.match(put.out.toString(), /^put ds:\/\/demo\/a\/b\.bin {2}195 KiB/);
    assert.deepEqual(objects.kept.get('demo/a/b.bin')?.metadata, [['who', 'Zoë']]);
    assert.deepEqual((await runCommand([...to, 'cat', 'ds://demo/a/b.bin'])).out, bytes);
    assert.deepEqual(
      (await runCommand([...to, 'cat', '--range', '10-19', 'ds://demo/a/b.bin'])).out,
      bytes.subarray(10, 20),
    );
    const got = await runCommand([...to, '--json', 'cp', 'ds://demo/a/b.bin', `${folder}/`]);
    assert.equal(got.code, 0, got.err);
    assert.deepEqual(JSON.parse(got.out.toString()), {
      bucket: 'demo',
      key: 'a/b.bin',
      path: join(folder, 'b.bin'),
      bytes: 200_000,
    });
    assert.deepEqual(await readFile(join(folder, 'b.bin')), bytes);
  });

  it('puts standard input and writes to standard output', async () => {
    const stdin = Buffer.from('from a pipe');
    assert.equal((await runCommand([...to, 'cp', '-', 'ds://demo/piped'], { stdin })).code, 0);
    assert.deepEqual((await runCommand([...to, 'cp', 'ds://demo/piped', '-'])).out, stdin);
  });

  it('copies folders both ways and passes over links', async () => {
    const from = join(folder, 'from');
    await mkdir(join(from, 'sub'), { recursive: true });
    await writeFile(join(from, 'one'), '1');
    await writeFile(join(from, 'sub', 'two'), '22');
    await writeFile(join(from, 'sub', 'empty'), '');
    await symlink('/etc/hostname', join(from, 'link'));
    const put = await runCommand([...to, 'cp', '-r', from, 'ds://demo/all']);
    assert.equal(put.code, 0, put.err);
    assert.match(put.err, /passed over .*link/);
    assert.deepEqual([...objects.kept.keys()].sort(), [
      'demo/all/one',
      'demo/all/sub/empty',
      'demo/all/sub/two',
    ]);
    const back = join(folder, 'back');
    const got = await runCommand([...to, 'cp', '-r', 'ds://demo/all', back]);
    assert.equal(got.code, 0, got.err);
    assert.equal(await readFile(join(back, 'sub', 'two'), 'utf8'), '22');
    assert.deepEqual((await readdir(join(back, 'sub'))).sort(), ['empty', 'two']);
  });

  it('S-16 stays in its folder where a link leads out of it', async () => {
    objects.kept.set('demo/out/evil', {
      bytes: Buffer.from('x'),
      versionId: '1'.repeat(32),
      headers: [],
      metadata: [],
    });
    const outside = join(folder, 'outside');
    const target = join(folder, 'target');
    await mkdir(outside);
    await mkdir(target);
    await symlink(outside, join(target, 'out'));
    const { code, err } = await runCommand([...to, 'cp', '-r', 'ds://demo', target]);
    assert.equal(code, 4);
    assert.match(err, /no folder/);
    assert.deepEqual(await readdir(outside), []);
  });

  it('lists, rolls up and deletes', async () => {
    for (const key of ['a', 'f/b', 'f/c'])
      await runCommand([...to, 'cp', '-', `ds://demo/${key}`], { stdin: Buffer.from(key) });
    assert.equal((await runCommand([...to, 'ls', 'ds://demo'])).out.toString(), 'f/\na\n');
    assert.equal((await runCommand([...to, 'ls', '-r', 'ds://demo'])).out.toString(), 'a\nf/b\nf/c\n');
    assert.match(
      (await runCommand([...to, 'ls', '--long', 'ds://demo/a'])).out.toString(),
      /1 B {2}2026-01-02T03:04:05/,
    );
    const unasked = await runCommand([...to, 'rm', '-r', 'ds://demo/f/']);
    assert.equal(unasked.code, 2);
    assert.match(unasked.err, /Next: dstore rm -r --yes ds:\/\/demo\/f\//);
    assert.equal((await runCommand([...to, 'rm', '-r', '--yes', 'ds://demo/f/'])).code, 0);
    assert.deepEqual([...objects.kept.keys()], ['demo/a']);
    assert.match((await runCommand([...to, 'stat', 'ds://demo/a'])).out.toString(), /content-length +1/);
  });

  it('follows verdicts until it is ended', async () => {
    const { code, out } = await runCommand([...to, 'audit', 'follow'], {
      until: (text) => text.includes('proven'),
    });
    assert.equal(code, 130);
    assert.match(out.toString(), /epoch 7 {2}org1-d1 +proven +paid 12/);
  });

  it('shows all money', async () => {
    const { out } = await runCommand([...to, 'supply', '--json']);
    assert.equal((JSON.parse(out.toString()) as { difference: string }).difference, '0');
  });

  it('breaks the demo and mends it', async () => {
    assert.equal((await runCommand([...to, 'demo', 'lose', 'org2-d1'])).code, 0);
    assert.equal((await runCommand([...to, 'demo', 'restore', 'org2-d1'])).code, 0);
    assert.match((await runCommand([...to, 'demo', 'add'])).out.toString(), /org7-d1 joined/);
  });

  for (const [argv, code, next] of [
    [['cat', 'ds://demo/none'], 3, /Next: dstore ls/],
    [['stat', 'ds://demo/none'], 3, /Next: dstore ls/],
    [['cp', 'a', 'b'], 2, /Next: dstore cp FILE/],
    [['cp', '/no/such/file', 'ds://demo/x'], 2, /Next: check/],
    [['cp', '-', 'ds://demo/'], 2, /Next: write/],
    [['cat', 'demo/none'], 2, /Next: write ds:/],
    [['cat', 'ds://demo'], 2, /Next: write ds:/],
    [['nonsense'], 2, /Next: dstore --help/],
    [['cp', '--parallel', '0', 'a', 'b'], 2, /1 to 64/],
    [['audit', 'ls', '--verdict', 'guilty'], 2, /proven, refused/],
    [['--token', 'bad', 'supply'], 6, /Next: export DSTORE_TOKEN/],
    [['--token', tokenOf('reader'), 'rm', 'ds://demo/x'], 6, /Next: use a token/],
    [['--url', 'http://127.0.0.1:9', 'supply'], 7, /Next: npm start/],
    [['--url', 'nonsense', 'supply'], 2, /Next: --url/],
  ] as const) {
    it(`ends "${argv.join(' ')}" with ${code} and says what is next`, async () => {
      const ran = await runCommand([...to, ...argv]);
      assert.equal(ran.code, code, ran.err);
      assert.match(ran.err, next);
      assert.equal(objects.changes, 0);
    });
  }

  it('shows its help without loading Nest, zod or a verb', async () => {
    const hooks =
      "import { registerHooks } from 'node:module'; const seen = []; " +
      'registerHooks({ load(url, context, next) { seen.push(url); return next(url, context); } }); ' +
      "process.on('exit', () => process.stderr.write(JSON.stringify(seen)));";
    const child = spawn(process.execPath, [
      '--import',
      `data:text/javascript,${encodeURIComponent(hooks)}`,
      bin,
      '--help',
    ]);
    const [out, err] = await Promise.all(
      [child.stdout, child.stderr].map(async (stream) => {
        const pieces: Buffer[] = [];
        for await (const piece of stream) pieces.push(piece as Buffer);
        return Buffer.concat(pieces).toString('utf8');
      }),
    );
    assert.match(out ?? '', /Usage: dstore/);
    const modules = JSON.parse(err ?? '') as string[];
    assert.ok(modules.length < 30, String(modules.length));
    assert.deepEqual(
      modules.filter((url) => /@nestjs|\/zod\/|undici|\/verbs\//.test(url)),
      [],
    );
  });
});
