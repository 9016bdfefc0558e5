import { median } from './median.js';

/** Something that is measured: does a batch of work and answers how many bytes it went through. */
export interface Contestant {
  readonly name: string;
  readonly run: () => number | Promise<number>;
}

/** How long a race takes. */
export interface RaceOptions {
  readonly rounds: number;
  /** Least milliseconds of work of each contestant in each round. */
  readonly leastMs: number;
}

interface Sample {
  readonly rate: number;
  readonly rateOfProcessor: number;
}

/** Rates of several contestants that ran in turn, round after round, so that a noisy machine was noisy to all. */
export class Race {
  readonly #samples: ReadonlyMap<string, readonly Sample[]>;

  private constructor(samples: ReadonlyMap<string, readonly Sample[]>) {
    this.#samples = samples;
  }

  /** One round before the first warms everything up and does not count. */
  static async run(contestants: readonly Contestant[], { rounds, leastMs }: RaceOptions): Promise<Race> {
    const samples = new Map<string, Sample[]>(contestants.map(({ name }) => [name, []]));
    for (let round = -1; round < rounds; round += 1)
      for (const contestant of contestants) {
        const sample = await measured(contestant, leastMs);
        if (round >= 0) samples.get(contestant.name)?.push(sample);
      }
    return new Race(samples);
  }

  /** Median rate in MB/s, 10^6 bytes. */
  rate(name: string): number {
    return median(this.#of(name).map((sample) => sample.rate));
  }

  /** Median of MB per second of processor time of all threads: on a busy machine nearer to what the work takes. */
  rateOfProcessor(name: string): number {
    return median(this.#of(name).map((sample) => sample.rateOfProcessor));
  }

  /** Median over the rounds of what `combine` makes of the rates of that round, by the clock or by the processor. */
  combined(combine: (rateOf: (name: string) => number) => number, by: keyof Sample = 'rate'): number {
    const rounds = [...this.#samples.values()][0]?.length ?? 0;
    return median(
      Array.from({ length: rounds }, (_, round) => combine((name) => (this.#of(name)[round] as Sample)[by])),
    );
  }

  /** Median over the rounds of one rate divided by another of the same round. */
  ratio(name: string, reference: string): number {
    return this.combined((rateOf) => rateOf(name) / rateOf(reference));
  }

  #of(name: string): readonly Sample[] {
    const samples = this.#samples.get(name);
    if (samples === undefined) throw new Error(`nobody called ${name} ran`);
    return samples;
  }
}

async function measured(contestant: Contestant, leastMs: number): Promise<Sample> {
  const began = performance.now();
  const usage = process.cpuUsage();
  let bytes = 0;
  let took = 0;
  while (took < leastMs) {
    bytes += await contestant.run();
    took = performance.now() - began;
  }
  const { user, system } = process.cpuUsage(usage);
  return { rate: bytes / 1000 / took, rateOfProcessor: bytes / (user + system) };
}
