import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenFile } from '@dstore/application/adapters/file/token-file.js';
import { IssueToken } from '@dstore/application/use-cases/issue-token.js';
import { VerifyToken } from '@dstore/application/use-cases/verify-token.js';

describe('VerifyToken', () => {
  let folder = '';
  let path = '';
  let sown = 0;
  const random = { bytes: (count: number) => Buffer.alloc(count, (sown += 1)) };
  const clock = { now: () => 1000 };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstore-tokens-'));
    path = join(folder, 'vault', 'tokens.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('S-02 knows a token again after a restart, and who it stands for', async () => {
    const token = await new IssueToken(new TokenFile(path), random).run({ name: 'ci', role: 'writer' });
    assert.match(token, /^dst1_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    const caller = await new VerifyToken(new TokenFile(path), clock).run(token);
    assert.equal(caller.role, 'writer');
    assert.equal(caller.name, 'ci');
  });

  it('S-02 keeps a digest in a file of its owner, never the token', async () => {
    const token = await new IssueToken(new TokenFile(path), random).run({ name: 'ci', role: 'owner' });
    const text = await readFile(path, 'utf8');
    assert.ok(!text.includes(token.split('_').slice(2).join('_')));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('keeps tokens that are issued at the same time', async () => {
    const store = new TokenFile(path);
    const issue = new IssueToken(store, random);
    const tokens = await Promise.all(
      Array.from({ length: 8 }, (_, at) => issue.run({ name: String(at), role: 'reader' })),
    );
    const verify = new VerifyToken(new TokenFile(path), clock);
    for (const token of tokens) assert.equal((await verify.run(token)).role, 'reader');
  });

  it('S-02 refuses whatever is not the very token', async () => {
    const store = new TokenFile(path);
    const token = await new IssueToken(store, random).run({ name: 'ci', role: 'owner' });
    const verify = new VerifyToken(store, clock);
    const last = token.endsWith('A') ? 'B' : 'A';
    for (const text of [
      '',
      'dst1',
      token.slice(0, -1),
      `${token}A`,
      `${token.slice(0, -1)}${last}`,
      token.toUpperCase(),
      token.replace('dst1', 'dst2'),
      token.replace(/_[0-9a-f]{16}_/, '_0000000000000000_'),
    ])
      await assert.rejects(verify.run(text), { code: 'token-invalid' }, text);
  });

  it('S-02 refuses a token from its end on', async () => {
    const store = new TokenFile(path);
    const issue = new IssueToken(store, random);
    const verify = new VerifyToken(store, clock);
    await assert.rejects(verify.run(await issue.run({ name: 'a', role: 'owner', endsAt: 1000 })), {
      code: 'token-expired',
    });
    assert.equal((await verify.run(await issue.run({ name: 'b', role: 'owner', endsAt: 1001 }))).name, 'b');
  });

  it('refuses a file that is none of ours', async () => {
    const stray = join(folder, 'stray.json');
    await writeFile(stray, '{"format":"dstore/v2/tokens","tokens":[]}');
    await assert.rejects(new TokenFile(stray).find('00'));
  });
});
