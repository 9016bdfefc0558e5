import { parsePage, parseRow } from '@dstore/application/adapters/fabric/ledger-rows.js';
import { Refusal } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';

const pool = '{"collateral":"7","reservedBytes":"0","v":1}';

describe('parseRow', () => {
  it('turns decimal strings into bigint, and null into nothing', () => {
    assert.deepEqual(parseRow('pool', pool), { v: 1, collateral: 7n, reservedBytes: 0n });
    assert.equal(parseRow('pool', 'null'), undefined);
  });

  it('refuses a row of another kind or a newer format', () => {
    assert.throws(() => parseRow('vault', pool), Refusal);
    assert.throws(() => parseRow('pool', pool.replace('"v":1', '"v":2')), Refusal);
  });
});

describe('parsePage', () => {
  it('reads the parts and rows of a page and where the next begins', () => {
    const page = parsePage('pool', `{"items":[{"parts":["d1"],"row":${pool}}],"next":"pool/d1"}`);
    assert.deepEqual(page, {
      items: [{ parts: ['d1'], row: { v: 1, collateral: 7n, reservedBytes: 0n } }],
      next: 'pool/d1',
    });
    assert.deepEqual(parsePage('pool', '{"items":[]}'), { items: [] });
  });

  it('refuses what is no page', () => {
    assert.throws(() => parsePage('pool', '[]'), Refusal);
    assert.throws(() => parsePage('pool', '{"items":[{"parts":["d1"]}]}'), Refusal);
  });
});
