import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenFile } from '@dstore/application/adapters/file/token-file.js';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { KeepTokens } from '@dstore/application/use-cases/keep-tokens.js';
import { VerifyToken } from '@dstore/application/use-cases/verify-token.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../../http/gateway-of-tests.js';
import { runCommand } from '../command-of-tests.js';

const random = { bytes: (count: number) => randomBytes(count) };
const clock = { now: () => Date.now() };

describe('dstore token', () => {
  let folder = '';
  let gateway: Gateway;
  let verify: VerifyToken;
  let to: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstore-cli-'));
    const store = new TokenFile(join(folder, 'tokens.json'));
    verify = new VerifyToken(store, clock);
    const keepTokens = new KeepTokens(store, random, clock);
    const started = await startGateway(useCasesOfTests(new ObjectsOfTests(), { keepTokens }));
    gateway = started.gateway;
    to = ['--url', started.url, '--token', tokenOf('owner'), 'token'];
  });
  afterEach(async () => {
    await gateway.close();
    await rm(folder, { recursive: true });
  });

  const run = async (...argv: string[]) => {
    const { code, out, err } = await runCommand([...to, ...argv]);
    return { code, out: out.toString('utf8'), err };
  };
  const scope = ['--bucket', 'photos', '--bucket', 'mail', '--prefix', 'a/', '--verbs', 'get,list'];

  it('prints a text that the gateway takes, and nothing beside it on standard output', async () => {
    const { code, out, err } = await run('create', 'ci', ...scope, '--expires', '30d');
    assert.equal(code, 0, err);
    const caller = await verify.run(out.trim());
    assert.deepEqual([caller.name, caller.role], ['ci', 'reader']);
    assert.deepEqual(caller.scope, {
      buckets: ['photos', 'mail'],
      prefixes: ['a/'],
      verbs: ['get', 'list'],
    });
    assert.match(err, /shown this once/);
    const { out: listed } = await run('ls');
    assert.match(
      listed,
      new RegExp(`^${caller.tokenId} +ci +reader +\\d{4}-\\d\\d-\\d\\d +photos,mail +a/`, 'm'),
    );
    assert.ok(!listed.includes(out.trim().slice(22)));
  });

  it('speaks JSON as REST does', async () => {
    const made = await run('--json', 'add', 'ci', '--role', 'writer', '--expires', '2100-01-01T00:00:00Z');
    const { token, ...shown } = JSON.parse(made.out) as { token: string; id: string };
    assert.equal((await verify.run(token)).role, 'writer');
    assert.deepEqual(shown, { id: shown.id, name: 'ci', role: 'writer', endsAt: '2100-01-01T00:00:00.000Z' });
    assert.deepEqual(JSON.parse((await run('--json', 'ls')).out), shown);
    const removed = await run('--json', 'rm', '--yes', shown.id);
    assert.deepEqual(JSON.parse(removed.out), { id: shown.id, removed: true });
  });

  it('rotates by the start of an id, and ends the old text when told', async () => {
    const old = (await run('create', 'ci')).out.trim();
    const { tokenId } = await verify.run(old);
    const fresh = (await run('rotate', tokenId.slice(0, 6))).out.trim();
    for (const text of [old, fresh]) assert.equal((await verify.run(text)).tokenId, tokenId);
    const last = await run('rotate', tokenId, '--old-expires', '0m');
    assert.equal(last.code, 0, last.err);
    await assert.rejects(verify.run(fresh), { code: 'token-expired' });
    await verify.run(last.out.trim());
  });

  it('removes only after a yes', async () => {
    const text = (await run('create', 'ci')).out.trim();
    const { tokenId } = await verify.run(text);
    const unasked = await run('rm', tokenId);
    assert.equal(unasked.code, 2);
    assert.match(unasked.err, new RegExp(`Next: dstore token rm --yes ${tokenId}`));
    await verify.run(text);
    assert.equal((await run('rm', '--yes', tokenId)).code, 0);
    await assert.rejects(verify.run(text), { code: 'token-invalid' });
  });

  it('tells what is wrong, and what to type instead', async () => {
    await run('create', 'one');
    await run('create', 'two');
    for (const [argv, code, said] of [
      [['rm', '--yes', ''], 2, /several tokens.*\nNext: dstore token ls/],
      [['rotate', 'zz'], 2, /no token has an id/],
      [['create', 'x', '--role', 'king'], 2, /king/],
      [['create', 'x', '--role', 'admin'], 2, /admin/],
      [['create', 'x', '--expires', 'soon'], 2, /30d/],
      [['create', 'x', '--verbs', 'fly'], 1, /schema/],
      [['create', 'x', '--expires', '2001-01-01'], 1, /past/],
    ] as const) {
      const ran = await run(...argv);
      assert.equal(ran.code, code, `${argv.join(' ')}: ${ran.err}`);
      assert.match(ran.err, said);
      assert.equal(ran.out, '');
    }
    const reader = [...to.slice(0, 3), tokenOf('reader'), 'token', 'ls'];
    assert.equal((await runCommand(reader)).code, 6);
  });
});
