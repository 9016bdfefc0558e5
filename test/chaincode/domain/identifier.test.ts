import assert from 'node:assert/strict';
import {
  formatAccount,
  isForeignIdentifier,
  isHex,
  isIdentifier,
  parseAccount,
  sameAccount,
} from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { refused } from '../refused.js';

/** What neither kind of id may be: A-65's list. */
const evil = [
  '',
  '.',
  '..',
  '-a',
  '_a',
  '@a',
  'a/b',
  '/',
  'a b',
  ' a',
  'a\n',
  'a\0',
  '\0',
  '\u{10ffff}',
  '\ud800',
  'é',
  'ａ',
  'a%2fb',
  'a'.repeat(64),
  'a'.repeat(1 << 20),
];
const notText = [undefined, null, 1, true, {}, [], ['a'], 1n, { toString: () => 'a' }];

const foreign = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,8}$/);

describe('domain/identifier', () => {
  it('takes ids of 1 to 63 lower-case characters, and of MSPs also capitals and @', () => {
    for (const id of ['a', '0', 'a.b_c-d', 'a..', 'a'.repeat(63)])
      assert.ok(isIdentifier(id) && isForeignIdentifier(id), id);
    for (const id of ['Org1MSP', 'User1@org1.example', 'A'.repeat(63)])
      assert.ok(!isIdentifier(id) && isForeignIdentifier(id), id);
  });

  it('A-65 A-68 takes none of the evil ones, and nothing but text', () => {
    for (const id of [...evil, ...notText]) assert.ok(!isIdentifier(id) && !isForeignIdentifier(id));
  });

  it('A-15 takes hexadecimal in lower case and of exactly that many bytes', () => {
    assert.ok(isHex('', 0) && isHex('00', 1) && isHex('09af'.repeat(8), 16));
    for (const text of ['0', '000', 'AF', 'aF', '0g', '0x', ' 0', '', '0\n', '００'])
      assert.ok(!isHex(text, 1), text);
    for (const value of notText) assert.ok(!isHex(value, 1));
  });

  it('A-146 writes and reads accounts as msp/id, one for one', () => {
    fc.assert(
      fc.property(foreign, foreign, foreign, foreign, (msp, id, otherMsp, otherId) => {
        assert.deepEqual(parseAccount(formatAccount({ msp, id })), { msp, id });
        const [a, b] = [
          { msp, id },
          { msp: otherMsp, id: otherId },
        ];
        assert.equal(formatAccount(a) === formatAccount(b), sameAccount(a, b));
      }),
    );
    assert.notEqual(formatAccount({ msp: 'ab', id: 'c' }), formatAccount({ msp: 'a', id: 'bc' }));
  });

  it('refuses accounts of one part, of three and of parts that are no ids', () => {
    for (const text of ['', '/', 'a', 'a/', '/b', 'a/b/c', 'a//b', 'a/b/', ...evil.map((id) => `a/${id}`)])
      refused('id-malformed', () => parseAccount(text), text.slice(0, 20));
  });

  it('A-88 tells accounts apart by MSP and by id', () => {
    assert.ok(sameAccount({ msp: 'A', id: 'x' }, { msp: 'A', id: 'x' }));
    assert.ok(!sameAccount({ msp: 'A', id: 'x' }, { msp: 'B', id: 'x' }));
    assert.ok(!sameAccount({ msp: 'A', id: 'x' }, { msp: 'A', id: 'X' }));
  });
});
