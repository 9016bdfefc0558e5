import assert from 'node:assert/strict';
import { canonicalJson, type JsonValue } from '@dstore/chaincode/domain';
import fc from 'fast-check';

/** The members of every object in another order of insertion. */
function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member as JsonValue)]),
  );
}

const { tree } = fc.letrec<{ tree: JsonValue; leaf: JsonValue }>((tie) => ({
  leaf: fc.oneof(fc.constant(null), fc.boolean(), fc.maxSafeInteger(), fc.string({ unit: 'binary' })),
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 4 }).filter((key) => key !== '__proto__'),
      tie('tree'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

describe('domain/canonical-json', () => {
  it('sorts members, leaves absent ones and white space out, writes bigint as decimal string', () => {
    const value = { b: [1, { d: null, c: true }], a: 10n ** 37n, z: undefined, A: 'é"\n' };
    assert.equal(
      canonicalJson(value),
      '{"A":"é\\"\\n","a":"10000000000000000000000000000000000000","b":[1,{"c":true,"d":null}]}',
    );
    assert.equal(canonicalJson({}), '{}');
    assert.equal(canonicalJson([]), '[]');
  });

  it('sorts by UTF-16 code unit, as no locale does', () => {
    // U+FB33 is above the surrogates of U+1F600 by code point's order reversed: 0xfb33 > 0xd83d.
    const keys = ['\ufb33', '\u{1f600}', 'é', 'z', 'Z', '10', '9', ''];
    const value = Object.fromEntries(keys.map((key) => [key, 0]));
    const order = [...canonicalJson(value).matchAll(/"([^"]*)":0/g)].map((match) => match[1]);
    assert.deepEqual(order, ['', '10', '9', 'Z', 'z', 'é', '\u{1f600}', '\ufb33']);
  });

  it('A-71 spells a value one way whatever the order of insertion, and is read back as that value', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = canonicalJson(value);
        assert.equal(canonicalJson(reversed(value)), text);
        assert.equal(canonicalJson(JSON.parse(text) as JsonValue), text);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('A-71 throws for fractions, unsafe integers and what is no number', () => {
    for (const number of [0.1, 2 ** 53, -(2 ** 53), NaN, Infinity, -Infinity])
      assert.throws(() => canonicalJson({ a: [number] }), RangeError);
    assert.equal(canonicalJson([2 ** 53 - 1, -0]), '[9007199254740991,0]');
  });
});
