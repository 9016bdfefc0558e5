import assert from 'node:assert/strict';
import type { LeasePolicy } from '@dstore/application/core/lease-policy.js';
import { SetPolicy } from '@dstore/application/use-cases/set-policy.js';
import { KeptLog } from '../workers/surroundings.js';

const known: LeasePolicy = {
  maxPrice: 150n,
  minCollateralRate: 500n,
  termEpochs: 100n,
  capacityBytes: 1n << 30n,
  headroomBytes: 0n,
};

/** A policy, and leases that are kept by it, or not. */
function world(keep: () => Promise<void> = async () => undefined) {
  const done: string[] = [];
  let kept = known;
  const policies = {
    read: () => kept,
    write: async (policy: LeasePolicy) => {
      done.push('written');
      kept = policy;
    },
    avoid: async () => undefined,
  };
  const leases = {
    alone: async <T>(act: () => Promise<T>) => {
      done.push('alone');
      return act();
    },
    run: () => {
      done.push('kept');
      return keep();
    },
  };
  const log = new KeptLog();
  return { set: new SetPolicy(policies, leases, log), done, log };
}

describe('SetPolicy', () => {
  it('puts a policy in force between two runs, and keeps the leases by it at once', async () => {
    const { set, done } = world();
    const policy = { ...known, maxPrice: 1n };
    assert.deepEqual(set.read(), known);
    assert.deepEqual(await set.run(policy), policy);
    assert.deepEqual(set.read(), policy);
    assert.deepEqual(done, ['alone', 'written', 'kept']);
  });

  it('does not wait for the leases, and tells the log where they could not be kept', async () => {
    const { set, log } = world(() => Promise.reject(new Error('no ledger')));
    await set.run(known);
    await Promise.resolve();
    assert.deepEqual(
      log.lines.map(({ message }) => message),
      ['leases not kept'],
    );
  });

  for (const [what, change, code] of [
    ['no term', { termEpochs: 0n }, 'term-out-of-range'],
    ['a term of more than a million epochs', { termEpochs: 1_000_001n }, 'term-out-of-range'],
    ['leases of no bytes', { capacityBytes: 0n }, 'capacity-out-of-range'],
  ] as const)
    it(`refuses a policy of ${what}, and changes nothing`, async () => {
      const { set, done } = world();
      await assert.rejects(set.run({ ...known, ...change }), { name: 'Refusal', code });
      assert.deepEqual([set.read(), done], [known, []]);
    });
});
