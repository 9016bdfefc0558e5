import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Every benchmark, one file a claim. Each runs in a process of its own, so that none warms or litters another. */
const all = ['codec', 'catalog'];

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
for (const name of names.length === 0 ? all : names) {
  const path = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  if (!all.includes(name) || !existsSync(path)) {
    process.stderr.write(`There is no benchmark ${name}; there are ${all.join(', ')}.\n`);
    process.exitCode = 2;
    continue;
  }
  const { status } = spawnSync(process.execPath, [path, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
