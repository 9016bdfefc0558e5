import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { filesWith, holds } from '../demo/canary.js';
import { GatewayProcess, withoutSettings } from '../demo/gateway-process.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const command = join(root, 'application', 'bin', 'dstore.mjs');
const main = join(root, 'application', 'dist', 'main.js');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
function ended(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd = root,
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env: { ...withoutSettings(process.env), ...env }, cwd },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

describe('npm start', () => {
  let folder = '';
  let home = '';
  let gateway: GatewayProcess;
  let readme: Buffer;
  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'dstore-main-'));
    home = join(folder, 'home');
    readme = await readFile(join(root, 'README.md'));
    gateway = await GatewayProcess.start(home);
  });
  after(async () => {
    await gateway?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  /** The line that the first screen shows under a name, run as it stands there. */
  const shown = async (name: string): Promise<Ended> => {
    const line = gateway.output.find((each) => each.startsWith(`  ${name.padEnd(9)}`));
    assert.ok(line, name);
    const [text = ''] = line.slice(11).split('    # ');
    const env = { DSTORE_URL: gateway.url, DSTORE_TOKEN: gateway.token };
    const words = text.trim().split(' ');
    if (words[0] === 'npx') return ended(process.execPath, [command, ...words.slice(2)], env);
    return ended('/bin/sh', ['-c', text], env);
  };
  const start = (args: readonly string[], env: Record<string, string> = {}, cwd = folder) =>
    ended(process.execPath, [main, ...args], env, cwd);

  it('prints commands that put an object, read it back, and show where it lies', async () => {
    const put = await shown('put');
    assert.equal(put.code, 0, put.stderr);
    const get = await shown('get');
    assert.equal(get.stdout, readme.toString());
    const where = await shown('where');
    assert.equal(where.code, 0, where.stderr);
    assert.equal(new Set(where.stdout.match(/org\d-d1/g)).size, 6);
  });

  it('prints a curl line that puts the same', async function () {
    if ((await ended('/bin/sh', ['-c', 'command -v curl'], {})).code !== 0) return;
    const curl = await shown('curl');
    assert.equal(curl.code, 0, curl.stderr);
    assert.match(curl.stdout, /versionId/);
    assert.equal((await shown('get')).stdout, readme.toString());
  });

  it('reads the object after the command that breaks a disk', async () => {
    const lost = await shown('break it');
    assert.equal(lost.code, 0, lost.stderr);
    assert.equal((await shown('get')).stdout, readme.toString());
  });

  it('refuses a home that another process uses, and says so', async () => {
    const { code, stderr } = await start([], { DSTORE_HOME: home, DSTORE_PORT: '0' });
    assert.equal(code, 1);
    assert.match(stderr, /could not start: .*in use/);
    assert.match(stderr, /Next: end that one/);
    assert.doesNotMatch(stderr, /reset/);
  });

  it('S-19 keeps keys and tokens from other users', async () => {
    for (const name of ['demo.token', 'demo.words', 'vault/master.key', 'vault/tokens.json'])
      assert.equal((await stat(join(home, name))).mode & 0o077, 0, name);
  });

  it('ends when it is asked to, and finds the same at the next start, the lost disk too', async function () {
    this.timeout(120_000);
    const { token } = gateway;
    assert.equal(await gateway.stop(), 0);
    gateway = await GatewayProcess.start(home);
    assert.equal(gateway.token, token);
    assert.equal((await shown('get')).stdout, readme.toString());
    assert.match(gateway.output.join('\n'), /6 organizations · 5 disks/);
    assert.equal((await gateway.json<{ difference: string }>('/v1/supply')).difference, '0');
  });

  it('I8 S-08 tells nothing of what was put: no plaintext and no name on disks, in blocks or in logs', async () => {
    const marker = 'kanarienvogel';
    const { output } = gateway;
    const path = `/v1/buckets/demo/objects/${marker}`;
    const headers = { 'dstore-meta-note': marker, 'content-type': `text/${marker}` };
    const body = `${marker} `.repeat(100_000);
    const broken = { 'content-digest': 'sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:' };
    const asked = [
      await gateway.fetch(path, { method: 'PUT', headers, body }),
      await gateway.fetch(path, { headers: { range: 'bytes=1000000-' } }),
      await gateway.fetch(`${path}/${'%ff'}`),
      await gateway.fetch(`${path}-none`),
      await gateway.fetch(`/v1/buckets/${marker}/objects/x`, { method: 'PUT', body }),
      await gateway.fetch(`${path}-broken`, { method: 'PUT', headers: broken, body }),
    ];
    assert.deepEqual(
      asked.map(({ status }) => status),
      [201, 206, 400, 404, 404, 422],
    );
    for (const answer of asked) await answer.arrayBuffer();
    assert.equal(await gateway.stop(), 0);
    for (const folder of ['disks', 'network', 'logs'])
      assert.deepEqual(await filesWith(join(home, folder), [marker]), [], folder);
    assert.ok(!holds(Buffer.from(output.join('\n')), marker));
    assert.notDeepEqual(await filesWith(join(home, 'vault'), [marker]), [], 'the search works');
    gateway = await GatewayProcess.start(home);
  }).timeout(120_000);

  it('makes a new token when the kept ones are gone, and no new key beside an old catalog', async function () {
    this.timeout(180_000);
    const { token } = gateway;
    assert.equal(await gateway.stop(), 0);
    await rm(join(home, 'vault', 'tokens.json'));
    gateway = await GatewayProcess.start(home);
    assert.notEqual(gateway.token, token);
    assert.equal((await shown('get')).stdout, readme.toString());
    assert.equal(await gateway.stop(), 0);
    const [key, words] = [join(home, 'vault', 'master.key'), join(home, 'demo.words')];
    const kept = await readFile(words, 'utf8');
    await Promise.all([rm(key), rm(words)]);
    const { code, stderr } = await start([], { DSTORE_HOME: home, DSTORE_PORT: '0' });
    assert.equal(code, 1);
    assert.match(stderr, /master key is gone from .*master\.key/);
    await writeFile(words, kept, { mode: 0o600 });
    gateway = await GatewayProcess.start(home);
    assert.equal((await shown('get')).stdout, readme.toString());
  });

  it('F-23 says which port is taken and what to do, and leaves nothing running', async function () {
    this.timeout(120_000);
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const stopped = await gateway.stop();
    const { code, stderr } = await start([], { DSTORE_HOME: home, DSTORE_PORT: String(port) });
    taken.close();
    assert.equal(stopped, 0);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`Port ${port} is taken. Next: DSTORE_PORT=`));
  });

  it('F-23 lists all settings that are wrong, and ends with code 2 before it touches anything', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const env = { DSTORE_HOST: '0.0.0.0', DSTORE_COLOUR: 'red', DSTORE_HOME: join(folder, 'never') };
    const { code, stderr } = await start(['--port', 'x', '--log-level=loud', 'run'], env, empty);
    assert.equal(code, 2);
    for (const part of ['5 faults', '--port', '--log-level', 'run:', 'DSTORE_HOST', 'DSTORE_COLOUR'])
      assert.ok(stderr.includes(part), `${part} in ${stderr}`);
    await assert.rejects(stat(join(folder, 'never')), { code: 'ENOENT' });
  });
});
