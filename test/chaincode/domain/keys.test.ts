import assert from 'node:assert/strict';
import { keyOf, partCountOf, partsOf, rangeOf, type RowKind, rows } from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { refused } from '../refused.js';

const kinds = Object.keys(rows) as RowKind[];
const epochParts: Partial<Record<RowKind, readonly number[]>> = {
  content: [1],
  epochs: [0],
  reveal: [0],
  audit: [0],
};

/** Words close to each other, so that prefixes and neighbours of each other come up often. */
const words = fc.oneof(
  fc.stringMatching(/^[ab0][ab0.]{0,2}$/),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/),
);
const epochs = fc.oneof(fc.nat(12), fc.nat(2 ** 31)).map(String);
const partsFor = (kind: RowKind) =>
  fc.tuple(
    ...Array.from({ length: partCountOf(kind) }, (_, at) =>
      epochParts[kind]?.includes(at) === true ? epochs : words,
    ),
  );
const rowKeys = fc
  .constantFrom(...kinds)
  .chain((kind) => partsFor(kind).map((parts) => ({ kind, parts, key: keyOf(kind, parts) })));

describe('domain/keys', () => {
  it('writes keys as the protocol does, epochs padded to twelve digits', () => {
    assert.equal(keyOf('params', []), 'params');
    assert.equal(keyOf('epoch', []), 'epoch');
    assert.equal(keyOf('epochs', ['7']), 'epoch/000000000007');
    assert.equal(keyOf('note', ['Org1MSP', 'a@b', 'ff']), 'note/Org1MSP/a@b/ff');
    assert.equal(keyOf('content', ['ab', '999999999999']), 'content/ab/999999999999');
    assert.equal(keyOf('audit', ['3', 'd1', 'ff']), 'audit/000000000003/d1/ff');
  });

  it('reads the parts of a key back', () => {
    fc.assert(
      fc.property(rowKeys, ({ kind, parts, key }) => {
        assert.deepEqual(partsOf(kind, key), parts);
        assert.equal(partsOf(kind, key).length, partCountOf(kind));
      }),
    );
  });

  it('A-65 A-146 gives no two rows one key, whatever their kinds', () => {
    fc.assert(
      fc.property(rowKeys, rowKeys, (a, b) => {
        const same = a.kind === b.kind && a.parts.join('/') === b.parts.join('/');
        assert.equal(a.key === b.key, same, `${a.key} ${b.key}`);
      }),
      { numRuns: 5000 },
    );
  });

  it('A-65 A-146 has in a range exactly the rows of its kind with its prefix', () => {
    const scene = fc.tuple(rowKeys, rowKeys, fc.nat(2)).filter(([{ kind }]) => partCountOf(kind) > 0);
    fc.assert(
      fc.property(scene, ([about, row, length]) => {
        const prefix = about.parts.slice(0, Math.min(length, about.parts.length - 1));
        const { start, end } = rangeOf(about.kind, prefix);
        assert.ok(start < end);
        for (const { kind, parts, key } of [about, row]) {
          const belongs = kind === about.kind && prefix.every((part, at) => part === parts[at]);
          assert.equal(key >= start && key < end, belongs, `${key} in ${start}`);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('has in the range of a single row that row and no history', () => {
    const { start, end } = rangeOf('epoch', []);
    assert.ok('epoch' >= start && 'epoch' < end);
    for (const key of [keyOf('epochs', ['0']), 'epochs', 'epoc']) assert.ok(!(key >= start && key < end));
  });

  it('sorts epochs by number, so that a range below one is a plain range', () => {
    const numbers = [0n, 1n, 9n, 10n, 99n, 100n, 10n ** 11n, 10n ** 12n - 1n];
    const keys = numbers.map((number) => keyOf('epochs', [number.toString()]));
    assert.deepEqual([...keys].sort(), keys);
  });

  it('A-65 refuses parts that are no ids before a key is made', () => {
    const evil = ['', '/', 'a/b', '.', '-', '@', 'a\0', '\u{10ffff}', '\ud800', 'a b', 'é', 'a'.repeat(129)];
    for (const part of evil) {
      refused('id-malformed', () => keyOf('disk', [part]));
      refused('id-malformed', () => keyOf('note', ['a', part, 'b']));
      refused('id-malformed', () => rangeOf('note', [part]));
    }
    assert.equal(keyOf('disk', ['a'.repeat(128)]).length, 133);
  });

  it('A-56 refuses second spellings of an epoch and epochs of 13 digits', () => {
    for (const part of ['', '-1', '+1', '01', '1e3', '0x1', ' 1', '1 ', '1_0', '１', '1000000000000'])
      refused('id-malformed', () => keyOf('epochs', [part]), part);
  });

  it('refuses too many parts and too few, and a prefix as long as a key', () => {
    for (const kind of kinds) {
      const count = partCountOf(kind);
      for (const wrong of [count - 1, count + 1].filter((number) => number >= 0))
        refused('id-malformed', () =>
          keyOf(
            kind,
            Array.from({ length: wrong }, () => '1'),
          ),
        );
      const prefix = Array.from({ length: Math.max(1, count) }, () => '1');
      refused('id-malformed', () => rangeOf(kind, prefix), kind);
    }
  });
});
