import { verifyReveal } from './beacon.js';
import { insist } from './refusal.js';
import { type Row, rowFormat } from './rows.js';

type Beacon = Row<'beacon'>;

const longestChain = 100_000_000n;

/** The chain that counts in an epoch: the next anchor's from its first epoch on. */
export function beaconIn(beacon: Beacon, epoch: bigint): Beacon {
  const { next } = beacon;
  if (next === undefined || epoch < next.from) return beacon;
  return { v: rowFormat, ...next, last: next.anchor, lastEpoch: next.from - 1n };
}

/** An anchor as an organization registers it. */
export interface NewAnchor {
  readonly anchor: string;
  readonly from: bigint;
  readonly length: bigint;
}

/**
 * The row after an anchor is registered in `epoch` (undefined before the genesis, when it counts from epoch 1). It counts
 * two epochs later at the earliest, so that nobody chooses it knowing others' reveals (A-110); the old chain is due until then.
 */
export function anchored(beacon: Beacon | undefined, epoch: bigint | undefined, given: NewAnchor): Beacon {
  insist(
    given.length >= 1n && given.length <= longestChain,
    'anchor-invalid',
    `a chain has 1 to ${longestChain} values`,
  );
  const good = epoch === undefined ? given.from === 1n : given.from >= epoch + 2n;
  insist(
    good,
    'anchor-early',
    `the anchor counts from ${epoch === undefined ? 1n : epoch + 2n} at the earliest`,
  );
  const known = beacon !== undefined && [beacon.anchor, beacon.next?.anchor].includes(given.anchor);
  insist(!known, 'anchor-spent', 'this anchor is registered already');
  const fresh = { v: rowFormat, ...given, last: given.anchor, lastEpoch: given.from - 1n };
  if (beacon === undefined || epoch === undefined) return fresh;
  return { ...beaconIn(beacon, epoch + 1n), next: { ...given } };
}

/** The row after an organization revealed its value for an epoch. */
export function revealed(beacon: Beacon, epoch: bigint, preimage: string): Beacon {
  const chain = beaconIn(beacon, epoch);
  insist(epoch >= chain.from, 'anchor-early', `the anchor counts from epoch ${chain.from}`);
  insist(chain.lastEpoch < epoch, 'reveal-repeated', `epoch ${epoch} is revealed already`);
  insist(epoch - chain.from < chain.length, 'anchor-spent', 'the chain has no value left');
  const holds = verifyReveal({ value: chain.last, epoch: chain.lastEpoch }, epoch, preimage);
  insist(holds, 'reveal-invalid', 'the value does not hash to the last one');
  return { ...chain, last: preimage, lastEpoch: epoch };
}

/** Epochs up to this one that an organization owed a value for and has not revealed in a row. */
export function withheldInRow(beacon: Beacon, epoch: bigint): bigint {
  const { lastEpoch } = beacon;
  return epoch > lastEpoch ? epoch - lastEpoch : 0n;
}
