#!/usr/bin/env node
// Runs test/interop: our formats against other people's code. Installs the pinned Python packages into
// .cache/interop first; hands its arguments to mocha.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const requirements = join(root, 'test', 'interop', 'requirements.txt');
const home = join(root, '.cache', 'interop');
const python = join(home, windows ? 'Scripts' : 'bin', windows ? 'python.exe' : 'python');
const stamp = join(home, 'requirements.txt');

const say = (text) => process.stderr.write(`${text}\n`);

function run(program, args, env = process.env) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env });
  return error === undefined ? (status ?? 1) : 127;
}

function step(what, program, args) {
  const code = run(program, args);
  if (code === 0) return;
  say(`${what} failed (exit code ${code}); the interop tests need Python 3.9 or newer with venv and pip.`);
  process.exit(2);
}

function install() {
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing the Python packages of the interop tests into .cache/interop …');
  rmSync(home, { recursive: true, force: true });
  step('Making a Python environment', windows ? 'python' : 'python3', ['-m', 'venv', home]);
  const quiet = ['--quiet', '--disable-pip-version-check'];
  step('Installing', python, ['-m', 'pip', 'install', ...quiet, '--requirement', requirements]);
  writeFileSync(stamp, wanted);
}

install();
const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const options = ['--no-config', '--timeout', '120000', '--reporter', join(root, 'test', 'reporter.cjs')];
const specs = join('test', 'dist', 'interop', '**', '*.test.js');
process.exitCode = run(process.execPath, [mocha, ...options, ...process.argv.slice(2), specs], {
  ...process.env,
  DSTORE_PYTHON: python,
});
