import assert from 'node:assert/strict';

import type { Turn } from '@dstore/application/core/epoch-turn.js';
import type { LedgerEvent } from '@dstore/application/ports/ledger.js';
import * as rota from '@dstore/application/workers/rota.js';
import type { EventName, EventOf } from '@dstore/chaincode/domain';

import { stillSurroundings } from './surroundings.js';

function event<N extends EventName>(name: N, payload: Partial<EventOf<N>> = {}): LedgerEvent {
  return { name, payload, txId: 'tx', checkpoint: { block: 1n } } as unknown as LedgerEvent;
}

/** Runs of a use case, and the duty that calls it. */
function counted(make: (useCase: rota.Runnable, around: ReturnType<typeof stillSurroundings>) => rota.Duty) {
  const around = stillSurroundings();
  const runs: number[] = [];
  const begin = around.clock.now();
  const useCase = { run: async () => void runs.push((around.clock.now() - begin) / 1000) };
  return { around, runs, ...make(useCase, around) };
}

describe('rota', () => {
  it('turns epochs at once while steps are due, and looks again in seconds at the latest', async () => {
    const around = stillSurroundings();
    const turns: Turn[] = [
      { step: 'begin-reveal', next: 1n },
      { step: 'reveal', next: 1n },
      { step: 'wait', milliseconds: 2000 },
      { step: 'open', next: 1n },
      { step: 'wait', milliseconds: 900_000 },
    ];
    const at: number[] = [];
    const begin = around.clock.now();
    const run = async () => {
      at.push(around.clock.now() - begin);
      return turns[at.length - 1] ?? { step: 'wait' as const, milliseconds: 900_000 };
    };
    const { worker } = rota.epochDuty({ run }, around);
    worker.start();
    await around.clock.advance(8000);
    await worker.stop();
    assert.deepEqual(at, [0, 0, 0, 2000, 2000, 7000]);
  });

  it('wakes a commit duty for its own disk only', () => {
    const { when } = counted((useCase, around) => rota.commitDuty('d1', useCase, around));
    const flush = (diskId: string) =>
      event('FlushCommitted', { contents: [{ leaseId: 'l', diskId, revision: 1n, root: 'aa' }] });
    assert.ok(when(flush('d1')));
    assert.ok(!when(flush('d2')));
    assert.ok(!when(event('EpochOpened')));
  });

  it('wakes a sweep when a lease of its disk ends', () => {
    const { when } = counted((useCase, around) => rota.sweepDuty('d1', useCase, around));
    assert.ok(when(event('LeaseClosed', { diskId: 'd1' })));
    assert.ok(when(event('LeaseDefaulted', { diskId: 'd1' })));
    assert.ok(!when(event('LeaseDefaulted', { diskId: 'd2' })));
  });

  const table: [string, keyof typeof duties, EventName[], EventName[]][] = [
    ['proofs', 'proofDuty', ['EpochOpened'], ['RevealBegun', 'FlushCommitted']],
    ['defaults', 'defaultDuty', ['EpochOpened'], ['AuditJudged']],
    ['policies', 'policyDuty', ['Enacted'], ['Voted', 'EpochOpened']],
    ['leases', 'leaseDuty', ['EpochOpened', 'DiskOffered', 'LeaseDefaulted'], ['FlushCommitted']],
    ['repair', 'repairDuty', ['LeaseDefaulted', 'LossReported', 'DiskOffered'], ['AuditJudged']],
    ['closing', 'closingDuty', [], ['EpochOpened']],
    ['anchors', 'anchorDuty', [], ['EpochOpened']],
    ['read-through', 'readThroughDuty', [], ['EpochOpened']],
    ['compaction', 'compactionDuty', [], ['EpochOpened']],
    ['earnings', 'earningsDuty', [], ['EpochOpened']],
  ];
  const duties = {
    proofDuty: rota.proofDuty,
    defaultDuty: rota.defaultDuty,
    policyDuty: rota.policyDuty,
    leaseDuty: rota.leaseDuty,
    repairDuty: rota.repairDuty,
    closingDuty: rota.closingDuty,
    anchorDuty: rota.anchorDuty,
    readThroughDuty: rota.readThroughDuty,
    compactionDuty: rota.compactionDuty,
    earningsDuty: rota.earningsDuty,
  };
  for (const [title, name, wakes, ignores] of table)
    it(`runs ${title} from the start, again after its period, and when it is woken`, async () => {
      const { around, runs, worker, when } = counted(duties[name]);
      for (const each of wakes) assert.ok(when(event(each)), each);
      for (const each of ignores) assert.ok(!when(event(each)), each);
      worker.start();
      await around.clock.advance(1000);
      assert.deepEqual(runs, [0]);
      worker.wake();
      await around.clock.advance(0);
      assert.deepEqual(runs, [0, 1]);
      await around.clock.advance(600_000);
      assert.ok(runs.length > 2);
      await worker.stop();
      assert.equal(around.clock.sleepers, 0);
    });
});
