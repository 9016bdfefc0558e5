import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';

import { createMemory, engineKind, kernelOver } from '@dstore/application/core/kernel-engine.js';

describe('kernel engine', () => {
  it('makes memory of whole pages, zeroed and shared', () => {
    const { buffer } = createMemory(65537);
    assert.equal(buffer.byteLength, 2 * 65536);
    assert.ok(buffer instanceof SharedArrayBuffer);
    assert.ok(new Uint8Array(buffer).every((byte) => byte === 0));
  });

  it('shows the same bytes to a thread that the memory is posted to', async () => {
    const memory = createMemory(64);
    const script = `const { workerData } = require('node:worker_threads'); new Uint8Array(workerData.buffer)[5] = 7;`;
    const worker = new Worker(script, { eval: true, workerData: memory });
    await new Promise((resolve) => worker.once('exit', resolve));
    assert.equal(new Uint8Array(memory.buffer)[5], 7);
  });

  it('has no kernel of the plain kind, and one of its own kind unless that is plain', () => {
    const memory = createMemory(64);
    assert.equal(kernelOver(memory, 'plain'), undefined);
    assert.equal(kernelOver(memory) === undefined, engineKind === 'plain');
  });

  it('runs with vectors on this engine', () => {
    assert.notEqual(engineKind, 'plain');
  });
});
