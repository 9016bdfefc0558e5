import assert from 'node:assert/strict';
import { sha256 } from '@dstore/chaincode/domain';
import { noise } from '../noise.js';

const hexOf = (...parts: string[]) => sha256(...parts.map((part) => Buffer.from(part))).toString('hex');

describe('domain/digest', () => {
  it('is SHA-256 as FIPS 180 shows it', () => {
    assert.equal(hexOf(), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    assert.equal(hexOf('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(
      hexOf('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
  });

  it('hashes parts as if they were one, so that callers must bound them', () => {
    const bytes = noise(100, 'parts');
    for (let at = 0; at <= 100; at += 10)
      assert.deepEqual(sha256(bytes.subarray(0, at), bytes.subarray(at)), sha256(bytes));
  });
});
