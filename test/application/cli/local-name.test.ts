import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { folderBelow, writeWhole } from '@dstore/application/cli/local-file.js';
import { localSegments } from '@dstore/application/cli/local-name.js';
import { objectPath } from '@dstore/application/cli/location.js';
import fc from 'fast-check';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../http/gateway-of-tests.js';
import { runCommand } from './command-of-tests.js';

const evil = [
  '..',
  '.',
  '../a',
  '../../etc/passwd',
  'a/../b',
  'a/../../b',
  '/etc/passwd',
  '//host/share',
  'a//b',
  'a/',
  '/',
  '//',
  './a',
  'a/.',
  'a/..',
  '...',
  '.. ',
  '..%2f',
  '%2e%2e',
  '%2e%2e%2fa',
  '%',
  '%%',
  '%2F',
  '%252F',
  '100%',
  'a%20b',
  'C:\\windows',
  'C:/windows',
  'c:',
  '\\\\host\\share',
  '..\\..\\a',
  'a\\b',
  'CON',
  'con.txt',
  'NUL',
  'nul.tar.gz',
  'COM1',
  'lpt9.x',
  'AUX',
  'a/PRN/b',
  'CONIN$',
  'name.',
  'name ',
  ' name',
  'a:stream',
  'a*b?',
  '<>|"',
  '~',
  '~root',
  '-rf',
  '--help',
  '$(id)',
  '`id`',
  'a;b',
  'a\nb',
  'a\rb',
  'a\tb',
  '\u001b[2J',
  '\u202eexe.txt',
  'é',
  'e\u0301',
  '\u{1F600}',
  '?x=1',
  '#frag',
  'a?b#c',
  '&amp;',
  "'",
  'a'.repeat(255),
];

describe('localSegments', () => {
  it('S-16 lets no key out of its folder and no two into one file', () => {
    const root = resolve('/some/root');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (key) => {
        const path = resolve(root, ...localSegments(key));
        const inside = relative(root, path);
        assert.ok(inside !== '' && !inside.startsWith('..'));
        assert.equal(inside.split('/').length, key.split('/').length);
      }),
    );
    const paths = evil.map((key) => localSegments(key).join('/'));
    assert.equal(new Set(paths).size, evil.length);
  });

  it('leaves ordinary names alone', () => {
    for (const key of ['a', 'a/b.txt', '.hidden', '100% sure', 'ünï', 'a b', 'config.json'])
      assert.equal(localSegments(key).join('/'), key);
  });

  it('S-16 takes evil names through REST and back into a folder', async () => {
    const objects = new ObjectsOfTests();
    const { gateway, url } = await startGateway(useCasesOfTests(objects));
    const folder = await mkdtemp(join(tmpdir(), 'dstore-evil-'));
    try {
      const to = ['--url', url, '--token', tokenOf('owner')];
      for (const [at, key] of evil.entries()) {
        const put = await runCommand([...to, 'cp', '-', `ds://demo/x/${at}/${key}`, '--type', 'text/plain'], {
          stdin: Buffer.from(key),
        });
        // A trailing slash asks for the source's own name, which standard input lacks.
        if (key.endsWith('/')) assert.equal(put.code, 2);
        else assert.equal(put.code, 0, `${key}: ${put.err}`);
      }
      const kept = [...evil.entries()].filter(([, key]) => !key.endsWith('/'));
      assert.deepEqual(
        [...objects.kept.keys()].sort(),
        kept.map(([at, key]) => `demo/x/${at}/${key}`).sort(),
      );
      const got = await runCommand([...to, 'cp', '-r', 'ds://demo/x', folder]);
      assert.equal(got.code, 0, got.err);
      for (const [at, key] of kept)
        assert.equal(await readFile(join(folder, String(at), ...localSegments(key)), 'utf8'), key);
    } finally {
      await gateway.close();
      await rm(folder, { recursive: true });
    }
  });

  it('escapes slashes on the way, so that dot segments stay', () => {
    assert.equal(objectPath({ bucket: 'b', key: 'a/../c' }), '/v1/buckets/b/objects/a%2F..%2Fc');
  });
});

describe('writeWhole', () => {
  it('leaves nothing behind when the bytes end early', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dstore-whole-'));
    try {
      const broken = (async function* () {
        yield Buffer.from('half');
        throw new Error('gone');
      })();
      await folderBelow(folder, ['a']);
      await assert.rejects(writeWhole(join(folder, 'a', 'file'), broken), /gone/);
      await assert.rejects(readFile(join(folder, 'a', 'file')));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
