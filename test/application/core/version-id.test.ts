import { versionIdChance, versionIdOf } from '@dstore/application/core/version-id.js';
import assert from 'node:assert/strict';

describe('versionIdOf', () => {
  const chance = (byte: number) => Buffer.alloc(versionIdChance, byte);

  it('is sixteen bytes in hexadecimal: the time, then the chance', () => {
    assert.equal(versionIdOf(0x0123456789ab, chance(0xcd)), `0123456789ab${'cd'.repeat(10)}`);
    assert.equal(versionIdOf(0, chance(0)), '0'.repeat(32));
  });

  it('grows with time, whatever the chance', () => {
    const times = [0, 1, 255, 256, 1_750_000_000_000, 2 ** 48 - 1];
    const ids = times.map((time, at) => versionIdOf(time, chance(255 - at)));
    assert.deepEqual([...ids].sort(), ids);
  });

  it('takes ten bytes of chance and no other number', () => {
    for (const length of [0, 9, 11]) assert.throws(() => versionIdOf(1, Buffer.alloc(length)), RangeError);
  });
});
