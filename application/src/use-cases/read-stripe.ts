import type { Extent, Shard, Stripe } from '../core/delta.js';
import { reconstruct } from '../core/erasure.js';
import { Hedging } from '../core/hedging.js';
import { shardDigest } from '../core/shard.js';
import { shardRuns } from '../core/stripe.js';
import type { Opened, OpenTask, SegmentRun } from '../core/stripe-work.js';
import type { Clock } from '../ports/clock.js';
import type { Seat } from '../ports/codec.js';
import { Denial, Fault } from '../ports/fault.js';
import type { Suspects } from '../ports/suspects.js';
import type { Vault } from './vault.js';

/** Milliseconds for which a disk that failed, or lost a race, is not asked first. */
const avoidance = 5_000;

/**
 * Reads bytes of a stripe: only the data shards they lie in, each digest checked before use. What is missing, slow or
 * wrong is replaced by other shards and reconstructed from any k. Fault `shards-unreachable` when k can't be had now,
 * Denial `object-lost` when fewer than k were ever left.
 */
export class ReadStripe {
  readonly #vault: Vault;
  readonly #suspects: Pick<Suspects, 'note'>;
  readonly #clock: Clock;
  readonly #hedging: Hedging;
  readonly #avoidUntil = new Map<string, number>();

  constructor(vault: Vault, suspects: Pick<Suspects, 'note'>, hedgeAfterMs: number) {
    this.#vault = vault;
    this.#suspects = suspects;
    this.#clock = vault.means.clock;
    this.#hedging = new Hedging(hedgeAfterMs);
  }

  async run(extent: Extent, signal?: AbortSignal): Promise<Buffer[]> {
    const stripe = this.#vault.means.catalog.stripe(extent.stripeId);
    if (stripe === undefined) throw new Denial('object-lost', `stripe ${extent.stripeId} is gone`);
    const runs = shardRuns(extent.offset, extent.length, stripe.shardSize);
    const wanted = new Set(runs.map((run) => run.index));
    const got = await this.#fetch(
      stripe,
      wanted,
      (shard, stop) => this.#verified(stripe, shard, stop),
      signal,
    );
    const shards = complete(stripe, wanted, got);
    return runs.map(({ index, start, end }) => (shards.get(index) as Buffer).subarray(start, end));
  }

  /**
   * Fetches a stripe into a seat of its geometry and has it verified, reconstructed and opened there; resolves with the
   * bytes of plaintext in its room. Rejects as `run` does, or as the seat's `open`. A shard that is wrong is noted and
   * replaced; a thread that died is replaced once.
   */
  async open(stripe: Stripe, seat: Seat, opening: SegmentRun, signal?: AbortSignal): Promise<number> {
    const wanted = new Set(Array.from({ length: stripe.dataShards }, (_, index) => index));
    const wrong = new Set<number>();
    let good: ReadonlyMap<number, Buffer> = new Map();
    for (;;) {
      const fetch = async (shard: Shard, stop: AbortSignal) =>
        good.get(shard.index) ??
        (wrong.has(shard.index) ? undefined : this.#fetched(stripe, shard, stop, seat.shard(shard.index)));
      const got = await this.#fetch(stripe, wanted, fetch, signal);
      const digests = seatsOf(stripe).map(({ index, digest }) => (got.has(index) ? digest : undefined));
      const opened = await openTwice(seat, { digests, wanted: [...wanted], opening }, signal);
      for (const index of opened.wrong) wrong.add(index);
      for (const shard of stripe.shards) if (opened.wrong.includes(shard.index)) this.#suspects.note(shard);
      if (opened.complete) return opened.plainBytes;
      good = new Map([...got].filter(([index]) => !wrong.has(index)));
    }
  }

  /** The wanted data shards, or any k. */
  async #fetch(
    stripe: Stripe,
    wanted: ReadonlySet<number>,
    fetch: (shard: Shard, stop: AbortSignal) => Promise<Buffer | undefined>,
    signal?: AbortSignal,
  ): Promise<Map<number, Buffer>> {
    const isAvoided = ({ diskId }: Shard) => (this.#avoidUntil.get(diskId) ?? 0) > this.#clock.now();
    const race = new ShardRace(stripe, wanted, fetch, isAvoided, signal);
    const hedge = new AbortController();
    void this.#clock.sleep(this.#hedging.delayMs, hedge.signal).then(
      () => this.#hedge(race),
      () => undefined,
    );
    try {
      return await race.run();
    } finally {
      hedge.abort();
    }
  }

  #hedge(race: ShardRace): void {
    if (race.shortage === 0 || !this.#hedging.take(race.shortage)) return;
    for (const { diskId } of race.waitingFor) this.#avoid(diskId);
    race.hedge();
  }

  #avoid(diskId: string): void {
    this.#avoidUntil.set(diskId, this.#clock.now() + avoidance);
  }

  /** A shard whose bytes are the ones it is named by, or undefined. */
  async #verified(stripe: Stripe, shard: Shard, signal: AbortSignal): Promise<Buffer | undefined> {
    const bytes = await this.#fetched(stripe, shard, signal);
    if (bytes === undefined || shardDigest(bytes) === shard.digest) return bytes;
    this.#suspects.note(shard);
    return undefined;
  }

  /** What a disk gives for a shard, of the right length, or undefined. */
  async #fetched(
    { shardSize }: Stripe,
    shard: Shard,
    signal: AbortSignal,
    room?: Buffer,
  ): Promise<Buffer | undefined> {
    const started = this.#clock.now();
    try {
      const bytes = await this.#vault.doorOf(shard.diskId).getShard(shard.digest, shardSize, signal, room);
      // The room may be somebody else's by now.
      if (signal.aborted) return undefined;
      this.#hedging.note(this.#clock.now() - started);
      if (bytes.length === shardSize) return room === undefined ? bytes : within(room, bytes);
      this.#suspects.note(shard);
    } catch (error) {
      if (error instanceof Denial && error.code === 'shard-unknown') this.#suspects.note(shard);
      else if (!signal.aborted) this.#avoid(shard.diskId);
    }
    return undefined;
  }
}

