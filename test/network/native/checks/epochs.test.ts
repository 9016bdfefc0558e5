import { type BeaconView, judgeEpochs } from '@dstore/network/native/checks/epochs.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

const daily = 86_400n;
const view: BeaconView = {
  number: 10n,
  openedAt: 1000n,
  epochLengthSeconds: daily,
  withheld: [],
  lasts: [{ mspId: 'Org1MSP', epoch: 100n }],
};
const at = (age: bigint, changes: Partial<BeaconView> = {}) =>
  flawsOf(judgeEpochs({ ...view, ...changes }, 1000n + age));

describe('the check of epochs', () => {
  it('is content while an epoch is younger than two', () => {
    assert.deepEqual(at(2n * daily - 1n), []);
  });

  it('fails when epochs no longer turn', () => {
    assert.deepEqual(at(2n * daily), ['fail: epoch 10 runs for 172800 s, an epoch has 86400']);
  });

  it('says who withholds, and whose preimages end within 90 days', () => {
    assert.deepEqual(at(0n, { withheld: ['Org2MSP'] }), ['warn: Org2MSP withheld its preimage for epoch 10']);
    assert.deepEqual(at(0n, { lasts: [{ mspId: 'Org1MSP', epoch: 99n }] }), [
      'warn: the preimages of Org1MSP end in 89 days',
    ]);
  });
});
