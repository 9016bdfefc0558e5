import type { Writable } from 'node:stream';
import { sizeText } from './text.js';

const barWidth = 24;

/** How far transfers are: one line on a terminal, else a line each 10 seconds. */
export class Progress {
  readonly #out: Writable & { readonly isTTY?: boolean };
  readonly #timer: NodeJS.Timeout;
  readonly #started = Date.now();
  #total = 0;
  #known = true;
  #done = 0;
  #name = '';

  constructor(out: Writable & { readonly isTTY?: boolean }) {
    this.#out = out;
    this.#timer = setInterval(() => this.#show(), out.isTTY === true ? 200 : 10_000);
  }

  /** Counts the bytes of a transfer as they pass. */
  async *count(
    name: string,
    size: number | undefined,
    body: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    this.#name = name;
    if (size === undefined) this.#known = false;
    else this.#total += size;
    for await (const piece of body) {
      this.#done += piece.length;
      yield piece;
    }
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#out.isTTY === true) this.#out.write('\r\u001b[K');
  }

  #show(): void {
    const line = progressLine({
      name: this.#name,
      done: this.#done,
      total: this.#known ? this.#total : undefined,
      seconds: (Date.now() - this.#started) / 1000,
    });
    this.#out.write(this.#out.isTTY === true ? `\r\u001b[K${line}` : `${line}\n`);
  }
}

/** A line such as `photo.raw 412 MiB / 1.2 GiB [####    ] 118 MiB/s ETA 7 s`. */
export function progressLine(state: {
  readonly name: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly seconds: number;
}): string {
  const { name, done, total, seconds } = state;
  const rate = seconds > 0 ? done / seconds : 0;
  const short = name.length > 30 ? `…${name.slice(-29)}` : name;
  if (total === undefined || total === 0) return `${short} ${sizeText(done)} ${sizeText(rate)}/s`;
  const full = Math.min(barWidth, Math.floor((done / total) * barWidth));
  const bar = `[${'#'.repeat(full)}${' '.repeat(barWidth - full)}]`;
  const left = rate > 0 ? ` ETA ${Math.ceil((total - done) / rate)} s` : '';
  return `${short} ${sizeText(done)} / ${sizeText(total)} ${bar} ${sizeText(rate)}/s${left}`;
}