/** The bytes at the start of a room, also those of a door that knows nothing of rooms. */
export function within(room: Buffer, bytes: Buffer): Buffer {
  if (bytes.buffer !== room.buffer || bytes.byteOffset !== room.byteOffset) bytes.copy(room);
  return room.subarray(0, bytes.length);
}

/** A seat's shards by index, also those that a degraded stripe lacks. */
function seatsOf({ dataShards, parityShards, shards }: Stripe) {
  const digests = new Map(shards.map(({ index, digest }) => [index, digest]));
  return Array.from({ length: dataShards + parityShards }, (_, index) => ({
    index,
    digest: digests.get(index),
  }));
}

/** What was fetched is still in the seat when the thread that worked on it died. */
async function openTwice(seat: Seat, task: OpenTask, signal?: AbortSignal): Promise<Opened> {
  try {
    return await seat.open(task, signal);
  } catch (error) {
    if (!(error instanceof Fault) || !error.retryable) throw error;
    return seat.open(task, signal);
  }
}

function complete(
  stripe: Stripe,
  wanted: ReadonlySet<number>,
  got: ReadonlyMap<number, Buffer>,
): Map<number, Buffer> {
  const missing = [...wanted].filter((index) => !got.has(index));
  const found = new Map([...got].filter(([index]) => wanted.has(index)));
  if (missing.length === 0) return found;
  const all = Array.from({ length: stripe.dataShards + stripe.parityShards }, (_, index) => got.get(index));
  const rebuilt = reconstruct(all, stripe.dataShards, stripe.parityShards, missing);
  for (const [at, index] of missing.entries()) found.set(index, rebuilt[at] as Buffer);
  return found;
}

