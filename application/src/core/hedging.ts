/** Durations remembered. */
const windowSize = 128;
/** Share of fetches that may be raced by others, and how many may be at once. */
const share = 0.1;
const most = 16;

/**
 * When a slow fetch is worth racing, and whether one may be: later than nearly all fetches of late took, and not so
 * often that racing is what makes them slow.
 */
export class Hedging {
  readonly #leastMs: number;
  readonly #recent: number[] = [];
  #next = 0;
  #budget = most;

  /** Nothing is raced before `leastMs`. */
  constructor(leastMs: number) {
    this.#leastMs = leastMs;
  }

  /** Milliseconds after which a fetch is slow: twice the 95th percentile of recent ones. */
  get delayMs(): number {
    const sorted = this.#recent.toSorted((a, b) => a - b);
    const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
    return Math.max(this.#leastMs, 2 * p95);
  }

  /** Notes how long a fetch took that ended well. */
  note(milliseconds: number): void {
    this.#recent[this.#next] = milliseconds;
    this.#next = (this.#next + 1) % windowSize;
    this.#budget = Math.min(most, this.#budget + share);
  }

  /** Takes so many extra fetches out of the budget; false, and nothing taken, when it does not hold them. */
  take(fetches: number): boolean {
    if (fetches > this.#budget) return false;
    this.#budget -= fetches;
    return true;
  }
}
