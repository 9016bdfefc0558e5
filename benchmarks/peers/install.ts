import { runProgram } from '@dstore/network/program.js';
import { readyToolchain } from '@dstore/network/toolchain';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { progress } from '../scratch.js';

const pathTo = (file: string) => fileURLToPath(new URL(`../../peers/${file}`, import.meta.url));

/** MinIO, built once from its pinned Go module into the cache outside the repository; needs Go. Answers its path. */
export async function minioProgram(): Promise<string> {
  const folder = await cacheFolder('minio', ['go.mod', 'go.sum']);
  await once(folder, async (made) => {
    progress(`building MinIO into ${folder}, some ten minutes the first time`);
    const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w'];
    await runProgram('go', ['build', ...flags, '-o', join(made, 'minio'), 'github.com/minio/minio'], {
      cwd: pathTo('minio'),
      env: {
        ...given(['GOPROXY', 'GOSUMDB', 'GOMODCACHE', 'GOCACHE', 'GOPATH']),
        CGO_ENABLED: '0',
        GOFLAGS: '',
      },
    });
  });
  return join(folder, 'minio');
}

/** Tahoe-LAFS, installed once with pinned packages into a Python environment in the cache; needs Python 3. Answers its path. */
export async function tahoeProgram(): Promise<string> {
  const folder = await cacheFolder('tahoe', ['requirements.txt']);
  // A Python environment knows its own path: it is made where it stays, and counts once the mark is in it.
  const mark = join(folder, 'installed');
  if (!existsSync(mark)) {
    progress(`installing Tahoe-LAFS into ${folder}`);
    await rm(folder, { recursive: true, force: true });
    await runProgram('python3', ['-m', 'venv', folder]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement'];
    await runProgram(join(folder, 'bin', 'python'), [...install, pathTo('tahoe/requirements.txt')], {
      env: given(['PIP_INDEX_URL', 'PIP_CERT', 'SSL_CERT_FILE', 'HTTPS_PROXY', 'https_proxy']),
    });
    await mkdir(mark);
  }
  return join(folder, 'bin', 'tahoe');
}

/** The toolchain's Kubo. */
export async function kuboProgram(): Promise<string> {
  return (await readyToolchain(process.env, progress)).programs.ipfs;
}

/** A folder of the cache named by what is built into it. */
async function cacheFolder(name: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of files) hash.update(await readFile(pathTo(`${name}/${file}`)));
  return join(cacheRoot(), 'peers', `${name}-${hash.digest('hex').slice(0, 16)}`);
}

function cacheRoot(): string {
  const own = process.env['DSTORE_CACHE'];
  if (own !== undefined && own !== '') return resolve(own);
  const shared = process.env['XDG_CACHE_HOME'];
  return join(shared !== undefined && shared !== '' ? shared : join(homedir(), '.cache'), 'dstore');
}

/** Makes a folder whole or not at all. */
async function once(folder: string, make: (made: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const made = `${folder}.part-${process.pid}`;
  await mkdir(made, { recursive: true });
  try {
    await make(made);
    await rename(made, folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

function given(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
