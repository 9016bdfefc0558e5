import assert from 'node:assert/strict';
import { SpareBuffers } from '@dstore/application/core/spare-buffers.js';

describe('SpareBuffers', () => {
  it('hands out again what came back, whole, whichever part of it came', () => {
    const spare = new SpareBuffers(64, 2);
    const first = spare.take();
    assert.equal(first.length, 64);
    spare.give(first.subarray(10, 20));
    const second = spare.take();
    assert.equal(second.buffer, first.buffer);
    assert.equal(second.length, 64);
  });

  it('hands out nothing that is out already', () => {
    const spare = new SpareBuffers(64, 8);
    const taken = Array.from({ length: 8 }, () => spare.take());
    assert.equal(new Set(taken.map(({ buffer }) => buffer)).size, 8);
    spare.give(taken[0] as Buffer);
    spare.give(taken[0] as Buffer);
    assert.notEqual(spare.take().buffer, spare.take().buffer);
  });

  it('keeps no more than it may, and takes nothing that is not its own', () => {
    const spare = new SpareBuffers(64, 1);
    const [one, other] = [spare.take(), spare.take()];
    const foreign = Buffer.alloc(64);
    for (const buffer of [foreign, one, other]) spare.give(buffer);
    assert.equal(spare.take().buffer, one.buffer);
    const fresh = spare.take().buffer;
    assert.ok(fresh !== other.buffer && fresh !== foreign.buffer);
  });
});
