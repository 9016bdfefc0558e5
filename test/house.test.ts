import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unmirrored } from './house-reasons.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const workspaces = ['chaincode', 'organizations', 'network', 'application'];

/** Paths of all files below a folder of the repository, with forward slashes, build output left out. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory())
      return ['dist', 'node_modules', '.cache'].includes(entry.name) ? [] : filesBelow(path);
    return [path];
  });
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const isSource = (path: string) => path.endsWith('.ts') && !path.endsWith('.d.ts');
const sources = workspaces.flatMap((name) => filesBelow(`${name}/src`)).filter(isSource);
const tests = filesBelow('test').filter(isSource);
const withoutComments = (text: string) =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

/** Modules a source names in import and export statements and in dynamic imports, types included. */
function importsOf(path: string): string[] {
  const pattern = /(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]/gm;
  return [...withoutComments(read(path)).matchAll(pattern)].map((match) => match[1] as string);
}

/** The room a file belongs to: `chaincode/domain`, `application/adapters/sqlite`, `network/embedded`. */
function roomOf(path: string): string {
  const parts = path.replace('/src/', '/').split('/').slice(0, -1);
  if (parts[0] === 'application' && parts[1] === 'adapters') return parts.slice(0, 3).join('/');
  return parts.slice(0, 2).join('/');
}

/** What an import names: a room of ours, or the package itself. */
function target(from: string, module: string): string {
  if (module.startsWith('.')) return roomOf(posix.join(dirname(from), module));
  if (module === '@dstore/chaincode/domain') return 'chaincode/domain';
  if (module.startsWith('@dstore/')) {
    const [, workspace = '', first = ''] = module.split('/');
    return first === '' || first.endsWith('.js') ? workspace : `${workspace}/${first}`;
  }
  return module;
}

const anyAdapter = /^application\/adapters\/[a-z]+$/;
const inward = ['chaincode/domain', 'application/core', 'application/ports', 'application/use-cases'];

/** The rooms of ours that each room may import, beside itself; `architecture` section 2. */
const arrows: Record<string, (string | RegExp)[]> = {
  'chaincode/domain': [],
  'chaincode/ledger': ['chaincode/domain'],
  'chaincode/contracts': ['chaincode/domain', 'chaincode/ledger'],
  chaincode: ['chaincode/contracts', 'chaincode/domain', 'chaincode/ledger'],
  organizations: [],
  network: [],
  'network/embedded': ['chaincode/domain', 'chaincode', 'organizations'],
  'network/toolchain': ['network'],
  'network/native': ['network', 'network/toolchain', 'organizations'],
  'network/commands': ['network', 'network/embedded', 'network/native', 'network/toolchain', 'organizations'],
  'application/ports': ['chaincode/domain', 'application/core'],
  'application/core': ['chaincode/domain'],
  'application/use-cases': ['chaincode/domain', 'application/core', 'application/ports'],
  'application/adapters/*': ['chaincode/domain', 'application/core', 'application/ports', 'organizations'],
  'application/http': inward,
  'application/door': [...inward, 'organizations'],
  'application/workers': inward,
  // The identity verbs speak with a CA themselves: keys are made and stay where the command runs.
  'application/cli': ['chaincode/domain', 'application/core', 'organizations'],
  application: [
    ...inward,
    'application',
    /^application\//,
    anyAdapter,
    'organizations',
    'network/embedded',
    'chaincode',
  ],
};

function allowed(room: string): (string | RegExp)[] {
  return arrows[anyAdapter.test(room) ? 'application/adapters/*' : room] ?? [];
}

const isOurs = (name: string) => workspaces.includes(name.split('/')[0] as string);

