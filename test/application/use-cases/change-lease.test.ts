import assert from 'node:assert/strict';
import type { LeasePolicy } from '@dstore/application/core/lease-policy.js';
import { Denial, Fault } from '@dstore/application/ports/fault.js';
import { ChangeLease } from '@dstore/application/use-cases/change-lease.js';
import { KeepLeases } from '@dstore/application/use-cases/keep-leases.js';
import { type Args, Refusal, type Row } from '@dstore/chaincode/domain';

import { leaseRow, owner, tabRow } from '../rows.js';
import { VaultOnRows } from './vault-on-rows.js';
import { leaseOn } from './vault-of-tests.js';

const fair: LeasePolicy = {
  maxPrice: 150n,
  minCollateralRate: 500n,
  termEpochs: 100n,
  capacityBytes: 1n << 30n,
  headroomBytes: 0n,
};
const wish = { diskId: 'd1', capacityBytes: 1n << 29n, termEpochs: 100n, maxPrice: 100n };
const refusal = (code: string) => (error: unknown) =>
  (error instanceof Refusal || error instanceof Denial) && error.code === code;

const unknown = new Fault('outcome-unknown', 'it may or may not be valid', { retryable: false });

/** A law that opens, extends and closes, and an owner with both hands and a policy. */
function world(policy = fair) {
  const openings: string[] = [];
  let faulty: Error | undefined;
  let silent = false;
  /** Ends a transaction: refused, or valid without anybody hearing of it. */
  const ended = <T>(result: T): T => {
    if (silent) throw unknown;
    return result;
  };
  const on: VaultOnRows = new VaultOnRows({
    'LeaseContract:OpenLease': ({ leases }: Args<'LeaseContract:OpenLease'>) => {
      if (faulty !== undefined) throw faulty;
      const leaseIds = leases.map(({ diskId }) => leaseOn(Number(diskId.slice(1))));
      for (const [at, { diskId, capacityBytes, termEpochs }] of leases.entries()) {
        const leaseId = leaseIds[at] ?? '';
        const terms = { capacityBytes, lastEpoch: 10n + termEpochs };
        openings.push(diskId);
        on.rows.set('lease', [leaseId], leaseRow({ leaseId, diskId, terms }));
        on.rows.set('tab', [leaseId], tabRow());
      }
      return ended({ leaseIds });
    },
    'LeaseContract:ExtendLease': ({ leaseId, termEpochs }: Args<'LeaseContract:ExtendLease'>) => {
      if (faulty !== undefined) throw faulty;
      const lease = on.rows.get('lease', leaseId) as Row<'lease'>;
      const terms = { ...lease.terms, lastEpoch: lease.terms.lastEpoch + termEpochs };
      on.rows.set('lease', [leaseId], { ...lease, next: { from: 11n, terms } });
      return ended({});
    },
    'LeaseContract:CloseLease': ({ leaseId }: Args<'LeaseContract:CloseLease'>) => {
      if (faulty !== undefined) throw faulty;
      const lease = on.rows.get('lease', leaseId);
      if (lease !== undefined) on.rows.set('lease', [leaseId], { ...lease, state: 'closed' });
      return ended({});
    },
  });
  on.rows.set('note', [owner.msp, owner.id, '11'.repeat(16)], { v: 1, amount: 20_000n });
  let kept = policy;
  const policies = {
    read: () => kept,
    avoid: async (avoid: readonly string[]) => void (kept = { ...kept, avoid }),
  };
  const keep = new KeepLeases(on.vault, policies, on.log);
  const change = new ChangeLease(on.vault, keep, policies);
  const fail = (error: Error) => (faulty = error);
  const hush = () => (silent = true);
  return { on, keep, change, openings, policies, fail, hush };
}

