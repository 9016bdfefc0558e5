import { sha256 } from './digest.js';
import { tuple } from './tuple.js';

/** What an organization showed for an epoch, or its anchor before the first one; 32 bytes in hexadecimal. */
export interface Shown {
  readonly msp: string;
  readonly value: string;
}

/** Longest chain step that a reveal may bridge: epochs an organization was silent for. */
export const maxSteps = 100_000n;

const byMsp = (a: Shown, b: Shown) => (a.msp < b.msp ? -1 : 1);
const flat = (shown: readonly Shown[]) =>
  [...shown].sort(byMsp).flatMap(({ msp, value }) => [msp, Buffer.from(value, 'hex')]);

/** seed(0) = H(T("dstore/v1/genesis", channel, sorted msp and anchor ...)). */
export function genesisSeed(channel: string, anchors: readonly Shown[]): string {
  return sha256(tuple('dstore/v1/genesis', channel, ...flat(anchors))).toString('hex');
}

/** seed(e) = H(T("dstore/v1/seed", channel, seed(e - 1), sorted msp and preimage ...)). */
export function nextSeed(channel: string, seed: string, reveals: readonly Shown[]): string {
  return sha256(tuple('dstore/v1/seed', channel, Buffer.from(seed, 'hex'), ...flat(reveals))).toString('hex');
}

/** H applied so many times. */
export function hashChain(value: string, steps: bigint): string {
  let bytes: Buffer = Buffer.from(value, 'hex');
  for (let step = 0n; step < steps; step += 1n) bytes = sha256(bytes);
  return bytes.toString('hex');
}

/** Whether the preimage hashes, in (epoch - lastEpoch) steps, to the last accepted value. */
export function verifyReveal(
  last: { value: string; epoch: bigint },
  epoch: bigint,
  preimage: string,
): boolean {
  const steps = epoch - last.epoch;
  return steps > 0n && steps <= maxSteps && hashChain(preimage, steps) === last.value;
}

/**
 * The organization, other than the provider's, that keeps a copy of a bundle: H(T("dstore/v1/witness", channel, seed,
 * bundle digest)) mod the others, sorted.
 */
export function witnessOf(
  channel: string,
  seed: string,
  bundleDigest: string,
  organizations: readonly string[],
  provider: string,
): string {
  const others = organizations.filter((msp) => msp !== provider).sort();
  if (others.length === 0) return provider;
  const draw = sha256(
    tuple('dstore/v1/witness', channel, Buffer.from(seed, 'hex'), Buffer.from(bundleDigest, 'hex')),
  );
  return others[draw.readUInt32BE() % others.length] as string;
}
