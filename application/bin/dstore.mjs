#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/cli/main.js', import.meta.url);
const ownNode = fileURLToPath(
  new URL(`../../node_modules/.bin/node${process.platform === 'win32' ? '.cmd' : ''}`, import.meta.url),
);

if (!existsSync(main)) {
  console.error('dstore is not built yet. Next: npm start (or npm run build) in the repository.');
  process.exitCode = 1;
} else if (Number(process.versions.node.split('.')[0]) >= 22) {
  await import(main.href);
} else {
  // This Node is older than the command needs; the repository brought its own.
  const child = spawn(ownNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
  child.on('error', (error) => {
    console.error(`dstore needs Node 22 or newer, and ${ownNode} does not start: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code) => (process.exitCode = code ?? 130));
}