describe('ChangeLease', () => {
  it('opens one lease when the owner and the policy want the same disk at once', async () => {
    const { on, keep, change, openings } = world();
    on.addDisk(1);
    await Promise.allSettled([keep.run(), change.open(wish), keep.run(), change.open(wish)]);
    assert.deepEqual(openings, ['d1']);
    await assert.rejects(change.open(wish), refusal('disk-not-offering'));
  });

  it('asks for the collateral of the policy, and not for its budget', async () => {
    const { on, change } = world({ ...fair, budget: 0n });
    on.addDisk(1);
    assert.deepEqual(await change.open(wish), { leaseId: leaseOn(1), txId: 'tx0' });
    const [{ args } = { args: undefined }] = on.rows.submitted;
    assert.deepEqual((args as Args<'LeaseContract:OpenLease'>).leases, [{ ...wish, minCollateral: 250n }]);
    assert.equal(on.vault.disks.get('d1')?.lease?.leaseId, leaseOn(1), 'the vault knows it at once');
  });

  it('says by how many credits the notes are short, also where they are too many to name', async () => {
    const { on, change } = world();
    on.addDisk(1);
    await assert.rejects(
      change.open({ ...wish, termEpochs: 401n }),
      (error) => refusal('escrow-short')(error) && (error as Denial).facts['shortBy'] === '50',
    );
    for (let at = 0; at < 65; at += 1)
      on.rows.set('note', [owner.msp, owner.id, `${at}`], { v: 1, amount: at === 0 ? 20_000n : 100n });
    on.rows.remove('note', owner.msp, owner.id, '11'.repeat(16));
    await assert.rejects(
      change.open({ ...wish, termEpochs: 528n }),
      (error) => refusal('escrow-short')(error) && /the largest 64 notes/.test((error as Error).message),
    );
    await change.open({ ...wish, termEpochs: 400n });
  });

  it('keeps the policy from opening again what the owner ended, until the owner opens there', async () => {
    const { on, keep, change, openings, policies } = world();
    on.addDisk(1);
    await keep.run();
    await change.close(leaseOn(1));
    await keep.run();
    assert.deepEqual(openings, ['d1']);
    assert.deepEqual(policies.read().avoid, ['d1']);
    await change.open(wish);
    assert.deepEqual(policies.read().avoid, []);
  });

  it('ends no lease that shards are on their way to, and lets none be placed there meanwhile', async () => {
    const { on, keep, change } = world();
    on.addDisk(1);
    await keep.run();
    on.vault.promise(leaseOn(1), 10);
    await assert.rejects(change.close(leaseOn(1)), refusal('lease-not-empty'));
    on.vault.release(leaseOn(1), 10);
    assert.ok((on.room()['d1'] ?? 0) > 0, 'it takes shards again');
    let room: unknown;
    const refresh = on.vault.refresh.bind(on.vault);
    on.vault.refresh = () => ((room = on.room()['d1']), refresh());
    await change.close(leaseOn(1));
    assert.equal(room, 0);
    assert.equal(on.room()['d1'], undefined);
  });

  for (const [what, error] of [
    ['the law says no', new Refusal('lease-not-empty', 'the lease holds shards')],
    ['nobody ordered it', new Fault('ledger-unavailable', 'no answer', { retryable: true })],
  ] as const)
    it(`leaves the policy as it was where ${what}`, async () => {
      const { on, keep, change, policies, fail } = world();
      on.addDisk(1);
      await keep.run();
      fail(error);
      await assert.rejects(change.close(leaseOn(1)), error);
      assert.deepEqual(policies.read().avoid, []);
      assert.equal(on.rows.get('lease', leaseOn(1))?.state, 'active');
    });

  it('has no hand on the leases of another vault', async () => {
    const { on, change } = world();
    on.addDisk(1);
    on.rows.set('lease', [leaseOn(1)], leaseRow({ leaseId: leaseOn(1), diskId: 'd1', vaultId: 'w' }));
    await assert.rejects(change.close(leaseOn(1)), refusal('not-owner'));
    await assert.rejects(change.extend(leaseOn(1), 1n, 100n), refusal('not-owner'));
    await assert.rejects(change.extend(leaseOn(2), 1n, 100n), refusal('lease-unknown'));
  });

  it('A-80 finds in the rows what became of a change whose outcome nobody heard', async () => {
    const { on, change, hush } = world();
    on.addDisk(1);
    hush();
    assert.deepEqual(await change.open(wish), { leaseId: leaseOn(1) });
    assert.deepEqual(await change.extend(leaseOn(1), 5n, 100n), { leaseId: leaseOn(1) });
    assert.deepEqual(await change.close(leaseOn(1)), { leaseId: leaseOn(1) });
    assert.equal(on.rows.get('lease', leaseOn(1))?.state, 'closed');
  });

  it('A-80 says that the outcome is unknown where the rows do not tell either', async () => {
    const { on, keep, change, policies, fail } = world();
    on.addDisk(1);
    on.addDisk(2);
    await keep.run();
    await change.close(leaseOn(2));
    fail(unknown);
    await assert.rejects(change.open({ ...wish, diskId: 'd2' }), unknown);
    assert.deepEqual(policies.read().avoid, [], 'the lease may still be opened');
    await assert.rejects(change.extend(leaseOn(1), 5n, 100n), unknown);
    await assert.rejects(change.close(leaseOn(1)), unknown);
    assert.deepEqual(policies.read().avoid, ['d1'], 'the lease may still be closed');
    on.vault.refresh = () => Promise.reject(new Error('no ledger'));
    await assert.rejects(change.close(leaseOn(1)), unknown);
  });
});
