import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { checkPoint, lowDer, parsePublicKey, verifySignature } from '@dstore/chaincode/domain';
import { flipped, noise } from '../noise.js';
import { refused } from '../refused.js';

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const der = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const spki = der(publicKey).toString('base64');
const message = Buffer.from('what is signed');

/** r and s of a signature, s low. */
function parts(): { r: bigint; s: bigint } {
  const raw = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const [r, s] = [raw.subarray(0, 32), raw.subarray(32)].map((half) => BigInt(`0x${half.toString('hex')}`));
  return { r: r as bigint, s: (s as bigint) > order / 2n ? order - (s as bigint) : (s as bigint) };
}

/** A DER integer, with bytes before it that DER does not allow. */
function integer(value: bigint, padding = 0): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const sign = Buffer.alloc((bytes[0] as number) >= 0x80 ? 1 + padding : padding);
  return Buffer.concat([Buffer.of(2, sign.length + bytes.length), sign, bytes]);
}

function sequence(...items: Buffer[]): Buffer {
  const body = Buffer.concat(items);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

const holds = (signature: Buffer) => verifySignature(spki, message, signature.toString('base64'));

describe('domain/signature', () => {
  it('takes a signature in its minimal encoding with low s, as lowDer writes it', () => {
    for (let i = 0; i < 64; i += 1) {
      const raw = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      assert.ok(holds(lowDer(raw)));
    }
    const { r, s } = parts();
    assert.ok(holds(sequence(integer(r), integer(s))));
  });

  it('A-15 refuses high s, though it is the same signature to any other verifier', () => {
    for (let i = 0; i < 16; i += 1) {
      const { r, s } = parts();
      assert.ok(!holds(sequence(integer(r), integer(order - s))));
    }
  });

  it('A-15 refuses padded, long-form, truncated and lengthened DER', () => {
    const { r, s } = parts();
    const good = sequence(integer(r), integer(s));
    const body = good.subarray(2);
    const wrong = [
      sequence(integer(r, 1), integer(s)),
      sequence(integer(r), integer(s, 1)),
      Buffer.concat([Buffer.of(0x30, 0x81, body.length), body]),
      Buffer.concat([Buffer.of(0x30, 0x80), body, Buffer.of(0, 0)]),
      Buffer.concat([good, Buffer.of(0)]),
      sequence(integer(r), integer(s), integer(1n)),
      ...Array.from({ length: good.length }, (_, length) => good.subarray(0, length)),
    ];
    for (const signature of wrong) assert.ok(!holds(signature), signature.toString('hex'));
    assert.ok(holds(good));
  });

  it('A-15 refuses r and s that are zero, the order or above, and r || s as it is', () => {
    const { r, s } = parts();
    for (const odd of [0n, order, order + 1n, 2n ** 256n - 1n]) {
      assert.ok(!holds(sequence(integer(odd), integer(s))));
      assert.ok(!holds(sequence(integer(r), integer(odd))));
    }
    assert.ok(!holds(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })));
  });

  it('refuses one flipped bit of the signature, the message, and another key', () => {
    const { r, s } = parts();
    const good = sequence(integer(r), integer(s));
    for (let at = 0; at < good.length; at += 1) assert.ok(!holds(flipped(good, at)), `${at}`);
    const text = good.toString('base64');
    for (let at = 0; at < message.length; at += 1)
      assert.ok(!verifySignature(spki, flipped(message, at), text));
    const other = der(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey).toString('base64');
    assert.ok(!verifySignature(other, message, text));
  });

  it('A-15 refuses a signature and a key in another spelling of base64', () => {
    const { r, s } = parts();
    const text = sequence(integer(r), integer(s)).toString('base64');
    const spellings = (good: string) => [`${good}\n`, ` ${good}`, `${good}*`, `${good}AA==`];
    for (const other of spellings(text)) assert.ok(!verifySignature(spki, message, other), other);
    for (const other of spellings(spki)) refused('key-malformed', () => parsePublicKey(other), other);
  });

  it('refuses keys of other curves and kinds, compressed points and spare bytes', () => {
    const others = [
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey,
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
      generateKeyPairSync('ed25519').publicKey,
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey,
    ].map(der);
    const point = der(publicKey).subarray(26);
    const parity = 2 + ((point[64] as number) & 1);
    const compressed = Buffer.concat([
      Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      Buffer.of(parity),
      point.subarray(1, 33),
    ]);
    const spare = Buffer.concat([der(publicKey), Buffer.of(0)]);
    for (const key of [...others, compressed, spare, Buffer.alloc(0), noise(91, 'no key')])
      refused('key-malformed', () => parsePublicKey(key.toString('base64')));
    assert.equal(parsePublicKey(spki).asymmetricKeyType, 'ec');
  });

  it('takes an uncompressed point on the curve and no other 65 bytes', () => {
    const point = der(publicKey).subarray(26);
    checkPoint(point.toString('base64'));
    for (const at of [1, 33, 64])
      refused('key-malformed', () => checkPoint(flipped(point, at).toString('base64')), `${at}`);
    for (const other of [
      point.subarray(1),
      Buffer.concat([point, Buffer.of(0)]),
      Buffer.alloc(65),
      Buffer.of(),
    ])
      refused('key-malformed', () => checkPoint(other.toString('base64')));
    refused('key-malformed', () => checkPoint(`${point.toString('base64')}\n`));
  });
});
