#!/usr/bin/env node
// Compiles application/kernel/assembly with AssemblyScript, once plain and once with relaxed SIMD, and writes both as
// base64 into application/src/core/kernel-binary.ts. The same sources and compiler give the same bytes: a test says so.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'application', 'src', 'core', 'kernel-binary.ts');
const options = [
  'index.ts',
  '--baseDir',
  join(root, 'application', 'kernel', 'assembly'),
  '-O3',
  '--converge',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
  '--enable',
  'simd',
  '--enable',
  'threads',
];

async function compile(...more) {
  const { default: asc } = await import('assemblyscript/asc');
  const folder = mkdtempSync(join(tmpdir(), 'dstore-kernel-'));
  const path = join(folder, 'kernel.wasm');
  try {
    const { error, stderr } = await asc.main([...options, ...more, '--outFile', path]);
    if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
    return readFileSync(path).toString('base64');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The text of kernel-binary.ts as these sources make it. */
export async function kernelBinary() {
  const plain = await compile();
  const relaxed = await compile('--enable', 'relaxed-simd');
  return `// Written by npm run kernel from application/kernel/assembly.

/** The kernels for engines with 128-bit vectors, as WebAssembly in base64. */
export const vectorKernel =
  '${plain}';

/** The same for engines with relaxed vectors too. */
export const relaxedKernel =
  '${relaxed}';
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(target, await kernelBinary());
