import assert from 'node:assert/strict';

import { BeaconChain } from '@dstore/application/core/beacon-chain.js';
import { TurnEpoch } from '@dstore/application/use-cases/turn-epoch.js';
import { Refusal } from '@dstore/chaincode/domain';

import { LedgerRows } from '../rows-ledger.js';
import { demoParams } from '../rows.js';
import { VirtualClock } from '../virtual-clock.js';

const names = ['Org1', 'Org2', 'Org3'];

/** Three organizations in epoch 0, whose law knows phases and repeated reveals and nothing else. */
function consortium(withheld: readonly string[] = []) {
  const clock = new VirtualClock();
  const openedAt = () => BigInt(clock.now() / 1000);
  const rows = new LedgerRows({
    'BeaconContract:BeginReveal': ({ epoch }) => {
      const row = rows.get('epoch');
      if (row?.number !== epoch || row.phase !== 'open') throw new Refusal('epoch-not-due', 'no');
      rows.set('epoch', [], { ...row, phase: 'revealing' });
      return {};
    },
    'BeaconContract:Reveal': ({ epoch, preimage }, { msp }) => {
      if (rows.get('reveal', String(epoch), msp) !== undefined) throw new Refusal('reveal-repeated', 'no');
      rows.set('reveal', [String(epoch), msp], { v: 1, preimage });
      return {};
    },
    'BeaconContract:OpenEpoch': ({ epoch }) => {
      if (rows.get('epoch')?.number !== epoch - 1n) throw new Refusal('epoch-not-due', 'no');
      rows.set('epoch', [], { v: 1, number: epoch, phase: 'open', openedAt: openedAt() });
      return { seed: '00'.repeat(32) };
    },
  });
  rows.set('params', [], { v: 1, version: 1, params: demoParams });
  rows.set('epoch', [], { v: 1, number: 0n, phase: 'open', openedAt: openedAt() });
  const keepers = names.map((msp, at) => {
    const secret = Buffer.alloc(32, at);
    const { anchor } = new BeaconChain(secret, 1000);
    rows.set('org', [msp], { v: 1, msp, state: 'active', since: 0n });
    const beacon = { v: 1, anchor, from: 1n, length: 1000n, last: anchor, lastEpoch: 0n } as const;
    rows.set('beacon', [msp], beacon);
    const secrets = { get: async () => (withheld.includes(msp) ? undefined : secret) };
    return new TurnEpoch(rows.as(msp, 'admin'), clock, secrets);
  });
  return { clock, rows, keepers };
}

describe('turn-epoch', () => {
  it('turns two epochs with every organization revealing once, whoever acts first', async () => {
    const { clock, rows, keepers } = consortium();
    for (let second = 0; second <= 41; second += 1) {
      for (const keeper of [...keepers, ...keepers]) await keeper.run();
      await clock.advance(1000);
    }
    assert.equal(rows.get('epoch')?.number, 2n);
    const counted = (name: string) => rows.submitted.filter((each) => each.name === name).length;
    assert.equal(counted('BeaconContract:BeginReveal'), 2);
    assert.equal(counted('BeaconContract:Reveal'), 6);
    assert.equal(counted('BeaconContract:OpenEpoch'), 2);
  });

  it('reveals the value that hashes to the anchor', async () => {
    const { clock, rows, keepers } = consortium();
    await clock.advance(15_000);
    assert.deepEqual(await keepers[0]?.run(), { step: 'begin-reveal', next: 1n });
    assert.deepEqual(await keepers[0]?.run(), { step: 'reveal', next: 1n });
    const expected = new BeaconChain(Buffer.alloc(32, 0), 1000).value(999);
    assert.equal(rows.get('reveal', '1', 'Org1')?.preimage, expected);
    assert.deepEqual(await keepers[0]?.run(), { step: 'wait', milliseconds: 5000 });
  });

  it('opens without an organization that lost its secret, after the grace', async () => {
    const { clock, rows, keepers } = consortium(['Org3']);
    await clock.advance(15_000);
    await keepers[2]?.run();
    for (const keeper of keepers) await keeper.run();
    await clock.advance(8_900);
    assert.deepEqual(await keepers[2]?.run(), { step: 'wait', milliseconds: 100 });
    await clock.advance(100);
    assert.deepEqual(await keepers[2]?.run(), { step: 'open', next: 1n });
    assert.equal(rows.get('epoch')?.number, 1n);
  });

  it('A-26 is harmless when all keepers act on one view of the ledger', async () => {
    const { clock, rows, keepers } = consortium();
    await clock.advance(16_000);
    const steps = await Promise.all(keepers.map((keeper) => keeper.run()));
    assert.deepEqual(
      steps.map((turn) => turn.step),
      ['begin-reveal', 'wait', 'wait'],
    );
    assert.equal(rows.submitted.length, 1);
  });

  it('says that a consortium that was never founded is not ready', async () => {
    const { rows, keepers } = consortium();
    rows.remove('epoch');
    await assert.rejects(keepers[0]?.run() ?? Promise.resolve(), { code: 'not-ready', retryable: true });
  });
});
