import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenFile } from '@dstore/application/adapters/file/token-file.js';
import { allControllers } from '@dstore/application/http/controllers/index.js';
import { routesOf } from '@dstore/application/http/openapi.js';
import { type TokenRole, tokenRoles } from '@dstore/application/ports/token-store.js';
import { IssueToken } from '@dstore/application/use-cases/issue-token.js';
import { KeepTokens, rolesGivenBy, rotationGrace } from '@dstore/application/use-cases/keep-tokens.js';
import { VerifyToken } from '@dstore/application/use-cases/verify-token.js';

const start = 1_000_000;

describe('KeepTokens', () => {
  let folder = '';
  let path = '';
  let now = start;
  const clock = { now: () => now };
  const random = { bytes: (count: number) => randomBytes(count) };
  const open = () => {
    const store = new TokenFile(path);
    return { store, keep: new KeepTokens(store, random, clock), verify: new VerifyToken(store, clock) };
  };

  beforeEach(async () => {
    now = start;
    folder = await mkdtemp(join(tmpdir(), 'dstore-tokens-'));
    path = join(folder, 'tokens.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('S-02 gives a token whose scope is known again after a restart', async () => {
    const scope = { buckets: ['demo'], prefixes: ['a/'], verbs: ['get', 'put'] as const };
    const wish = { name: 'ci', role: 'writer', ...scope, endsAt: start + 5 } as const;
    const { token, ...shown } = await open().keep.give('owner', wish);
    assert.deepEqual(await open().keep.list(), [shown]);
    assert.deepEqual(await open().verify.run(token), {
      tokenId: shown.id,
      name: 'ci',
      role: 'writer',
      scope,
    });
    const kept = await readFile(path, 'utf8');
    assert.ok(!kept.includes(token.slice(22)), 'the secret is nowhere');
    assert.ok(!JSON.stringify(shown).includes('sha256'));
  });

  it('S-05 gives no role that the maker lacks', async () => {
    const { keep } = open();
    for (const maker of tokenRoles)
      for (const role of tokenRoles) {
        const given = keep.give(maker, { name: 'x', role });
        if (rolesGivenBy[maker]?.includes(role) === true) await given;
        else await assert.rejects(given, { code: 'scope-missing' }, `${maker} -> ${role}`);
      }
    const may = (role: TokenRole) =>
      routesOf(allControllers)
        .filter(({ facts }) => facts.access !== 'open' && facts.access.includes(role))
        .map(({ facts }) => facts.id);
    for (const [maker, roles] of Object.entries(rolesGivenBy))
      for (const role of roles)
        assert.deepEqual(
          may(role).filter((route) => !may(maker as TokenRole).includes(route)),
          [],
          `${role} may what ${maker} may not`,
        );
  });

  it('S-05 neither rotates nor removes a token that the maker could not give', async () => {
    const { keep, store, verify } = open();
    for (const [at, role] of tokenRoles.entries()) {
      const text = await new IssueToken(store, random).run({ name: 'first', role });
      const id = (await store.list())[at]?.id ?? '';
      for (const maker of tokenRoles) {
        if (rolesGivenBy[maker]?.includes(role) === true) continue;
        await assert.rejects(keep.rotate(maker, id), { code: 'scope-missing' }, `${maker} -> ${role}`);
        await assert.rejects(keep.remove(maker, id), { code: 'scope-missing' }, `${maker} -> ${role}`);
      }
      assert.equal((await verify.run(text)).role, role);
      assert.equal((await store.find(id))?.previous, undefined);
    }
  });

  it('refuses to make a token that could do nothing', async () => {
    const { keep } = open();
    for (const wish of [
      { name: 'late', role: 'reader', endsAt: start },
      { name: 'wide', role: 'owner', buckets: ['demo'] },
      { name: 'wide', role: 'auditor', verbs: ['get'] },
      { name: 'reads', role: 'reader', verbs: ['get', 'put'] },
      { name: 'reads', role: 'reader', verbs: ['delete'] },
    ] as const)
      await assert.rejects(keep.give('owner', wish), { code: 'request-malformed' }, wish.name);
    assert.deepEqual(await keep.list(), []);
  });

  it('S-02 leaves two texts live by a rotation, until the old one ends', async () => {
    const { keep, verify } = open();
    const first = await keep.give('owner', { name: 'ci', role: 'reader', buckets: ['demo'] });
    const second = await keep.rotate('owner', first.id);
    assert.equal(second.previousEndsAt, start + rotationGrace);
    for (const { token } of [first, second]) {
      const caller = await open().verify.run(token);
      assert.deepEqual([caller.tokenId, caller.scope], [first.id, { buckets: ['demo'] }]);
    }
    now += rotationGrace - 1;
    await verify.run(first.token);
    now += 1;
    await assert.rejects(verify.run(first.token), { code: 'token-expired' });
    await verify.run(second.token);
    assert.equal((await keep.list())[0]?.previousEndsAt, undefined);
  });

  it('S-02 never leaves three, nor an old one beyond the end of the token', async () => {
    const { keep, verify } = open();
    const first = await keep.give('owner', { name: 'ci', role: 'reader', endsAt: start + 10 });
    const second = await keep.rotate('owner', first.id, start + 1000);
    assert.equal(second.previousEndsAt, start + 10);
    const third = await keep.rotate('owner', first.id, start - 1);
    await assert.rejects(verify.run(first.token), { code: 'token-invalid' });
    await assert.rejects(verify.run(second.token), { code: 'token-expired' });
    await verify.run(third.token);
    now = start + 10;
    await assert.rejects(verify.run(third.token), { code: 'token-expired' });
  });

  it('S-02 refuses a removed token at once, and after a restart', async () => {
    const { keep, verify } = open();
    const { id, token } = await keep.give('owner', { name: 'ci', role: 'reader' });
    const other = await keep.give('owner', { name: 'stays', role: 'reader' });
    await keep.rotate('owner', id);
    await keep.remove('owner', id);
    for (const each of [verify, open().verify]) {
      await assert.rejects(each.run(token), { code: 'token-invalid' });
      await each.run(other.token);
    }
    for (const stranger of [id, 'x', '', '__proto__', id.toUpperCase()]) {
      await assert.rejects(keep.remove('owner', stranger), { code: 'token-unknown' });
      await assert.rejects(keep.rotate('owner', stranger), { code: 'token-unknown' });
    }
  });

  it('keeps every change of many at the same time', async () => {
    const { keep } = open();
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, at) => keep.give('owner', { name: String(at), role: 'reader' })),
    );
    const fresh = await Promise.all(made.slice(0, 4).map(({ id }) => keep.rotate('owner', id)));
    await Promise.all(made.slice(4).map(({ id }) => keep.remove('owner', id)));
    assert.equal((await open().keep.list()).length, 4);
    for (const { token } of fresh) await open().verify.run(token);
  });

  it('reads the tokens that a version before it kept', async () => {
    const { token } = await open().keep.give('owner', { name: 'old', role: 'writer' });
    const [kept] = (await new TokenFile(path).list()) as unknown as [Record<string, unknown>];
    assert.deepEqual(Object.keys(kept), ['id', 'name', 'role', 'sha256'], 'as it was written before');
    assert.deepEqual((await open().verify.run(token)).scope, {});
  });

  it('refuses the token after the last that its file holds', async () => {
    const tokens = Array.from({ length: 10_000 }, (_, at) => {
      return { id: at.toString(16).padStart(16, '0'), name: 'x', role: 'reader', sha256: '00'.repeat(32) };
    });
    await writeFile(path, JSON.stringify({ format: 'dstore/v1/tokens', tokens }));
    const { keep } = open();
    await assert.rejects(keep.give('owner', { name: 'more', role: 'reader' }), { code: 'quota-reached' });
    await keep.remove('owner', '0'.repeat(16));
    await keep.give('owner', { name: 'more', role: 'reader' });
    assert.equal((await open().keep.list()).length, 10_000);
  });
});
