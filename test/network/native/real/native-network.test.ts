import { SystemClock } from '@dstore/application/adapters/system/system-clock.js';
import { rowsOf } from '@dstore/application/ports/ledger.js';
import { TurnEpoch } from '@dstore/application/use-cases/turn-epoch.js';
import type { Law } from '@dstore/network/native';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { ledgerConformance } from '../../../conformance/ledger.js';
import { NativeConsortium } from './native-consortium.js';
import { bringUp, type RunningNetwork } from './running-network.js';
import { nativeWorld, toyLaw } from './toy-world.js';

describe('a native network', () => {
  let running: RunningNetwork;
  let toy: Law;

  before(async () => {
    running = await bringUp();
    toy = await toyLaw(join(running.folder, 'toy'));
    await running.network.deploy(toy, { name: 'toy', version: '1', sequence: 1 });
  });
  after(() => running.close());

  ledgerConformance('real Fabric', () => nativeWorld(running, toy));

  it('carries a consortium from its founding through epochs, and every peer tells the same', async () => {
    const consortium = await NativeConsortium.open(running);
    try {
      await consortium.found();
      await consortium.found();
      await turnTo(2n, consortium);
      const [first] = consortium.seats;
      assert.ok(first !== undefined);
      const accounts = await notesSeenBy(first.owner);
      assert.equal(accounts.length, 2 * running.organizations.length);
      const sum = accounts.reduce((total, [, amount]) => total + amount, 0n);
      assert.equal(sum, 2_000_000n * BigInt(running.organizations.length));
      for (const { owner } of consortium.seats) assert.deepEqual(await notesSeenBy(owner), accounts);
    } finally {
      consortium.close();
    }
  });
});

/** Lets all organizations turn epochs until this one is open. */
async function turnTo(target: bigint, { seats }: NativeConsortium): Promise<void> {
  const keepers = seats.map(({ admin, secrets }) => new TurnEpoch(admin, new SystemClock(), secrets));
  for (;;) {
    const epoch = await seats[0]?.admin.read('epoch');
    if (epoch !== undefined && epoch.number >= target) return;
    await Promise.all(keepers.map((keeper) => keeper.run()));
    await setTimeout(200);
  }
}

async function notesSeenBy(ledger: NativeConsortium['seats'][number]['owner']): Promise<[string, bigint][]> {
  const notes: [string, bigint][] = [];
  for await (const { parts, row } of rowsOf(ledger, 'note'))
    notes.push([parts.slice(0, 2).join('/'), row.amount]);
  return notes;
}
