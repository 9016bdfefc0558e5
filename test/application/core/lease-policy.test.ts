import { careFor, type LeasePolicy } from '@dstore/application/core/lease-policy.js';
import assert from 'node:assert/strict';

const policy: LeasePolicy = {
  maxPrice: 100n,
  minCollateralRate: 0n,
  termEpochs: 100n,
  capacityBytes: 1000n,
  headroomBytes: 50n,
};
const lease = { leaseId: 'l', capacityBytes: 1000n, lastEpoch: 100n, usedBytes: 0n, changedIn: undefined };

describe('lease policy', () => {
  it('A-117 extends to a whole term once less than half of one is left', () => {
    assert.equal(careFor(lease, policy, 50n), undefined);
    assert.deepEqual(careFor(lease, policy, 51n), { kind: 'extend', termEpochs: 51n });
    assert.deepEqual(careFor(lease, policy, 99n), { kind: 'extend', termEpochs: 99n });
  });

  it('leaves a lease alone that has ended', () => {
    for (const epoch of [100n, 101n, 500n]) assert.equal(careFor(lease, policy, epoch), undefined);
  });

  it('grows by a step once there is less room than the headroom', () => {
    assert.equal(careFor({ ...lease, usedBytes: 950n }, policy, 0n), undefined);
    const full = { ...lease, usedBytes: 951n };
    assert.deepEqual(careFor(full, policy, 0n), { kind: 'grow', capacityBytes: 2000n });
  });

  it('sees to the end first where a lease is both short and full', () => {
    assert.equal(careFor({ ...lease, usedBytes: 1000n }, policy, 60n)?.kind, 'extend');
  });

  it('A-118 changes no lease twice in an epoch', () => {
    const changed = { ...lease, usedBytes: 1000n, changedIn: 60n };
    assert.equal(careFor(changed, policy, 60n), undefined);
    assert.notEqual(careFor(changed, policy, 61n), undefined);
  });
});
