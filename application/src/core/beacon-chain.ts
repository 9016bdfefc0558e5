import { type Row, sha256 } from '@dstore/chaincode/domain';

/** Values per checkpoint: what a reveal may have to hash at most. */
const stride = 512;

/**
 * The hash chain of an organization's secret: value 0 is the secret, each next one its SHA-256, the last is the anchor
 * that the ledger holds; protocol section 8. Hashes the whole chain once and keeps checkpoints, so that a reveal is cheap.
 */
export class BeaconChain {
  /** Values between the secret and the anchor, the anchor included. */
  readonly length: number;
  /** Hexadecimal. */
  readonly anchor: string;
  readonly #checkpoints: readonly Buffer[];

  constructor(secret: Uint8Array, length: number) {
    if (!Number.isSafeInteger(length) || length < 1) throw new RangeError('a chain has at least one value');
    const checkpoints: Buffer[] = [Buffer.from(secret)];
    for (let at = stride; at <= length; at += stride)
      checkpoints.push(hashed(checkpoints.at(-1) as Buffer, stride));
    this.length = length;
    this.#checkpoints = checkpoints;
    this.anchor = this.value(length);
  }

  /** The value so many hashes after the secret, in hexadecimal. */
  value(index: number): string {
    if (!Number.isSafeInteger(index) || index < 0 || index > this.length)
      throw new RangeError('the chain has no such value');
    return hashed(this.#checkpoints[Math.floor(index / stride)] as Buffer, index % stride).toString('hex');
  }
}

function hashed(value: Buffer, times: number): Buffer {
  let result = value;
  for (let i = 0; i < times; i += 1) result = sha256(result);
  return result;
}

/** An anchor as the ledger holds it: `length` values, revealed backwards from epoch `from` on. */
export type Anchor = Pick<Row<'beacon'>, 'anchor' | 'from' | 'length'>;

/** The anchor that counts in an epoch: the next one from its first epoch on. */
export function anchorFor(beacon: Row<'beacon'>, epoch: bigint): Anchor {
  return beacon.next !== undefined && epoch >= beacon.next.from ? beacon.next : beacon;
}

/** Index of the value that an anchor's chain reveals for an epoch, or undefined before its first and after its last. */
export function revealIndex(anchor: Anchor, epoch: bigint): number | undefined {
  const index = anchor.length - (epoch - anchor.from) - 1n;
  return epoch < anchor.from || index < 0n ? undefined : Number(index);
}

/** Why an organization should register another anchor now. */
export type AnchorNeed = 'missing' | 'secret-lost' | 'running-out';

/**
 * Whether an organization needs another anchor: it has none, the secret behind the one that counts last is gone,
 * or less than a tenth of its chain is left.
 */
export function anchorNeed(
  beacon: Row<'beacon'> | undefined,
  epoch: bigint,
  secretKept: boolean,
): AnchorNeed | undefined {
  if (beacon === undefined) return 'missing';
  const latest = latestAnchor(beacon);
  if (!secretKept) return 'secret-lost';
  const left = latest.length - (epoch < latest.from ? 0n : epoch - latest.from + 1n);
  return left * 10n < latest.length ? 'running-out' : undefined;
}

/** The anchor that will count in the end. */
export function latestAnchor(beacon: Row<'beacon'>): Anchor {
  return beacon.next ?? beacon;
}
