import type { OrgSeat } from './layout.js';
import { ordererProcess } from './orderer-node.js';
import type { Supervisor } from './supervisor.js';

/** First and longest pause before a process that ended is started again, and how long it must live to start over: milliseconds. */
const firstPause = 500;
const longestPause = 60_000;
const steady = 60_000;
/** How long an orderer may stand still behind the others, milliseconds. */
const patience = 60_000;

/** What a watch looks through and says. */
export interface WatchMeans {
  readonly supervisor: Pick<Supervisor, 'names' | 'pidOf' | 'revive' | 'signal'>;
  readonly seats: readonly OrgSeat[];
  /** Blocks that an organization's orderer has; rejects when it does not answer. */
  readonly heightOf: (seat: OrgSeat) => Promise<bigint>;
  readonly say: (line: string) => void;
}

interface Trouble {
  pause: number;
  revivedAt: number;
}

/**
 * Starts again what ended without being stopped, each process after a pause that doubles while it keeps ending; and an
 * orderer that stands still behind the others, as SmartBFT 1.0.1 may (https://github.com/hyperledger-labs/SmartBFT/pull/681).
 * Times are in milliseconds since 1970.
 */
export class Watch {
  readonly #means: WatchMeans;
  readonly #troubles = new Map<string, Trouble>();
  readonly #behind = new Map<string, { readonly height: bigint; readonly since: number }>();

  constructor(means: WatchMeans) {
    this.#means = means;
  }

  /** Looks at every process once. */
  async reviveDead(now: number): Promise<void> {
    const { supervisor } = this.#means;
    for (const name of await supervisor.names())
      if ((await supervisor.pidOf(name)) === undefined) await this.#revive(name, now);
  }

  /** Looks at every orderer's height once. */
  async restartHanging(now: number): Promise<void> {
    const { seats, heightOf } = this.#means;
    const heights = await Promise.all(
      seats.map(async (seat) => ({ seat, height: await heightOf(seat).catch(() => undefined) })),
    );
    const highest = heights.reduce((most, { height = 0n }) => (height > most ? height : most), 0n);
    for (const { seat, height } of heights) await this.#look(seat, height, highest, now);
  }

  async #revive(name: string, now: number): Promise<void> {
    const known = this.#troubles.get(name);
    const isSteady = known === undefined || now - known.revivedAt > steady + known.pause;
    const trouble = isSteady ? { pause: firstPause, revivedAt: now - firstPause } : known;
    if (now - trouble.revivedAt < trouble.pause) return;
    this.#troubles.set(name, { pause: Math.min(longestPause, trouble.pause * 2), revivedAt: now });
    const { supervisor, say } = this.#means;
    try {
      if (await supervisor.revive(name)) say(`${name} had ended; started again`);
    } catch (error) {
      say(`${name} had ended and does not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #look(seat: OrgSeat, height: bigint | undefined, highest: bigint, now: number): Promise<void> {
    const name = ordererProcess(seat);
    const known = this.#behind.get(name);
    if (height === undefined || height >= highest) {
      this.#behind.delete(name);
      return;
    }
    if (known?.height !== height) this.#behind.set(name, { height, since: now });
    else if (now - known.since > patience) {
      this.#behind.delete(name);
      this.#means.say(`${name} stands still at ${height} of ${highest} blocks; restarted`);
      await this.#means.supervisor.signal(name, 'SIGKILL');
    }
  }
}
