import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  account,
  base64,
  decimal,
  foreignIdentifier,
  hex,
  identifier,
  integer,
  list,
  object,
  oneOf,
  optional,
  parseJson,
  type Shape,
  text,
} from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { noise } from '../noise.js';
import { refused } from '../refused.js';

const read = <T>(shape: Shape<T>, value: unknown) => shape(value, '');
const pair = object({ a: decimal, b: optional(text(3)) });
/** One value of each type that JSON has, to be refused wherever another is asked for. */
const everything = [null, true, 0, 1.5, 'Ω', [], {}, [[]], { a: {} }];

function takes(shape: Shape<unknown>, code: Parameters<typeof refused>[0], good: readonly unknown[]): void {
  for (const value of good) read(shape, value);
  for (const value of [undefined, NaN, 1n, ...everything].filter((other) => !good.includes(other)))
    refused(code, () => read(shape, value), inspect(value));
}

describe('domain/shape', () => {
  it('takes one type each and refuses all others', () => {
    takes(decimal, 'amount-malformed', ['0', '17']);
    takes(text(4), 'arguments-malformed', ['', 'Ω', 'four']);
    takes(integer(0, 9), 'arguments-malformed', [0, 9]);
    takes(hex(2), 'arguments-malformed', ['00ff']);
    takes(base64(3), 'arguments-malformed', ['', 'AA==', 'AAAA']);
    takes(identifier, 'id-malformed', ['a']);
    takes(foreignIdentifier, 'id-malformed', ['A@b']);
    takes(oneOf('yes', 'no'), 'arguments-malformed', ['yes', 'no']);
    for (const value of [undefined, null, 'a', 1, [], true]) {
      refused('arguments-malformed', () => read(object({}), value));
      refused('arguments-malformed', () => read(account, value));
    }
    for (const value of [undefined, null, 'aa', 1, {}, { length: 1, 0: 'a' }])
      refused('arguments-malformed', () => read(list(identifier, 9), value));
  });

  it('turns decimal strings into bigint and keeps the rest', () => {
    assert.deepEqual(read(pair, { a: '12', b: 'x' }), { a: 12n, b: 'x' });
    assert.deepEqual(read(pair, { a: '12' }), { a: 12n });
    assert.deepEqual(read(list(pair, 2), [{ a: '1' }, { a: '2' }]), [{ a: 1n }, { a: 2n }]);
  });

  it('A-67 refuses members it does not know, whatever they are called', () => {
    const names = ['c', 'A', 'a ', '', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length'];
    for (const name of names) {
      const source = `{"a":"1",${JSON.stringify(name)}:"9"}`;
      refused('arguments-malformed', () => parseJson(pair, source), name);
    }
  });

  it('A-67 finds no member that the object does not have itself', () => {
    for (const name of ['toString', 'constructor', '__proto__'])
      refused('arguments-malformed', () => parseJson(object({ [name]: text(99) }), '{}'), name);
    refused('arguments-malformed', () => parseJson(pair, '{"__proto__":{"a":"1"}}'));
    refused('amount-malformed', () => read(pair, Object.create({ a: '1' })));
    const shaped = read(object({ a: text(9) }), { a: 'x' }) as Record<string, unknown>;
    assert.deepEqual(Object.keys(shaped), ['a']);
  });

  it('tells nothing from null: what is optional may be absent, not empty', () => {
    for (const member of ['null', '0', 'false'])
      refused('arguments-malformed', () => parseJson(pair, `{"a":"1","b":${member}}`));
    refused('amount-malformed', () => parseJson(pair, '{"b":"x"}'));
  });

  it('names the place of what it refuses', () => {
    const deep = object({ list: list(pair, 9) });
    assert.throws(() => read(deep, { list: [{ a: '1' }, { a: '01' }] }), /\/list\/1\/a/);
    assert.throws(() => read(deep, { list: {} }), /\/list must be a list/);
    assert.throws(() => read(deep, 1), /the argument must be an object/);
  });

  it('A-68 refuses a list that is too long before it looks at an entry', () => {
    let looked = 0;
    const entry: Shape<number> = () => (looked += 1);
    refused('batch-too-large', () => read(list(entry, 3), Array.from({ length: 100_000 })));
    assert.equal(looked, 0);
    assert.equal(read(list(entry, 3), [1, 2, 3]).length, 3);
  });

  it('A-68 refuses megabytes and depth 10,000 without a stack that overflows', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    refused('arguments-malformed', () => parseJson(pair, `{"a":"1","b":${deep}}`));
    refused('arguments-malformed', () => parseJson(pair, '[' + '{"a":'.repeat(10_000)));
    refused('id-malformed', () => read(identifier, 'a'.repeat(1 << 20)));
    refused('arguments-malformed', () => read(text(256), 'a'.repeat(1 << 20)));
    refused('arguments-malformed', () => read(base64(64), 'A'.repeat(1 << 20)));
    refused('arguments-malformed', () => read(hex(32), '0'.repeat(1 << 20)));
  });

  it('A-65 counts text in UTF-16 units and refuses U+0000 and lone surrogates', () => {
    assert.equal(read(text(2), '\u{1f600}'), '\u{1f600}');
    for (const value of ['\u{1f600}a', '\0', '\ud800', '\udc00', 'abc'])
      refused('arguments-malformed', () => read(text(2), value));
  });

  it('keeps integers within both bounds', () => {
    for (const value of [2, 3, 4]) assert.equal(read(integer(2, 4), value), value);
    for (const value of [1, 5, -3, 2.5, 2 ** 53, Infinity, '3'])
      refused('arguments-malformed', () => read(integer(2, 4), value));
  });

  it('A-15 takes one spelling of base64', () => {
    for (let length = 0; length <= 9; length += 1) {
      const good = noise(length, 'base64').toString('base64');
      assert.equal(read(base64(9), good), good);
      for (const bad of [`${good} `, `${good}\n`, `${good}=`, ` ${good}`, `${good}*`])
        refused('arguments-malformed', () => read(base64(64), bad), bad);
    }
    for (const bad of ['AA', 'AB==', 'AAF=', 'A===', '-_-_', 'AAAA=AAA'])
      refused('arguments-malformed', () => read(base64(64), bad), bad);
    refused('arguments-malformed', () => read(base64(3), 'AAAAAAAA'));
  });

  it('holds base64 to its bytes, not to its letters', () => {
    for (let max = 0; max <= 70; max += 1)
      for (const length of [max, max + 1]) {
        const spelled = noise(length, 'bound').toString('base64');
        if (length <= max) assert.equal(read(base64(max), spelled), spelled);
        else refused('arguments-malformed', () => read(base64(max), spelled), `${length} of ${max}`);
      }
  });

  it('refuses text that is no JSON, and never throws anything but a refusal', () => {
    for (const source of ['', '{', '{"a":1,}', "{'a':'1'}", '{"a":"1"}x', 'undefined', '\ufeff{"a":"1"}'])
      refused('arguments-malformed', () => parseJson(pair, source), source);
    const wide = object({ a: decimal, b: list(account, 3), c: optional(oneOf('x')) });
    fc.assert(
      fc.property(fc.json(), (source) => {
        assert.throws(() => parseJson(wide, source), { name: 'Refusal' });
      }),
    );
  });
});
