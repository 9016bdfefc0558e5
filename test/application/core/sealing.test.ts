import assert from 'node:assert/strict';
import { createCipheriv, createHmac } from 'node:crypto';

import {
  associatedData,
  createOpener,
  createSealer,
  headerBytes,
  plainSize,
  SealBroken,
  sealedSize,
  type Sealing,
  segmentBytes,
  segmentCapacity,
  segmentCount,
  segmentOf,
  segmentRange,
  tagBytes,
} from '@dstore/application/core/sealing.js';
import fc from 'fast-check';

const first = segmentBytes - headerBytes - tagBytes;
const full = segmentBytes - tagBytes;
const edges = [0, 1, 100, first - 1, first, first + 1, first + full - 1, first + full, first + full + 1];

const sealing: Sealing = {
  objectKey: Buffer.alloc(32, 1),
  salt: Buffer.alloc(32, 2),
  noncePrefix: Buffer.alloc(7, 3),
  associatedData: associatedData(Buffer.alloc(16, 4), 0),
};

/** What the Tink streams below were written with. */
const tinkKey = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
const tinkStreams = [
  {
    plain: '',
    sealed:
      '28b11372d15f83bf177ff867605471b2eb69e5eede1f2c509a312259f1f6b9de84ac36a75de5ae5a12d88c65e627694e42b214f56c8e6315',
  },
  {
    plain: 'DStore',
    sealed:
      '28d95d0a795a25ecf282a7c331de9a73c25b3c5f3c3518171aca4bd3531f729ff1796a69b99cce148a4189a681f7ab50e772c41a958bfbcc4c9bed777534',
  },
];

