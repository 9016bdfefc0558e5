import assert from 'node:assert/strict';

import { cidOf, digestOf, maxShardBytes, shardDigest, shardSize } from '@dstore/application/core/shard.js';
import fc from 'fast-check';

const empty = 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262';
const digests = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

/** A CID in lower-case base32 of any bytes, by long division instead of shifting. */
function spelled(hex: string): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const bits = hex.length * 4;
  const length = Math.ceil(bits / 5);
  let value = BigInt(`0x${hex}`) << BigInt(length * 5 - bits);
  let text = '';
  for (let at = 0; at < length; at += 1, value /= 32n) text = letters.charAt(Number(value % 32n)) + text;
  return `b${text}`;
}

describe('shard', () => {
  it('is named by BLAKE3', () => {
    assert.equal(shardDigest(Buffer.alloc(0)), empty);
    const counting = Uint8Array.from({ length: 1025 }, (_, at) => at % 251);
    assert.equal(shardDigest(counting), 'd00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444');
  });

  it('has a CID of version 1, raw, blake3, in lower-case base32', () => {
    assert.match(cidOf(empty), /^bafkr4i[a-z2-7]{52}$/);
    fc.assert(
      fc.property(digests, (digest) => {
        assert.equal(cidOf(digest), spelled(`01551e20${digest}`));
        assert.equal(digestOf(cidOf(digest)), digest);
      }),
    );
  });

  it('A-132 refuses CIDs of any other version, codec, hash or length', () => {
    for (const prefix of [
      '00551e20',
      '02551e20',
      '01701e20',
      '01711e20',
      '01551220',
      '01550020',
      '01551e1f',
      '01551e40',
    ])
      assert.equal(digestOf(spelled(`${prefix}${empty}`)), undefined, prefix);
    for (const hex of [
      `01551e20${empty}00`,
      `01551e20${empty.slice(2)}`,
      '01551e20',
      '01551e00',
      '0155000161',
    ])
      assert.equal(digestOf(spelled(hex)), undefined, hex);
  });

  it('A-132 refuses a second spelling of a CID', () => {
    const cid = cidOf(empty);
    const others = [
      '',
      'b',
      cid.toUpperCase(),
      `B${cid.slice(1)}`,
      `z${cid.slice(1)}`,
      cid.slice(1),
      `${cid}=`,
      `${cid}a`,
      ` ${cid}`,
      `${cid}\n`,
      `${cid}/`,
      cid.replace('a', '1'),
      cid.replace('a', 'ä'),
      `${cid.slice(0, -1)}${cid.endsWith('b') ? 'd' : 'b'}`,
      'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnJdGM',
      empty,
    ];
    for (const other of others) assert.equal(digestOf(other), undefined, other);
    fc.assert(
      fc.property(
        digests,
        fc.nat({ max: 58 }),
        fc.string({ minLength: 1, maxLength: 1 }),
        (digest, at, letter) => {
          const text = cidOf(digest);
          const changed = text.slice(0, at) + letter + text.slice(at + 1);
          const read = digestOf(changed);
          assert.ok(read === undefined || cidOf(read) === changed);
        },
      ),
    );
  });

  it('has no CID when its digest is none', () => {
    for (const digest of ['', 'ab', empty.toUpperCase(), `${empty}00`, `${empty.slice(1)}g`])
      assert.throws(() => cidOf(digest), RangeError);
  });

  it('is 1 MiB in a full stripe, else an even share in steps of 64 bytes', () => {
    assert.equal(shardSize(4 * maxShardBytes, 4), maxShardBytes);
    assert.equal(shardSize(4 * maxShardBytes - 1, 4), maxShardBytes);
    assert.deepEqual(
      [1, 64, 256, 257, 512, 513].map((length) => shardSize(length, 4)),
      [64, 64, 64, 128, 128, 192],
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (dataShards, drawn) => {
        const length = 1 + (drawn % (dataShards * maxShardBytes));
        const size = shardSize(length, dataShards);
        assert.ok(size % 64 === 0 && size <= maxShardBytes);
        assert.ok(size * dataShards >= length && (size - 64) * dataShards < length);
      }),
    );
    for (const length of [0, -1, 1.5, NaN, 4 * maxShardBytes + 1])
      assert.throws(() => shardSize(length, 4), RangeError);
  });
});
