import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  begunReveal,
  checkOpening,
  genesisSeed,
  insist,
  nextSeed,
  type Row,
  rowFormat,
  verifyReveal,
} from '../domain/index.js';
import type { Session } from '../ledger/session.js';
import { transact } from '../ledger/transact.js';

type Beacon = Row<'beacon'>;

const mostOrganizations = 1000;
const shortestChain = 1000n;

/** Randomness nobody could foresee, and the turning of epochs. */
@Info({ title: 'BeaconContract', description: 'Beacon and epochs' })
export class BeaconContract extends Contract {
  constructor() {
    super('BeaconContract');
  }

  /** By an org admin: the end of a new hash chain. It counts from two epochs later at the earliest; before the first epoch, from epoch 1. */
  @Transaction()
  @Returns('string')
  async Anchor(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'BeaconContract:Anchor', argument, async (session, { anchor, from, length }) => {
      const { msp } = await session.member('admin');
      insist(length >= shortestChain, 'anchor-invalid', `a chain has at least ${shortestChain} values`);
      const epoch = await session.rows.read('epoch');
      const known = await session.rows.read('beacon', msp);
      if (epoch === undefined) {
        insist(from === 1n, 'anchor-early', 'before the first epoch an anchor counts from epoch 1');
        session.rows.write('beacon', [msp], freshBeacon(anchor, from, length));
      } else {
        insist(
          from >= epoch.number + 2n,
          'anchor-early',
          `an anchor counts from epoch ${epoch.number + 2n} at the earliest`,
        );
        const beacon =
          known === undefined
            ? freshBeacon(anchor, from, length)
            : { ...current(known, epoch.number), next: { anchor, from, length } };
        session.rows.write('beacon', [msp], beacon);
      }
      session.announce('Anchored', { msp, from });
      return {};
    });
  }

  /** By any member once the end of the epoch is near: from here on commits count for the next epoch. */
  @Transaction()
  @Returns('string')
  async BeginReveal(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'BeaconContract:BeginReveal', argument, async (session, args) => {
      await session.member();
      const { params } = await session.params();
      session.rows.write('epoch', [], begunReveal(await session.epoch(), args.epoch, params, session.now));
      session.announce('RevealBegun', { epoch: args.epoch });
      return {};
    });
  }

  /** By an org admin, in the revealing phase of the epoch before: the value that hashes to the last one shown. */
  @Transaction()
  @Returns('string')
  async Reveal(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'BeaconContract:Reveal', argument, async (session, args) => {
      const { msp } = await session.member('admin');
      const epoch = await session.epoch();
      const due = epoch.phase === 'revealing' && args.epoch === epoch.number + 1n;
      insist(due, 'epoch-not-due', `epoch ${epoch.number} is ${epoch.phase}`);
      const known = await session.rows.read('beacon', msp);
      insist(known !== undefined, 'anchor-invalid', `${msp} has no anchor`);
      const beacon = current(known, args.epoch);
      insist(args.epoch >= beacon.from, 'anchor-early', `the anchor counts from epoch ${beacon.from}`);
      insist(beacon.lastEpoch < args.epoch, 'reveal-repeated', `${msp} has revealed`);
      insist(
        args.epoch - beacon.from < beacon.length,
        'anchor-spent',
        'the chain is spent; register a new anchor',
      );
      const good = verifyReveal({ value: beacon.last, epoch: beacon.lastEpoch }, args.epoch, args.preimage);
      insist(good, 'reveal-invalid', 'the value does not hash to the last one shown');
      session.rows.write('beacon', [msp], { ...beacon, last: args.preimage, lastEpoch: args.epoch });
      session.rows.write('reveal', [args.epoch.toString(), msp], { v: rowFormat, preimage: args.preimage });
      session.announce('Revealed', { epoch: args.epoch, msp });
      return {};
    });
  }

  /** By any member, when it is due; the first one once every active organization has an anchor. */
  @Transaction()
  @Returns('string')
  async OpenEpoch(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'BeaconContract:OpenEpoch', argument, async (session, args) => {
      await session.member();
      const epoch = await session.rows.read('epoch');
      const turn =
        epoch === undefined ? await genesis(session, args.epoch) : await turnOf(session, epoch, args.epoch);
      const openedAt = session.now;
      session.rows.write('epoch', [], { v: rowFormat, number: args.epoch, phase: 'open', openedAt });
      session.rows.write('epochs', [args.epoch.toString()], {
        v: rowFormat,
        number: args.epoch,
        openedAt,
        ...turn,
      });
      session.announce('EpochOpened', { epoch: args.epoch, seed: turn.seed, withheld: turn.withheld });
      return { seed: turn.seed };
    });
  }
}

interface Turn {
  readonly seed: string;
  readonly revealed: readonly string[];
  readonly withheld: readonly string[];
}

async function genesis(session: Session, number: bigint): Promise<Turn> {
  insist(number === 0n, 'epoch-not-due', 'the first epoch is 0');
  const organizations = await session.organizations();
  const anchors = await session.rows.range('beacon', [], mostOrganizations);
  const shown = anchors.map(({ parts, row }) => ({ msp: parts[0] as string, value: row.anchor }));
  const missing = organizations.filter((msp) => !shown.some((anchor) => anchor.msp === msp));
  insist(missing.length === 0, 'reveals-missing', `no anchor yet: ${missing.join(', ')}`);
  const counted = shown.filter(({ msp }) => organizations.includes(msp));
  return { seed: genesisSeed(session.channel, counted), revealed: organizations, withheld: [] };
}

async function turnOf(session: Session, epoch: Row<'epoch'>, number: bigint): Promise<Turn> {
  const { params } = await session.params();
  const organizations = await session.organizations();
  const reveals = await session.rows.range('reveal', [number.toString()], mostOrganizations);
  const shown = reveals
    .map(({ parts, row }) => ({ msp: parts[1] as string, value: row.preimage }))
    .filter(({ msp }) => organizations.includes(msp));
  const revealed = shown.map(({ msp }) => msp);
  const withheld = checkOpening(epoch, number, params, session.now, organizations, revealed);
  const before = await session.rows.read('epochs', epoch.number.toString());
  if (before === undefined) throw new Error('invariant: the running epoch has no row');
  return { seed: nextSeed(session.channel, before.seed, shown), revealed, withheld };
}

function freshBeacon(anchor: string, from: bigint, length: bigint): Beacon {
  return { v: rowFormat, anchor, from, length, last: anchor, lastEpoch: from - 1n };
}

/** The chain that counts in an epoch: the next one, once its time has come. */
function current(beacon: Beacon, epoch: bigint): Beacon {
  const { next } = beacon;
  return next !== undefined && epoch >= next.from ? freshBeacon(next.anchor, next.from, next.length) : beacon;
}
