import assert from 'node:assert/strict';
import { parseRefusal, type Row } from '@dstore/chaincode/domain';
import { Consortium, contentOf, emptyContent, preimageOf, vector } from '../consortium.js';
import type { Identity } from '../memory-ledger.js';

type Try = (world: Consortium, leaseId: string) => Promise<unknown>;

const loss = { index: 0n, entry: { digest: '11'.repeat(32), size: 64 } };

/** What may be done with a lease, each by whoever may. */
const tries = {
  extend: ({ ledger, owner }, leaseId) =>
    ledger.submit(owner, 'LeaseContract:ExtendLease', {
      leaseId,
      termEpochs: 2n,
      notes: ledger.notesOf(owner),
    }),
  resize: ({ ledger, owner }, leaseId) =>
    ledger.submit(owner, 'LeaseContract:ResizeLease', {
      leaseId,
      capacityBytes: 1n << 29n,
      notes: ledger.notesOf(owner),
    }),
  commit: (world, leaseId) => {
    const { revision } = world.ledger.row('tip', leaseId) ?? { revision: 0n };
    return world.commit(leaseId, emptyContent(revision + 1n));
  },
  prove: async (world, leaseId) => {
    const held = world.ledger.rowsOf('content', leaseId).filter(({ row }) => row.count > 0n);
    const verdict = await world.submitProof(leaseId, held.length > 0 ? vector : undefined);
    return verdict?.reason ?? `paid-${verdict?.paid}`;
  },
  report: ({ ledger, agent }, leaseId) =>
    ledger.submit(agent, 'AuditContract:ReportLoss', { leaseId, losses: [loss] }),
  waive: ({ ledger, owner }, leaseId) =>
    ledger.submit(owner, 'AuditContract:WaiveLoss', { leaseId, digests: [loss.entry.digest] }),
  closeByOwner: ({ ledger, owner }, leaseId) => ledger.submit(owner, 'LeaseContract:CloseLease', { leaseId }),
  closeByProvider: ({ ledger, provider }, leaseId) =>
    ledger.submit(provider, 'LeaseContract:CloseLease', { leaseId }),
  callDefault: ({ ledger, owner }, leaseId) => ledger.submit(owner, 'LeaseContract:CallDefault', { leaseId }),
  collect: ({ ledger, provider }, leaseId) =>
    ledger.submit(provider, 'TokenContract:CollectEarnings', { leaseIds: [leaseId] }),
} satisfies Record<string, Try>;

/** Proves and turns so many times. */
async function live(world: Consortium, leaseId: string, epochs: number): Promise<void> {
  for (let at = 0; at < epochs; at += 1) {
    if (world.epoch >= 1n && world.epoch <= 5n) await world.submitProof(leaseId);
    await world.turn();
  }
}

/** The lives a lease of epochs 1 to 5 may have had; two epochs of grace, default after three misses. */
const lives: Record<string, Try> = {
  fresh: async () => undefined,
  running: (world, leaseId) => live(world, leaseId, 2),
  holding: async (world, leaseId) => {
    await world.commit(leaseId, contentOf(vector, 1n));
    await world.turn();
  },
  reported: async (world, leaseId) => {
    await live(world, leaseId, 2);
    await tries.report(world, leaseId);
  },
  lastEpoch: (world, leaseId) => live(world, leaseId, 5),
  inGrace: (world, leaseId) => live(world, leaseId, 6),
  pastGrace: (world, leaseId) => live(world, leaseId, 8),
  inDefault: (world) => world.turn(4),
  closed: async (world, leaseId) => {
    await live(world, leaseId, 2);
    await tries.closeByOwner(world, leaseId);
  },
  defaulted: async (world, leaseId) => {
    await world.turn(4);
    await tries.callDefault(world, leaseId);
  },
};

/** What each of the tries is told in each of these lives, in the order of {@link tries}. */
const lawful: Readonly<Record<string, string>> = {
  fresh: 'done done done not-payable done loss-unknown done lease-not-ended lease-not-in-default amount-zero',
  running: 'done done done paid-100 done loss-unknown done lease-not-ended lease-not-in-default done',
  holding:
    'done done done paid-100 done loss-unknown lease-not-empty lease-not-ended lease-not-in-default amount-zero',
  reported: 'done done done loss-uncured loss-repeated done done lease-not-ended lease-not-in-default done',
  lastEpoch:
    'lease-not-active lease-not-active done paid-100 done loss-unknown done lease-not-ended lease-not-in-default done',
  inGrace: `${'lease-not-active '.repeat(3)}not-payable lease-not-active loss-unknown done lease-not-ended lease-not-in-default done`,
  pastGrace: `${'lease-not-active '.repeat(3)}not-payable lease-not-active loss-unknown done done lease-not-in-default done`,
  // An owner may still keep a provider that failed, or let it go unharmed; nobody else may.
  inDefault: 'done done done in-default done loss-unknown done lease-not-ended done amount-zero',
  closed: `${'lease-not-active '.repeat(3)}not-payable ${'lease-not-active '.repeat(5)}amount-zero`,
  defaulted: `${'lease-not-active '.repeat(3)}in-default ${'lease-not-active '.repeat(5)}amount-zero`,
};

