import { fail, type Flaw, type Outcome, type Point, warn } from './point.js';

/** The beacon as the ledger has it; times in seconds since 1970. */
export interface BeaconView {
  readonly number: bigint;
  readonly openedAt: bigint;
  readonly epochLengthSeconds: bigint;
  /** Who did not reveal for the epoch that runs. */
  readonly withheld: readonly string[];
  /** The last epoch that each organization's chain can reveal for. */
  readonly lasts: readonly { readonly mspId: string; readonly epoch: bigint }[];
}

const fewDays = 90n;
const daySeconds = 86_400n;

/** Point 17: epochs turn, everybody reveals, and nobody's preimages end soon. */
export const epochs: Point = {
  number: 17,
  title: 'epochs',
  look: async ({ network, now, row, rows }) => {
    const [seat] = network.seats;
    if (seat === undefined) return { skipped: 'there is no organization' };
    const read = (kind: string, ...parts: string[]) => row(seat.mspId, kind, parts) as Promise<Row | null>;
    const [epoch, params] = [await read('epoch'), await read('params')];
    if (epoch === null || params === null) return { skipped: 'nobody has founded the consortium yet' };
    const opened = await read('epochs', text(epoch['number']));
    const beacons = (await rows(seat.mspId, 'beacon')) as { parts: string[]; row: Row }[];
    const view: BeaconView = {
      number: BigInt(text(epoch['number'])),
      openedAt: BigInt(text(epoch['openedAt'])),
      epochLengthSeconds: BigInt(text((params['params'] as Row)['epochLengthSeconds'])),
      withheld: (opened?.['withheld'] ?? []) as string[],
      lasts: beacons.map(({ parts: [mspId = ''], row: beacon }) => ({ mspId, epoch: lastOf(beacon) })),
    };
    return judgeEpochs(view, BigInt(Math.floor(now / 1000)));
  },
};

/** `now` is in seconds since 1970. */
export function judgeEpochs(view: BeaconView, now: bigint): Outcome {
  const { number, openedAt, epochLengthSeconds, withheld, lasts } = view;
  const age = now - openedAt;
  const flaws: Flaw[] = [];
  if (age >= 2n * epochLengthSeconds)
    flaws.push(
      fail(
        `epoch ${number} runs for ${age} s, an epoch has ${epochLengthSeconds}`,
        'see that a service with the keeper role runs: it turns epochs',
      ),
    );
  for (const mspId of withheld)
    flaws.push(warn(`${mspId} withheld its preimage for epoch ${number}`, 'see that its service runs'));
  for (const { mspId, epoch } of lasts) {
    const days = ((epoch - number) * epochLengthSeconds) / daySeconds;
    if (days < fewDays)
      flaws.push(warn(`the preimages of ${mspId} end in ${days} days`, 'its admin sets the next anchor'));
  }
  return { says: `epoch ${number}, ${age} s old, ${lasts.length} organizations reveal`, flaws };
}

type Row = Readonly<Record<string, unknown>>;

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('the ledger has a row of another shape');
  return value;
}

/** Preimages of a chain of n values serve n epochs, and those of the next chain follow. */
function lastOf(beacon: Row): bigint {
  const { from, length } = (beacon['next'] ?? beacon) as Row;
  return BigInt(text(from)) + BigInt(text(length)) - 1n;
}
