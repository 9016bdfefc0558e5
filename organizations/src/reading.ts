/** Powers of a size's unit. */
const units: Readonly<Record<string, bigint>> = {
  MiB: 2n ** 20n,
  GiB: 2n ** 30n,
  TiB: 2n ** 40n,
};

/** Reads a map strictly: each key is asked for once, whatever is wrong or left over becomes a fault with its place. */
export class Reading {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #place: string;
  readonly #faults: string[];
  readonly #asked = new Set<string>();

  constructor(value: unknown, place: string, faults: string[]) {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isMap) faults.push(`${place}: a map is wanted`);
    this.#values = isMap ? (value as Record<string, unknown>) : {};
    this.#place = place;
    this.#faults = isMap ? faults : [];
  }

  /** A text of this form; empty when it is not. */
  text(name: string, form: RegExp): string {
    const value = this.#take(name);
    if (typeof value === 'string' && form.test(value)) return value;
    this.#fault(name, value, `a text like ${form.source} is wanted`);
    return '';
  }

  /** The first of a block of ports. */
  port(name: string): number {
    const value = this.#take(name);
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1024 && value <= 65_400)
      return value;
    this.#fault(name, value, 'a port from 1024 to 65400 is wanted');
    return 0;
  }

  /** Whether a setting is there. */
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  /** The text, or another one when it is not there. */
  textOr(name: string, form: RegExp, otherwise: string): string {
    return this.has(name) ? this.text(name, form) : otherwise;
  }

  /** A map within. */
  map(name: string): Reading {
    const place = `${this.#place}: ${name}`;
    if (this.has(name)) return new Reading(this.#take(name), place, this.#faults);
    this.#fault(name, this.#take(name), 'a map is wanted');
    return new Reading({}, place, []);
  }

  /** Whole credits, written as a text so that no number is rounded. */
  amount(name: string): bigint {
    const value = this.#take(name);
    if (typeof value === 'string' && /^(?:0|[1-9]\d{0,17})$/.test(value)) return BigInt(value);
    this.#fault(name, value, 'whole credits as text are wanted, such as "4"');
    return 0n;
  }

  /** Bytes, written such as 500GiB. */
  size(name: string): bigint {
    const value = this.#take(name);
    const [, count, unit = ''] = /^([1-9]\d{0,8}) ?([MGT]iB)$/.exec(String(value)) ?? [];
    const factor = units[unit];
    if (count !== undefined && factor !== undefined) return BigInt(count) * factor;
    this.#fault(name, value, 'a size is wanted, such as 500GiB');
    return 0n;
  }

  /** The maps of a list that is not empty. */
  list(name: string): Reading[] {
    const value = this.#take(name);
    if (Array.isArray(value) && value.length > 0)
      return value.map((item, at) => new Reading(item, `${this.#place}: ${name}[${at}]`, this.#faults));
    this.#fault(name, value, 'a list with at least one entry is wanted');
    return [];
  }

  /** Finds fault with every key that nobody asked for. */
  end(): void {
    for (const name of Object.keys(this.#values))
      if (!this.#asked.has(name)) this.#faults.push(`${this.#place}: ${name}: there is no such setting`);
  }

  #take(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  #fault(name: string, value: unknown, wanted: string): void {
    const found = value === undefined ? 'it is missing' : `${JSON.stringify(value)} is not it`;
    this.#faults.push(`${this.#place}: ${name}: ${wanted}; ${found}`);
  }
}
