import { compareVersions, findVersion, formatVersion, isWithin } from '@dstore/network/toolchain/version.js';
import assert from 'node:assert/strict';

describe('versions', () => {
  it('are found in what programs answer', () => {
    assert.deepEqual(findVersion('peer:\n Version: 3.1.1\n Commit SHA: 435a7f1a78'), [3, 1, 1]);
    assert.deepEqual(findVersion('peer:\n Version: v2.5.13\n'), [2, 5, 13]);
    assert.deepEqual(findVersion('ipfs version 0.42.0\n'), [0, 42, 0]);
    assert.deepEqual(findVersion('go1.26'), [1, 26, 0]);
    assert.equal(findVersion('development build'), undefined);
  });

  it('are compared number by number', () => {
    assert.ok(compareVersions([1, 9, 0], [1, 10, 0]) < 0);
    assert.ok(compareVersions([2, 0, 0], [1, 99, 99]) > 0);
    assert.equal(compareVersions([1, 2, 3], [1, 2, 3]), 0);
    assert.equal(formatVersion([1, 26, 0]), '1.26.0');
  });

  it('fit from the lowest up to, and not including, the first that is too new', () => {
    assert.ok(isWithin([3, 1, 1], '3.1.1', '4.0.0'));
    assert.ok(isWithin([3, 99, 0], '3.1.1', '4.0.0'));
    assert.equal(isWithin([3, 1, 0], '3.1.1', '4.0.0'), false);
    assert.equal(isWithin([4, 0, 0], '3.1.1', '4.0.0'), false);
    assert.throws(() => isWithin([1, 0, 0], 'one', '2.0.0'), TypeError);
  });
});
