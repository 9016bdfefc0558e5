import { judgeSupply } from '@dstore/network/native/checks/supply.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

describe('the check of supply', () => {
  it('is content when what is left of the minted is held', () => {
    const money = { minted: 10n ** 30n, burned: 1n, held: 10n ** 30n - 1n };
    assert.deepEqual(flawsOf(judgeSupply(money)), []);
    assert.deepEqual(flawsOf(judgeSupply({ ...money, held: 10n ** 30n })), ['fail: -1 credits are missing']);
  });
});
