#!/usr/bin/env node
// One verb per npm script. Runs on any Node >= 20 with nothing installed: installs and builds what is missing,
// says so, then hands over to the Node that the project brings. Plain JavaScript, because it runs before the build.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.dstore-lock');
const windows = process.platform === 'win32';

const say = (text) => process.stderr.write(`${text}\n`);
const ownNode = () => {
  const path = join(bin, windows ? 'node.cmd' : 'node');
  return existsSync(path) ? path : process.execPath;
};

/**
 * What processes run with. Many disks sync at once; the default of four threads makes reads wait behind their syncs. One
 * arena of memory for all threads, buffers of 64 KiB or more mapped each by itself, and a heap that is small and grows
 * slowly: else memory that was freed is kept while gigabytes pass.
 */
const { env: surroundings, start: startFlags } = JSON.parse(
  readFileSync(join(root, 'scripts', 'process.json'), 'utf8'),
);

/** Runs a program in the project's root and resolves with its exit code; signals reach it too. */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...surroundings, ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
      shell: windows,
    });
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

async function step(what, program, args) {
  const code = await run(program, args);
  if (code === 0) return;
  say(`${what} failed (exit code ${code}); the lines above say why.`);
  process.exit(code);
}

const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

async function install() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest()) return;
  say('Installing packages (npm ci), about half a minute …');
  await step('Installing', 'npm', ['ci', '--loglevel=error', '--no-fund', '--no-audit']);
  writeFileSync(stamp, lockDigest());
}

async function build() {
  if (!existsSync(join(root, 'test', 'dist'))) say('Building (tsc -b), about half a minute the first time …');
  await step('Building', ownNode(), [
    join('node_modules', 'typescript', 'bin', 'tsc'),
    '-b',
    'tsconfig.build.json',
  ]);
}

const network = (verb) => ['--enable-source-maps', join('network', 'dist', 'commands', 'main.js'), verb];
const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js');
const verbs = {
  start: [...startFlags, join('application', 'dist', 'main.js')],
  reset: ['--enable-source-maps', join('application', 'dist', 'reset.js')],
  demo: [mocha, '--config', join('test', '.mocharc.demo.json')],
  test: [mocha, '--config', join('test', '.mocharc.json')],
  'test:interop': [join('scripts', 'interop.mjs')],
  bench: ['--enable-source-maps', join('benchmarks', 'dist', 'main.js')],
  'bench:peers': ['--enable-source-maps', join('benchmarks', 'dist', 'main.js'), '--peers'],
  kernel: [join('scripts', 'kernel.mjs')],
  'test:network': [mocha, '--config', join('test', 'network', 'native', 'real', '.mocharc.json')],
  'network:build': network('build'),
  'network:up': network('up'),
  'network:down': network('down'),
  'network:status': network('status'),
  'network:logs': network('logs'),
  'network:doctor': network('doctor'),
  'network:compose': network('compose'),
  'network:reset': network('reset'),
  'network:revoke': network('revoke'),
  openapi: ['--enable-source-maps', join('application', 'dist', 'http', 'write-openapi.js')],
};

const [verb = '', ...args] = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) < 20) {
  say(`DStore needs Node 20 or newer to install itself; this is ${process.version}.`);
  process.exit(2);
}
if (verbs[verb] === undefined) {
  say(`Unknown verb "${verb}"; there are ${Object.keys(verbs).join(', ')}.`);
  process.exit(2);
} else {
  await install();
  await build();
  // The servers take minutes to build, once; what is built already is only looked for.
  if (verb === 'test:network') await step('Building the servers', ownNode(), verbs['network:build']);
  process.exitCode = await run(ownNode(), [...verbs[verb], ...args]);
}