async function told(body: () => Promise<unknown>): Promise<string> {
  try {
    const answer = await body();
    return typeof answer === 'string' ? answer : 'done';
  } catch (error) {
    return parseRefusal((error as Error).message)?.code ?? String(error);
  }
}

/** Puts the ledger back to how it was after each of several tries. */
async function each<T extends string>(
  world: Consortium,
  bodies: Readonly<Record<T, () => Promise<unknown>>>,
): Promise<Record<string, string>> {
  const [state, now] = [new Map(world.ledger.state), world.ledger.now];
  const outcomes: Record<string, string> = {};
  for (const name of Object.keys(bodies) as T[]) {
    world.ledger.state.clear();
    for (const [key, value] of state) world.ledger.state.set(key, value);
    world.ledger.now = now;
    outcomes[name] = await told(bodies[name]);
  }
  return outcomes;
}

/** A row of a golden table by the names of its columns. */
function asTable(names: readonly string[], row = ''): Record<string, string> {
  const cells = row.split(' ');
  assert.equal(cells.length, names.length);
  return Object.fromEntries(names.map((name, at) => [name, cells[at] as string]));
}

const bodiesOf = (world: Consortium, leaseId: string) =>
  Object.fromEntries(Object.entries(tries).map(([name, body]) => [name, () => body(world, leaseId)]));

describe('contracts/states', () => {
  for (const [life, arrange] of Object.entries(lives))
    it(`A-39 allows with a lease that is ${life} what the table allows`, async () => {
      const world = await Consortium.trading();
      const leaseId = await world.open({ termEpochs: 5n });
      await arrange(world, leaseId);
      const outcomes = await each(world, bodiesOf(world, leaseId));
      assert.deepEqual(outcomes, asTable(Object.keys(tries), lawful[life]));
    });

  const phases: Record<string, (world: Consortium) => Promise<unknown> | number> = {
    open: async () => undefined,
    due: (world) => (world.ledger.now += 80),
    revealing: (world) => world.beginReveal(),
    revealed: async (world) => {
      await world.beginReveal();
      for (const admin of world.admins) await world.reveal(admin);
      world.ledger.now += 20;
    },
    late: async (world) => {
      await world.beginReveal();
      for (const admin of world.admins.slice(0, 3)) await world.reveal(admin);
      world.ledger.now += 20;
    },
    pastGrace: async (world) => {
      await world.beginReveal();
      for (const admin of world.admins.slice(0, 3)) await world.reveal(admin);
      world.ledger.now += 40;
    },
  };
  /** What beginning, the last organization's value and opening are told; skipping and reopening never are lawful. */
  const due: Readonly<Record<string, string>> = {
    open: 'epoch-not-due epoch-not-due epoch-not-due',
    due: 'done epoch-not-due epoch-not-due',
    revealing: 'epoch-not-due done epoch-not-due',
    revealed: 'epoch-not-due reveal-repeated done',
    late: 'epoch-not-due done reveals-missing',
    pastGrace: 'epoch-not-due done done',
  };
  for (const [phase, arrange] of Object.entries(phases))
    it(`A-39 A-112 allows in an epoch that is ${phase} what the table allows`, async () => {
      const world = await Consortium.founded();
      const [chair] = world.admins as [Identity];
      await arrange(world);
      const { number } = world.ledger.row('epoch') as Row<'epoch'>;
      const [epoch, next] = [number, number + 1n];
      const last = world.admins[3] as Identity;
      const outcomes = await each(world, {
        begin: () => world.ledger.submit(chair, 'BeaconContract:BeginReveal', { epoch }),
        reveal: () =>
          world.ledger.submit(last, 'BeaconContract:Reveal', {
            epoch: next,
            preimage: preimageOf(last.msp, next),
          }),
        open: () => world.ledger.submit(chair, 'BeaconContract:OpenEpoch', { epoch: next }),
        skip: () => world.ledger.submit(chair, 'BeaconContract:OpenEpoch', { epoch: next + 1n }),
        again: () => world.ledger.submit(chair, 'BeaconContract:OpenEpoch', { epoch }),
      });
      const cells = { skip: 'epoch-not-due', again: 'epoch-not-due' };
      assert.deepEqual(outcomes, { ...asTable(['begin', 'reveal', 'open'], due[phase]), ...cells });
    });
});
