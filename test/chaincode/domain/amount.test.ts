import assert from 'node:assert/strict';
import {
  add,
  gibibyte,
  least,
  maxAmount,
  parseAmount,
  perGibibyte,
  subtract,
} from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { refused } from '../refused.js';

/** Numbers around which a computation with less than big integers goes wrong. */
const corners = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n, maxAmount].flatMap((corner) =>
  [corner - 1n, corner, corner + 1n].filter((value) => value >= 0n && value <= maxAmount),
);
const amounts = fc.bigInt({ min: 0n, max: maxAmount });

describe('domain/amount', () => {
  it('A-55 reads every corner exactly', () => {
    assert.equal(maxAmount.toString(), '9'.repeat(38));
    for (const value of corners) assert.equal(parseAmount(value.toString()), value);
    fc.assert(fc.property(amounts, (value) => parseAmount(value.toString()) === value));
  });

  it('A-56 refuses every second spelling, and whatever is no text', () => {
    const spellings = [
      '-1',
      '-0',
      '+1',
      '01',
      '00',
      '1e3',
      '0x10',
      ' 1',
      '1 ',
      '1\n',
      '',
      '1_0',
      'NaN',
      '1.0',
    ];
    const digits = ['１', '٣', '1٠', '9'.repeat(39), '1'.repeat(1 << 20)];
    const others = [0, 1, -0, NaN, 1n, true, null, undefined, [], ['1'], {}, { toString: () => '1' }];
    for (const value of [...spellings, ...digits, ...others])
      refused('amount-malformed', () => parseAmount(value), String(value).slice(0, 20));
  });

  it('names what it refuses', () => {
    assert.throws(() => parseAmount('x', 'the price'), /the price must be/);
  });

  it('A-55 adds exactly, and refuses more than 38 digits wherever they arise', () => {
    assert.equal(add(), 0n);
    for (const a of corners)
      for (const b of corners)
        if (a + b > maxAmount) refused('amount-malformed', () => add(a, b));
        else assert.equal(add(a, b), a + b);
    refused('amount-malformed', () => add(maxAmount, 0n, 1n));
  });

  it('A-55 breaks rather than go below zero', () => {
    for (const a of corners) {
      assert.equal(subtract(a, a), 0n);
      assert.equal(subtract(a, 0n), a);
      assert.throws(() => subtract(a, a + 1n), RangeError);
    }
    fc.assert(fc.property(amounts, amounts, (a, b) => least(a, b) === (a < b ? a : b)));
  });

  it('A-57 rounds down: never more than the exact share, and less by under one credit', () => {
    assert.equal(gibibyte, 1_073_741_824n);
    assert.equal(perGibibyte(100n, gibibyte), 100n);
    assert.equal(perGibibyte(1n, gibibyte - 1n), 0n);
    assert.equal(perGibibyte(3n, gibibyte / 2n), 1n);
    fc.assert(
      fc.property(amounts, amounts, (rate, bytes) => {
        const left = rate * bytes - perGibibyte(rate, bytes) * gibibyte;
        return left >= 0n && left < gibibyte;
      }),
    );
  });
});
