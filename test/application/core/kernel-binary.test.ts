import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { relaxedKernel, vectorKernel } from '@dstore/application/core/kernel-binary.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const source = join(root, 'application', 'src', 'core', 'kernel-binary.ts');

describe('kernel binary', () => {
  it('is what the compiler makes of the sources beside it', async () => {
    const script = pathToFileURL(join(root, 'scripts', 'kernel.mjs')).href;
    const { kernelBinary } = (await import(script)) as { kernelBinary: () => Promise<string> };
    assert.equal(readFileSync(source, 'utf8'), await kernelBinary());
  });

  it('is WebAssembly, once with and once without relaxed vectors', () => {
    const [vectors, relaxed] = [vectorKernel, relaxedKernel].map((text) => Buffer.from(text, 'base64'));
    assert.deepEqual(vectors?.subarray(0, 8), Buffer.from('\0asm\x01\0\0\0', 'latin1'));
    assert.deepEqual(relaxed?.subarray(0, 8), Buffer.from('\0asm\x01\0\0\0', 'latin1'));
    assert.notDeepEqual(vectors, relaxed);
  });
});
