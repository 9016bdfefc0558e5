import type { Store } from './dstore.js';
import { median } from './median.js';
import { processorSeconds } from './processor.js';
import { type Line, times, withUnit } from './report.js';
import { progress } from './scratch.js';
import { rateOf } from './transfer.js';

type Verb = 'put' | 'get';

/** Rates of one store in one round, MB of object a second, and what its processes spent on a GB of object. */
export interface Round extends Readonly<Record<Verb, number>> {
  /** Seconds of processor time a GB. */
  readonly processor: Readonly<Record<Verb, number>>;
}

/** Large objects through several stores in turn, round after round, so that a noisy machine is noisy to all. */
export class ObjectRace {
  readonly #rounds: ReadonlyMap<string, readonly Round[]>;

  private constructor(rounds: ReadonlyMap<string, readonly Round[]>) {
    this.#rounds = rounds;
  }

  /** A small object goes through each store first and does not count. Every byte that comes back is compared. */
  static async run(stores: readonly Store[], bytes: number, rounds: number): Promise<ObjectRace> {
    const found = new Map<string, Round[]>(stores.map(({ name }) => [name, []]));
    for (const store of stores) await roundOf(store, 'warm', Math.min(bytes, 16 << 20));
    for (let round = 1; round <= rounds; round += 1)
      for (const store of stores) {
        const rates = await roundOf(store, `large-${round}`, bytes);
        found.get(store.name)?.push(rates);
        progress(
          `round ${round} of ${rounds}: ${store.name} put ${rates.put.toFixed(0)}, get ${rates.get.toFixed(0)} MB/s`,
        );
      }
    return new ObjectRace(found);
  }

  /** Median rate in MB/s. */
  rate(name: string, verb: Verb): number {
    return median(this.#of(name).map((round) => round[verb]));
  }

  /** Median over the rounds of one rate divided by another one's of the same round. */
  ratio(name: string, reference: string, verb: Verb): number {
    const others = this.#of(reference);
    return median(this.#of(name).map((round, at) => round[verb] / (others[at] as Round)[verb]));
  }

  /** Median of the seconds of processor time that all processes of a store spent on a GB of object. */
  processor(name: string, verb: Verb): number {
    return median(this.#of(name).map((round) => round.processor[verb]));
  }

  /** A line for the rate and one for the processor time of each store, the first one's against the reference. */
  lines(names: readonly string[], reference: string): Line[] {
    return (['put', 'get'] as const).flatMap((verb) => [
      ...names.map((name) => ({
        name: `${verb}, ${name}`,
        figure: withUnit(this.rate(name, verb), 'MB/s'),
        ...(name === reference
          ? {}
          : { compared: `${this.ratio(name, reference, verb).toFixed(2)} x ${reference}` }),
      })),
      ...names.map((name) => ({
        name: `${verb}, processors, ${name}`,
        figure: withUnit(this.processor(name, verb), 's/GB'),
        ...(name === reference
          ? {}
          : { compared: times(this.processor(name, verb), this.processor(reference, verb), reference) }),
      })),
    ]);
  }

  #of(name: string): readonly Round[] {
    const rounds = this.#rounds.get(name);
    if (rounds === undefined) throw new Error(`nobody called ${name} ran`);
    return rounds;
  }
}

async function roundOf(store: Store, key: string, bytes: number): Promise<Round> {
  const processor = { put: processorSeconds(store.pids), get: 0 };
  const put = await store.put(key, bytes);
  processor.get = processorSeconds(store.pids);
  processor.put = ((processor.get - processor.put) / bytes) * 1e9;
  const get = await store.get(key);
  processor.get = ((processorSeconds(store.pids) - processor.get) / bytes) * 1e9;
  if (get.bytes !== bytes) throw new Error(`${store.name}: ${get.bytes} bytes came back of ${bytes}`);
  await store.remove(key);
  return { put: rateOf(bytes, put.ms), get: rateOf(bytes, get.ms), processor };
}