describe('house', () => {
  it('lets arrows point inward only', () => {
    const wrong = sources.flatMap((path) => {
      const room = roomOf(path);
      return importsOf(path)
        .map((module) => target(path, module))
        .filter((to) => isOurs(to) && to !== room)
        .filter(
          (to) => !allowed(room).some((rule) => (typeof rule === 'string' ? rule === to : rule.test(to))),
        )
        .map((to) => `${path}: ${room} may not import ${to}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('knows every room', () => {
    const unknown = sources.filter(
      (path) => arrows[anyAdapter.test(roomOf(path)) ? 'application/adapters/*' : roomOf(path)] === undefined,
    );
    assert.deepEqual(unknown, []);
  });

  it('has no cycle of imports, types included', () => {
    const graph = new Map(
      sources.map((path) => [
        path,
        importsOf(path)
          .filter((module) => module.startsWith('.'))
          .map((module) => posix.join(dirname(path), module).replace(/\.js$/, '.ts')),
      ]),
    );
    assert.deepEqual(cycles(graph), []);
  });

  it('keeps clocks, chance, environment and I/O out of the pure rooms', () => {
    const pure = sources.filter((path) => /^(?:chaincode\/src|application\/src\/core)\//.test(path));
    const forbidden =
      /\bDate\b|\bMath\.random\b|\bprocess\b|\bsetTimeout\b|\bsetInterval\b|\bperformance\b|\bIntl\b|\bfetch\(|\btoLocale|\brandomBytes\b/;
    const ioModules = /^node:(?!crypto$|buffer$|assert$|zlib$)|^(?:fs|net|http|https|child_process)$/;
    const wrong = pure.filter(
      (path) =>
        forbidden.test(withoutComments(read(path))) ||
        importsOf(path).some((module) => ioModules.test(module)),
    );
    assert.deepEqual(wrong, []);
  });

  it('lets the domain reach for cryptography in two files only', () => {
    const users = sources.filter(
      (path) => path.startsWith('chaincode/') && importsOf(path).includes('node:crypto'),
    );
    assert.deepEqual(users.sort(), ['chaincode/src/domain/digest.ts', 'chaincode/src/domain/signature.ts']);
  });

  it('keeps Nest in the http room', () => {
    const wrong = sources.filter(
      (path) =>
        !path.startsWith('application/src/http/') &&
        path !== 'application/src/main.ts' &&
        importsOf(path).some((module) => module.startsWith('@nestjs/') || module === 'fastify'),
    );
    assert.deepEqual(wrong, []);
  });

  it('keeps floating point away from money', () => {
    const wrong = sources
      .filter((path) => path.startsWith('chaincode/src/'))
      .filter((path) =>
        /\bparseFloat\b|\bMath\.(?:round|ceil|floor)\([^)]*(?:amount|price|escrow|collateral)/i.test(
          withoutComments(read(path)),
        ),
      );
    assert.deepEqual(wrong, []);
  });

  it('uses none of the words the glossary replaced', () => {
    const banned = /\b(?:renters?|lessors?|payouts?|helpers?|utils?|managers?)\b/i;
    const names = /(?:^|[-/.])(?:utils?|helpers?|common|manager|service|base|types)\.ts$/;
    const wrong = sources.filter((path) => banned.test(read(path)) || names.test(path));
    assert.deepEqual(wrong, []);
  });

  it('uses no enum, no left-over and no promise of later work', () => {
    const pattern = /\benum\s+[A-Z]|\bTODO\b|\bFIXME\b|\bXXX\b|not implemented/;
    const own = /house\.test\.ts$/;
    assert.deepEqual(
      [...sources, ...tests.filter((path) => !own.test(path))].filter((path) => pattern.test(read(path))),
      [],
    );
  });

  it('keeps files short enough to hold one idea', () => {
    const long = [...sources, ...tests]
      .map((path) => ({ path, lines: read(path).split('\n').length }))
      .filter(({ lines }) => lines > 400);
    assert.deepEqual(long, []);
  });

  it('has a mirror test, or a reason, for every source', () => {
    const known = new Set(tests);
    const missing = sources
      .filter((path) => hasBehaviour(path) && !known.has(mirrorOf(path)))
      .filter((path) => unmirrored[path] === undefined);
    assert.deepEqual(missing, []);
  });

  it('gives no reason that is no longer needed', () => {
    const stale = Object.keys(unmirrored).filter(
      (path) => !sources.includes(path) || tests.includes(mirrorOf(path)),
    );
    assert.deepEqual(stale, []);
  });

  it('documents what it exports', () => {
    const wrong = sources
      .filter((path) => !path.endsWith('index.ts'))
      .flatMap((path) => undocumented(read(path)).map((name) => `${path}: ${name}`));
    assert.deepEqual(wrong, []);
  });

  it('pins exact versions and keeps addresses out of lock files', () => {
    for (const path of ['package.json', ...workspaces.map((name) => `${name}/package.json`)]) {
      const manifest = JSON.parse(read(path)) as Record<string, Record<string, string> | undefined>;
      const ranges = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
        Object.entries(manifest[kind] ?? {}).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
      );
      assert.deepEqual(ranges, [], path);
    }
    assert.doesNotMatch(read('package-lock.json'), /"resolved": "https?:/);
  });

  it('names no folder above the repository', () => {
    const wrong = [...sources, ...tests].filter((path) =>
      /\.\.\/shared\/|['"`]\/(?:root|home)\//.test(read(path)),
    );
    assert.deepEqual(wrong, []);
  });
});

function mirrorOf(path: string): string {
  return `test/${path.replace('/src/', '/').replace(/\.ts$/, '.test.ts')}`;
}

/** False for index files and files that hold nothing but types. */
function hasBehaviour(path: string): boolean {
  return (
    !path.endsWith('/index.ts') &&
    /^(?:export )?(?:abstract )?(?:async )?(?:class|function|const)\b/m.test(withoutComments(read(path)))
  );
}

/** Names of exported functions and classes without a doc comment. */
function undocumented(text: string): string[] {
  const pattern = /(\*\/\s*)?((?:^@[^\n]*\n)*)^export (?:abstract )?(?:async )?(?:class|function\*?) (\w+)/gm;
  return [...text.matchAll(pattern)]
    .filter((match) => match[1] === undefined)
    .map((match) => match[3] as string);
}

/** Each cycle of a graph once, as the path that closes it. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path))
      found.push([...trail.slice(trail.indexOf(path)), path].map((at) => relative('.', at)).join(' -> '));
    if (trail.includes(path) || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}