describe('sealing', () => {
  it('writes and opens what Tink 1.16.1 for Python writes', () => {
    for (const { plain, sealed } of tinkStreams) {
      const stream = Buffer.from(sealed, 'hex');
      const parts = { objectKey: tinkKey, associatedData: Buffer.from('aad') };
      const opener = createOpener({ ...parts, header: stream.subarray(0, 40) });
      assert.equal(opener.open(0, stream.subarray(40), true).toString(), plain);
      const sealer = createSealer({
        ...parts,
        salt: stream.subarray(1, 33),
        noncePrefix: stream.subarray(33, 40),
      });
      const again = Buffer.concat([sealer.header, sealer.seal(0, Buffer.from(plain), true)]);
      assert.equal(again.toString('hex'), sealed);
    }
  });

  it('agrees with its formula written out, across segments', () => {
    const extract = createHmac('sha256', sealing.salt).update(sealing.objectKey).digest();
    const key = createHmac('sha256', extract).update(sealing.associatedData).update(Buffer.of(1)).digest();
    const sealer = createSealer(sealing);
    for (const [index, last, length] of [
      [0, false, first],
      [1, false, full],
      [2, true, 5],
    ] as const) {
      const plaintext = Buffer.alloc(length, index);
      const nonce = Buffer.from([3, 3, 3, 3, 3, 3, 3, 0, 0, 0, index, last ? 1 : 0]);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const expected = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
      assert.ok(sealer.seal(index, plaintext, last).equals(expected));
    }
  });

  it('binds a stream to its seal and its place in the version', () => {
    const bytes = associatedData(Buffer.from('00112233445566778899aabbccddeeff', 'hex'), 258);
    const expected = `${Buffer.from('dstore/v1/object\0').toString('hex')}0000001000112233445566778899aabbccddeeff0000000000000102`;
    assert.equal(bytes.toString('hex'), expected);
  });

  it('refuses a segment of another place, key, salt, prefix or stream, and any flipped bit', () => {
    const sealer = createSealer(sealing);
    const sealed = sealer.seal(1, Buffer.alloc(full, 9), false);
    const last = sealer.seal(2, Buffer.from('end'), true);
    const { objectKey, associatedData } = sealing;
    const good = { objectKey, associatedData, header: sealer.header };
    const broken = (change: Partial<typeof good>, index: number, bytes: Uint8Array, isLast: boolean) =>
      assert.throws(() => createOpener({ ...good, ...change }).open(index, bytes, isLast), SealBroken);
    assert.deepEqual(createOpener(good).open(2, last, true).toString(), 'end');
    broken({}, 2, sealed, false);
    broken({}, 1, sealed, true);
    broken({}, 1, last, true);
    broken({}, 2, last, false);
    broken({ objectKey: Buffer.alloc(32, 8) }, 2, last, true);
    broken({ associatedData: Buffer.from('other') }, 2, last, true);
    for (const at of [0, 2, last.length - 1]) broken({}, 2, flipped(last, at), true);
    for (const at of [0, 1, 33, 39]) broken({ header: flipped(sealer.header, at) }, 2, last, true);
    broken({ header: sealer.header.subarray(1) }, 2, last, true);
    broken({}, 2, last.subarray(1), true);
    broken({}, 2, last.subarray(0, tagBytes), true);
    broken({}, 0, Buffer.alloc(tagBytes - 1), true);
  });

  it('never seals a segment twice, nor one behind the last', () => {
    const sealer = createSealer(sealing);
    sealer.seal(0, Buffer.alloc(first), false);
    assert.throws(() => sealer.seal(0, Buffer.alloc(first, 1), false), RangeError);
    sealer.seal(2, Buffer.alloc(1), true);
    assert.throws(() => sealer.seal(3, Buffer.alloc(1), true), RangeError);
  });

  it('refuses segments that are not full unless they are last, and keys of odd lengths', () => {
    const short = (index: number, length: number, last: boolean) =>
      assert.throws(() => createSealer(sealing).seal(index, Buffer.alloc(length), last), RangeError);
    short(0, first - 1, false);
    short(0, first + 1, true);
    short(1, full + 1, true);
    short(1, 0, true);
    short(-1, full, false);
    short(0.5, full, false);
    short(2 ** 32, 1, true);
    for (const part of ['objectKey', 'salt', 'noncePrefix'] as const)
      assert.throws(() => createSealer({ ...sealing, [part]: Buffer.alloc(31) }), RangeError);
  });

  it('A-14 knows the size of every stream and back', () => {
    assert.deepEqual(edges.map(segmentCount), [1, 1, 1, 1, 1, 2, 2, 2, 3]);
    assert.deepEqual(
      edges.map((size) => sealedSize(size) - size),
      [56, 56, 56, 56, 56, 72, 72, 72, 88],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom(...edges),
          fc.nat(),
          fc.maxSafeNat().map((n) => Math.floor(n / 256)),
        ),
        (size) => assert.equal(plainSize(sealedSize(size)), size),
      ),
    );
    for (const size of [-1, 0, 55, 0.5, NaN, Infinity, 2 ** 60, segmentBytes + 1, segmentBytes + tagBytes])
      assert.throws(() => plainSize(size), SealBroken);
    assert.equal(plainSize(segmentBytes + tagBytes + 1), first + 1);
  });

  it('finds the segment of a byte as counting does', () => {
    assert.deepEqual(segmentOf(0), { segment: 0, offset: 0 });
    assert.deepEqual(segmentOf(first - 1), { segment: 0, offset: first - 1 });
    assert.deepEqual(segmentOf(first), { segment: 1, offset: 0 });
    fc.assert(
      fc.property(fc.nat(), (offset) => {
        let segment = 0;
        let left = offset;
        while (left >= segmentCapacity(segment)) left -= segmentCapacity(segment++);
        assert.deepEqual(segmentOf(offset), { segment, offset: left });
      }),
    );
  });

  it('lays segments end to end from the header to the end', () => {
    for (const size of edges) {
      const sealed = sealedSize(size);
      let at = headerBytes;
      for (let index = 0; index < segmentCount(size); index += 1) {
        const { start, end, last } = segmentRange(index, sealed);
        assert.equal(start, at);
        assert.equal(last, end === sealed);
        at = end;
      }
      assert.equal(at, sealed);
      for (const index of [segmentCount(size), -1, 0.5])
        assert.throws(() => segmentRange(index, sealed), RangeError);
    }
  });
});

function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
