import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  anchored,
  beaconIn,
  begunReveal,
  checkOpening,
  genesisSeed,
  insist,
  nextSeed,
  revealed,
  type Row,
  rowFormat,
  type Shown,
} from '../domain/index.js';
import { type Call, execute } from '../ledger/index.js';

/** Epochs and the seed of each, drawn by all organizations together. */
@Info({ title: 'BeaconContract', description: 'Anchors, reveals and the turn of epochs' })
export class BeaconContract extends Contract {
  constructor() {
    super('BeaconContract');
  }

  /** By an org admin: the end of a hash chain whose values the organization will reveal, epoch by epoch. */
  @Transaction()
  @Returns('string')
  async Anchor(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'BeaconContract:Anchor', argument, async (call, given) => {
      await call.insistMember();
      call.insistRole('admin');
      const { msp } = call.account;
      const epoch = await call.store.find('epoch');
      const beacon = await call.store.find('beacon', msp);
      call.store.put('beacon', [msp], anchored(beacon, epoch?.number, given));
      call.announce('Anchored', { msp, from: given.from });
      return {};
    });
  }

  /** By anyone, once due: from now on values for the epoch after the one named are revealed, and commits count for it. */
  @Transaction()
  @Returns('string')
  async BeginReveal(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'BeaconContract:BeginReveal', argument, async (call, { epoch: number }) => {
      await call.insistMember();
      const epoch = await call.epoch();
      const { params } = await call.store.get('params-unknown', 'params');
      call.store.put('epoch', [], begunReveal(epoch, number, params, call.now));
      call.announce('RevealBegun', { epoch: number });
      return {};
    });
  }

  /** By any member of the organization whose chain holds the value; the value proves itself. */
  @Transaction()
  @Returns('string')
  async Reveal(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'BeaconContract:Reveal', argument, async (call, { epoch: number, preimage }) => {
      await call.insistMember();
      const { msp } = call.account;
      const epoch = await call.epoch();
      const due = epoch.phase === 'revealing' && number === epoch.number + 1n;
      insist(due, 'epoch-not-due', `epoch ${epoch.number} is ${epoch.phase}`);
      const beacon = await call.store.get('anchor-invalid', 'beacon', msp);
      call.store.put('beacon', [msp], revealed(beacon, number, preimage));
      call.store.put('reveal', [number.toString(), msp], { v: rowFormat, preimage });
      call.announce('Revealed', { epoch: number, msp });
      return {};
    });
  }

  /** By anyone, once due: draws the seed. Epoch 0 opens when every active organization has an anchor. */
  @Transaction()
  @Returns('string')
  async OpenEpoch(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'BeaconContract:OpenEpoch', argument, async (call, { epoch: number }) => {
      await call.insistMember();
      const epoch = await call.store.find('epoch');
      const opened = epoch === undefined ? await genesis(call, number) : await turn(call, epoch, number);
      const { seed, withheld } = opened;
      const openedAt = call.now;
      call.store.put('epoch', [], { v: rowFormat, number, phase: 'open', openedAt });
      call.store.put('epochs', [number.toString()], { v: rowFormat, number, openedAt, ...opened });
      call.announce('EpochOpened', { epoch: number, seed, withheld });
      return { seed };
    });
  }
}

type Opened = Pick<Row<'epochs'>, 'seed' | 'revealed' | 'withheld'>;

interface Seat {
  readonly msp: string;
  readonly beacon: Row<'beacon'> | undefined;
}

/** Active organizations with their chains as they count in an epoch. */
async function seats(call: Call, epoch: bigint): Promise<Seat[]> {
  const found: Seat[] = [];
  for (const msp of await call.organizations()) {
    const beacon = await call.store.find('beacon', msp);
    found.push({ msp, beacon: beacon && beaconIn(beacon, epoch) });
  }
  return found;
}

async function genesis(call: Call, number: bigint): Promise<Opened> {
  insist(number === 0n, 'epoch-unknown', 'the first epoch is 0');
  const all = await seats(call, 1n);
  const missing = all.filter(({ beacon }) => beacon === undefined).map(({ msp }) => msp);
  insist(missing.length === 0, 'reveals-missing', `no anchor of ${missing.join(', ')}`);
  return {
    seed: genesisSeed(call.channel, all.map(shown)),
    revealed: all.map(({ msp }) => msp),
    withheld: [],
  };
}

/** Organizations whose first anchor counts later owe no value yet: they neither help nor hinder the turn. */
async function turn(call: Call, epoch: Row<'epoch'>, number: bigint): Promise<Opened> {
  const { params } = await call.store.get('params-unknown', 'params');
  const due = (await seats(call, number)).filter(
    ({ beacon }) => beacon !== undefined && beacon.from <= number,
  );
  const all = due.map(({ msp }) => msp);
  const inTime = due.filter(({ beacon }) => beacon?.lastEpoch === number);
  const names = inTime.map(({ msp }) => msp);
  const withheld = checkOpening(epoch, number, params, call.now, all, names);
  const { seed } = await call.store.get('epoch-unknown', 'epochs', epoch.number.toString());
  return { seed: nextSeed(call.channel, seed, inTime.map(shown)), revealed: names, withheld };
}

function shown({ msp, beacon }: Seat): Shown {
  return { msp, value: (beacon as Row<'beacon'>).last };
}
