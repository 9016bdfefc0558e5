import assert from 'node:assert/strict';
import { tuple, type TupleElement } from '@dstore/chaincode/domain';
import fc from 'fast-check';

const hexOf = (...elements: [string, ...TupleElement[]]) => tuple(...elements).toString('hex');
const texts = fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => !text.includes('\0'));

type Kind = 'text' | 'bytes' | 'number';

/** Reads a tuple back, given the kinds of its elements, which its tag fixes. */
function read(bytes: Buffer, kinds: readonly Kind[]): (string | bigint)[] {
  let at = 0;
  const take = (length: number) => bytes.subarray(at, (at += length));
  const values = kinds.map((kind) => {
    if (kind === 'number') return take(8).readBigUInt64BE();
    if (kind === 'bytes') return take(take(4).readUInt32BE()).toString('hex');
    const text = take(bytes.indexOf(0, at) - at).toString('utf8');
    at += 1;
    return text;
  });
  assert.equal(at, bytes.length);
  return values;
}

describe('domain/tuple', () => {
  it('is text with 0x00, bytes with their u32 length, numbers as u64, all big-endian', () => {
    assert.equal(hexOf('dstore/v1/x'), '6473746f72652f76312f7800');
    assert.equal(hexOf('t', 'é'), '7400c3a900');
    assert.equal(hexOf('t', ''), '740000');
    assert.equal(hexOf('t', Buffer.of(0, 255)), '74000000000200ff');
    assert.equal(hexOf('t', new Uint8Array()), '740000000000');
    assert.equal(hexOf('t', 258n), '74000000000000000102');
    assert.equal(hexOf('t', 258), hexOf('t', 258n));
    assert.equal(hexOf('t', 2n ** 64n - 1n), '7400ffffffffffffffff');
  });

  it('can be read back wherever its tag fixes the kinds: no two share their bytes', () => {
    const element = fc.oneof(
      texts.map((value) => ({ kind: 'text' as const, value, element: value })),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => ({
        kind: 'bytes' as const,
        value: Buffer.from(bytes).toString('hex'),
        element: bytes,
      })),
      fc
        .bigInt({ min: 0n, max: 2n ** 64n - 1n })
        .map((value) => ({ kind: 'number' as const, value, element: value })),
    );
    fc.assert(
      fc.property(texts, fc.array(element, { maxLength: 6 }), (tag, elements) => {
        const bytes = tuple(tag, ...elements.map((each) => each.element));
        const kinds = elements.map(({ kind }) => kind);
        assert.deepEqual(read(bytes, ['text', ...kinds]), [tag, ...elements.map(({ value }) => value)]);
      }),
    );
  });

  it('A-146 keeps ("ab", "c") and ("a", "bc") apart, as texts and as bytes', () => {
    assert.notEqual(hexOf('t', 'ab', 'c'), hexOf('t', 'a', 'bc'));
    assert.notEqual(hexOf('ta', 'b'), hexOf('t', 'ab'));
    const bytes = (...parts: string[]) => hexOf('t', ...parts.map((part) => Buffer.from(part)));
    assert.notEqual(bytes('ab', 'c'), bytes('a', 'bc'));
    assert.notEqual(bytes('', 'abc'), bytes('abc', ''));
  });

  it('A-65 throws for text with U+0000 or a lone surrogate, tag or element', () => {
    for (const text of ['a\0b', '\0', '\ud800', 'x\udc00y']) {
      assert.throws(() => tuple(text), RangeError);
      assert.throws(() => tuple('t', text), RangeError);
    }
  });

  it('A-55 throws for numbers outside u64 and for fractions', () => {
    for (const number of [-1n, 2n ** 64n, -1, 1.5, NaN, Infinity])
      assert.throws(() => tuple('t', number), RangeError);
    assert.equal(hexOf('t', 2 ** 53), hexOf('t', 2n ** 53n));
  });
});
