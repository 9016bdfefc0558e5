import assert from 'node:assert/strict';
import { changeOf, checkTransfer, maxAmount } from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { refused } from '../refused.js';

const to = { msp: 'Org1', id: 'someone' };
const outputs = (...amounts: bigint[]) => amounts.map((amount) => ({ to, amount }));
const notes = fc.array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { maxLength: 8 });
const sumOf = (amounts: readonly bigint[]) => amounts.reduce((sum, amount) => sum + amount, 0n);

describe('domain/money', () => {
  it('A-36 gives back what notes hold beyond the need, and refuses a credit short by its name', () => {
    assert.equal(changeOf([3n, 4n], 7n, 'escrow-short'), 0n);
    assert.equal(changeOf([], 0n, 'notes-short'), 0n);
    refused('escrow-short', () => changeOf([3n, 4n], 8n, 'escrow-short'));
    refused('notes-short', () => changeOf([], 1n, 'notes-short'));
    fc.assert(
      fc.property(notes, fc.bigInt({ min: 0n, max: 10n ** 21n }), (held, needed) => {
        const sum = sumOf(held);
        if (sum < needed) refused('escrow-short', () => changeOf(held, needed, 'escrow-short'));
        else assert.equal(changeOf(held, needed, 'escrow-short') + needed, sum);
      }),
    );
  });

  it('takes transfers whose outputs hold what the notes hold', () => {
    assert.equal(checkTransfer([5n], outputs(2n, 3n)), 5n);
    assert.equal(checkTransfer([2n, 3n], outputs(5n)), 5n);
    assert.equal(checkTransfer([maxAmount], outputs(maxAmount)), maxAmount);
  });

  it('A-55 refuses outputs that differ from the notes by one, that are none, zero or too many digits', () => {
    refused('amounts-unequal', () => checkTransfer([5n], outputs(4n)));
    refused('amounts-unequal', () => checkTransfer([5n], outputs(5n, 1n)));
    refused('amounts-unequal', () => checkTransfer([], outputs(1n)));
    refused('amount-zero', () => checkTransfer([], []));
    refused('amount-zero', () => checkTransfer([5n], []));
    refused('amount-zero', () => checkTransfer([5n], outputs(5n, 0n)));
    refused('amount-malformed', () => checkTransfer([maxAmount], outputs(maxAmount, 1n)));
    refused('amount-malformed', () => checkTransfer([maxAmount, 1n], outputs(maxAmount)));
  });
});
