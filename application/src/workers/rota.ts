import type { Turn } from '../core/epoch-turn.js';
import type { LedgerEvent } from '../ports/ledger.js';

import { Loop } from './loop.js';
import type { Surroundings, Worker } from './worker.js';

/** A use case that works without being asked anything. */
export interface Runnable {
  run(signal?: AbortSignal): Promise<unknown>;
}

/** A worker with the events that wake it, as an event bell takes them. */
export interface Duty {
  readonly worker: Worker;
  readonly when: (event: LedgerEvent) => boolean;
}

const second = 1000;
const minute = 60 * second;

/** Longest wait between two looks at the epoch, should an event get lost. */
const longestEpochWait = 5 * second;

/** Turns epochs for one organization: step after step while something is due. */
export function epochDuty(turnEpoch: { run(): Promise<Turn> }, around: Surroundings): Duty {
  const step = async () => {
    const turn = await turnEpoch.run();
    return turn.step === 'wait' ? Math.min(turn.milliseconds, longestEpochWait) : 0;
  };
  return duty(new Loop('epoch', step, around), ['RevealBegun', 'Revealed', 'EpochOpened']);
}

/** Keeps an organization's anchor good. */
export function anchorDuty(keepAnchor: Runnable, around: Surroundings): Duty {
  return duty(every(10 * minute, 'anchor', keepAnchor, around), []);
}

/**
 * Proves what lies on one disk, as soon as an epoch opens; a failure is tried again by the loop's back-off, and the
 * period catches an event that got lost, within the first half of the shortest epoch there is.
 */
export function proofDuty(answerChallenges: Runnable, around: Surroundings): Duty {
  return duty(every(5 * second, 'proof', answerChallenges, around), ['EpochOpened']);
}

/** Turns a disk's pending content into current when a flush that concerns it is valid on the ledger. */
export function commitDuty(diskId: string, followCommits: Runnable, around: Surroundings): Duty {
  const worker = every(5 * second, 'commit', followCommits, around);
  const when = (event: LedgerEvent) =>
    event.name === 'FlushCommitted' && event.payload.contents.some((content) => content.diskId === diskId);
  return { worker, when };
}

/** Deletes from one disk what no receipt, lease or audit covers any more. */
export function sweepDuty(diskId: string, sweep: Runnable, around: Surroundings): Duty {
  const worker = every(minute, 'sweep', sweep, around);
  const when = ({ name, payload }: LedgerEvent) =>
    (name === 'LeaseClosed' || name === 'LeaseDefaulted') && payload.diskId === diskId;
  return { worker, when };
}

/** Reads a disk's own shards through, a little at a time. */
export function scrubDuty(scrub: Runnable, around: Surroundings): Duty {
  return duty(every(minute, 'scrub', scrub, around), []);
}

/** Calls defaults when an epoch is over. */
export function defaultDuty(callDefaults: Runnable, around: Surroundings): Duty {
  return duty(every(minute, 'default', callDefaults, around), ['EpochOpened']);
}

/** Renews key-level policies when the consortium has other members than before. */
export function policyDuty(renewPolicies: Runnable, around: Surroundings): Duty {
  return duty(every(10 * minute, 'policy', renewPolicies, around), ['Enacted']);
}

/** Keeps a vault's leases: opens, extends and grows them by policy. */
export function leaseDuty(keepLeases: Runnable, around: Surroundings): Duty {
  return duty(every(minute, 'lease', keepLeases, around), ['EpochOpened', 'DiskOffered', 'LeaseDefaulted']);
}

/** Closes leases whose end has come. */
export function closingDuty(closeLeases: Runnable, around: Surroundings): Duty {
  return duty(every(10 * minute, 'closing', closeLeases, around), []);
}

/** Repairs a vault's stripes when something happened to a lease, an epoch opened or a disk joined. */
export function repairDuty(repairStripes: Runnable, around: Surroundings): Duty {
  const occasions = ['EpochOpened', 'LeaseDefaulted', 'LeaseClosed', 'LossReported', 'DiskOffered'] as const;
  return duty(every(minute, 'repair', repairStripes, around), occasions);
}

/** Reads disks through, now and then. */
export function readThroughDuty(readThrough: Runnable, around: Surroundings): Duty {
  return duty(every(5 * minute, 'read-through', readThrough, around), []);
}

/** Rewrites stripes that are mostly dead. */
export function compactionDuty(compact: Runnable, around: Surroundings): Duty {
  return duty(every(10 * minute, 'compaction', compact, around), []);
}

/** Collects what a provider's leases earned. */
export function earningsDuty(collectEarnings: Runnable, around: Surroundings): Duty {
  return duty(every(10 * minute, 'earnings', collectEarnings, around), []);
}

function every(milliseconds: number, name: string, useCase: Runnable, around: Surroundings): Worker {
  const step = async (signal: AbortSignal) => {
    await useCase.run(signal);
    return milliseconds;
  };
  return new Loop(name, step, around);
}

function duty(worker: Worker, names: readonly LedgerEvent['name'][]): Duty {
  return { worker, when: ({ name }) => names.includes(name) };
}