/** Fetches wanted shards, and others once one of them fails or is slow, until the wanted ones or any k are there. */
class ShardRace {
  readonly #stripe: Stripe;
  readonly #wanted: ReadonlySet<number>;
  readonly #fetch: (shard: Shard, signal: AbortSignal) => Promise<Buffer | undefined>;
  readonly #stop = new AbortController();
  readonly #got = new Map<number, Buffer>();
  readonly #rest: Shard[];
  readonly #waitingFor = new Set<Shard>();
  readonly #late = new Set<Shard>();
  readonly #first: Shard[];
  readonly #done: PromiseWithResolvers<Map<number, Buffer>> = Promise.withResolvers();
  readonly #signal: AbortSignal | undefined;
  readonly #cancel = () => this.#fail(this.#signal?.reason);
  #wide = false;

  constructor(
    stripe: Stripe,
    wanted: ReadonlySet<number>,
    fetch: (shard: Shard, signal: AbortSignal) => Promise<Buffer | undefined>,
    isAvoided: (shard: Shard) => boolean,
    signal?: AbortSignal,
  ) {
    this.#stripe = stripe;
    this.#wanted = wanted;
    this.#fetch = fetch;
    this.#first = stripe.shards.filter((shard) => wanted.has(shard.index) && !isAvoided(shard));
    this.#rest = stripe.shards
      .filter((shard) => !this.#first.includes(shard))
      .sort((a, b) => Number(isAvoided(a)) - Number(isAvoided(b)));
    this.#signal = signal;
    signal?.addEventListener('abort', this.#cancel, { once: true });
    if (signal?.aborted === true) this.#cancel();
  }

  run(): Promise<Map<number, Buffer>> {
    for (const shard of this.#first) this.#start(shard);
    if (this.#first.length < this.#wanted.size) this.#widen();
    else this.#check();
    return this.#done.promise.finally(() => {
      // By hand: the `signal` option of addEventListener leaves it, and a long read's signal then holds every shard of it.
      this.#signal?.removeEventListener('abort', this.#cancel);
      this.#stop.abort();
    });
  }

  /** Shards that were asked for and have not come. */
  get waitingFor(): ReadonlySet<Shard> {
    return this.#waitingFor;
  }

  /** Shards that a hedge would ask for. */
  get shortage(): number {
    return Math.min(this.#rest.length, this.#stripe.dataShards - this.#got.size);
  }

  /** Goes on as if those that were asked for and have not come would never come. */
  hedge(): void {
    for (const shard of this.#waitingFor) this.#late.add(shard);
    this.#widen();
  }

  /** Asks for as many more shards as k needs, not counting on late ones. */
  #widen(): void {
    this.#wide = true;
    const expected = () => this.#got.size + this.#waitingFor.size - this.#late.size;
    while (this.#rest.length > 0 && expected() < this.#stripe.dataShards)
      this.#start(this.#rest.shift() as Shard);
    this.#check();
  }

  #start(shard: Shard): void {
    this.#waitingFor.add(shard);
    void this.#fetch(shard, this.#stop.signal).then((bytes) => {
      this.#waitingFor.delete(shard);
      this.#late.delete(shard);
      if (this.#stop.signal.aborted) return;
      if (bytes !== undefined) this.#got.set(shard.index, bytes);
      if (bytes === undefined || this.#wide) this.#widen();
      else this.#check();
    });
  }

  #check(): void {
    if ([...this.#wanted].every((index) => this.#got.has(index)) || this.#got.size >= this.#stripe.dataShards)
      this.#done.resolve(this.#got);
    else if (this.#waitingFor.size === 0 && (this.#wide || this.#rest.length === 0))
      this.#fail(this.#shortage());
  }

  #shortage(): Error {
    const { shards, dataShards, stripeId } = this.#stripe;
    if (shards.length < dataShards)
      return new Denial(
        'object-lost',
        `${shards.length} of ${dataShards} shards of stripe ${stripeId} are left`,
      );
    const message = `${this.#got.size} of ${dataShards} shards of stripe ${stripeId} can be had now`;
    return new Fault('shards-unreachable', message, { retryable: true });
  }

  #fail(reason: unknown): void {
    this.#done.reject(reason instanceof Error ? reason : new Error('the read was cancelled'));
  }
}
