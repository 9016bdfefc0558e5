import assert from 'node:assert/strict';
import {
  coversKey,
  hasVerb,
  isScoped,
  seesBucket,
  type TokenScope,
  tokenVerbs,
} from '@dstore/application/core/token-scope.js';
import fc from 'fast-check';

describe('a token scope', () => {
  it('narrows nothing when it is empty', () => {
    assert.equal(isScoped({}), false);
    assert.ok(seesBucket({}, 'demo') && coversKey({}, '') && tokenVerbs.every((verb) => hasVerb({}, verb)));
  });

  it('sees the buckets that it names, and no name that begins or ends alike', () => {
    const scope = { buckets: ['photos', 'mail'] };
    assert.equal(isScoped(scope), true);
    for (const [bucket, seen] of [
      ['photos', true],
      ['mail', true],
      ['photo', false],
      ['photos2', false],
      ['', false],
    ] as const)
      assert.equal(seesBucket(scope, bucket), seen, bucket);
  });

  it('covers keys by their very beginning: no folding, no case, no path', () => {
    const scope = { prefixes: ['a/', 'Ω'] };
    for (const [key, covered] of [
      ['a/', true],
      ['a/b', true],
      ['a/../b', true],
      ['Ωx', true],
      ['a', false],
      ['A/b', false],
      ['/a/b', false],
      ['b/a/', false],
      ['', false],
    ] as const)
      assert.equal(coversKey(scope, key), covered, key);
  });

  it('covers a key exactly if one of its beginnings is a prefix (random, seed 42)', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), texts, (prefixes, key) => {
        const beginnings = Array.from({ length: key.length + 1 }, (_, at) => key.slice(0, at));
        assert.equal(
          coversKey({ prefixes }, key),
          beginnings.some((beginning) => prefixes.includes(beginning)),
        );
      }),
      { seed: 42 },
    );
  });

  it('has the verbs that it names', () => {
    const scope: TokenScope = { verbs: ['get'] };
    assert.equal(isScoped(scope), true);
    assert.deepEqual(
      tokenVerbs.filter((verb) => hasVerb(scope, verb)),
      ['get'],
    );
  });
});
