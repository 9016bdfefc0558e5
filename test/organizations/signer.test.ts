import { isLowS, signLowS } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** s of a DER signature, taken apart the slow way. */
function sOf(der: Buffer): bigint {
  const lengthOfR = der.readUInt8(3);
  return BigInt(`0x${der.toString('hex', 6 + lengthOfR)}`);
}

describe('signLowS', () => {
  it('signs so that node verifies it and s is always in the lower half', () => {
    for (let index = 0; index < 200; index += 1) {
      const message = Buffer.from(`message ${index}`);
      const signature = signLowS(privateKey, message);
      assert.ok(verify('sha256', message, publicKey, signature));
      assert.ok(sOf(signature) <= order / 2n);
      assert.ok(isLowS(signature));
    }
  });

  it('refuses keys of other kinds', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    assert.throws(() => signLowS(other, Buffer.from('x')), TypeError);
  });
});

describe('isLowS', () => {
  it('refuses the twin of a signature with s in the upper half', () => {
    const low = signLowS(privateKey, Buffer.from('x'));
    const high = order - sOf(low);
    const s = Buffer.from(`00${high.toString(16).padStart(64, '0')}`, 'hex');
    const r = low.subarray(2, 4 + low.readUInt8(3));
    const body = Buffer.concat([r, Buffer.of(2, s.length), s]);
    assert.equal(isLowS(Buffer.concat([Buffer.of(0x30, body.length), body])), false);
  });

  it('refuses what is no signature', () => {
    const good = signLowS(privateKey, Buffer.from('x'));
    assert.equal(isLowS(Buffer.alloc(0)), false);
    assert.equal(isLowS(good.subarray(0, good.length - 1)), false);
    assert.equal(isLowS(Buffer.concat([good, Buffer.of(0)])), false);
  });
});
