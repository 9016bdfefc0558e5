import { parseAmount } from './amount.js';
import { type Account, isForeignIdentifier, isHex, isIdentifier } from './identifier.js';
import { insist, Refusal } from './refusal.js';

/**
 * A shape says what a piece of parsed JSON must look like and turns it into what the code works with
 * (decimal strings become bigint). Strict: unknown members, wrong types and second spellings are refused
 * with `arguments-malformed`, `amount-malformed` or `id-malformed`, naming the path.
 */
export type Shape<T> = (value: unknown, path: string) => T;

/** The type a shape yields. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

type Members = Record<string, Shape<unknown>>;
type OptionalKeys<M extends Members> = {
  [K in keyof M]: undefined extends Shaped<M[K]> ? K : never;
}[keyof M];
type Flatten<T> = { [K in keyof T]: T[K] };
type ObjectOf<M extends Members> = Flatten<
  { readonly [K in Exclude<keyof M, OptionalKeys<M>>]: Shaped<M[K]> } & {
    readonly [K in OptionalKeys<M>]?: Exclude<Shaped<M[K]>, undefined>;
  }
>;

/** An object with exactly these members; one whose shape is {@link optional} may be absent. */
export function object<M extends Members>(members: M): Shape<ObjectOf<M>> {
  const names = Object.keys(members);
  return (value, path) => {
    insist(
      typeof value === 'object' && value !== null && !Array.isArray(value),
      'arguments-malformed',
      `${at(path)} must be an object`,
    );
    const unknown = Object.keys(value).find((name) => !names.includes(name));
    insist(
      unknown === undefined,
      'arguments-malformed',
      `${at(path)} has an unknown member ${JSON.stringify(unknown)}`,
    );
    const given = new Map(Object.entries(value));
    const result: Record<string, unknown> = {};
    for (const name of names) {
      const member = (members[name] as Shape<unknown>)(given.get(name), `${path}/${name}`);
      if (member !== undefined) result[name] = member;
    }
    return result as ObjectOf<M>;
  };
}

/** The value, or nothing. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined ? undefined : shape(value, path));
}

/** A list of at most `max` values. */
export function list<T>(shape: Shape<T>, max: number): Shape<readonly T[]> {
  return (value, path) => {
    insist(Array.isArray(value), 'arguments-malformed', `${at(path)} must be a list`);
    insist(value.length <= max, 'batch-too-large', `${at(path)} may hold at most ${max} entries`);
    return value.map((entry, index) => shape(entry, `${path}/${index}`));
  };
}

/** One of the given words. */
export function oneOf<const W extends readonly string[]>(...words: W): Shape<W[number]> {
  return (value, path) => {
    insist(
      typeof value === 'string' && words.includes(value),
      'arguments-malformed',
      `${at(path)} must be one of ${words.join(', ')}`,
    );
    return value;
  };
}

/** Text of at most `max` UTF-16 units, well-formed and free of U+0000. */
export function text(max: number): Shape<string> {
  return (value, path) => {
    const good =
      typeof value === 'string' && value.length <= max && value.isWellFormed() && !value.includes('\0');
    insist(good, 'arguments-malformed', `${at(path)} must be text of at most ${max} characters`);
    return value;
  };
}

/** A decimal string, read as bigint: amounts, byte counts, revisions, epochs. */
export const decimal: Shape<bigint> = (value, path) => parseAmount(value, at(path));

/** A JSON integer within bounds: limits and indices, never money. */
export function integer(min: number, max: number): Shape<number> {
  return (value, path) => {
    const good = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
    insist(good, 'arguments-malformed', `${at(path)} must be an integer from ${min} to ${max}`);
    return value;
  };
}

/** Lower-case hexadecimal of a fixed number of bytes. */
export function hex(bytes: number): Shape<string> {
  return (value, path) => {
    insist(
      isHex(value, bytes),
      'arguments-malformed',
      `${at(path)} must be ${bytes} bytes in lower-case hexadecimal`,
    );
    return value;
  };
}

/** Standard base64 with padding in its one canonical spelling, of at most `maxBytes` bytes. */
export function base64(maxBytes: number): Shape<string> {
  return (value, path) => {
    const good = typeof value === 'string' && isBase64(value, maxBytes);
    insist(good, 'arguments-malformed', `${at(path)} must be canonical base64 of at most ${maxBytes} bytes`);
    return value;
  };
}

function isBase64(value: string, maxBytes: number): boolean {
  if (value.length > Math.ceil(maxBytes / 3) * 4) return false;
  const bytes = Buffer.from(value, 'base64');
  return bytes.length <= maxBytes && bytes.toString('base64') === value;
}

/** An id of DStore's own making or its users' choice. */
export const identifier: Shape<string> = (value, path) => {
  insist(isIdentifier(value), 'id-malformed', `${at(path)} must match [a-z0-9][a-z0-9._-]{0,62}`);
  return value;
};

/** An MSP id or an enrolment id. */
export const foreignIdentifier: Shape<string> = (value, path) => {
  insist(
    isForeignIdentifier(value),
    'id-malformed',
    `${at(path)} must match [A-Za-z0-9][A-Za-z0-9._@-]{0,62}`,
  );
  return value;
};

/** An account as { msp, id }. */
export const account: Shape<Account> = object({ msp: foreignIdentifier, id: foreignIdentifier });

/** Reads JSON text by a shape; what is no JSON, or not canonical where `canonical` asks for it, is refused. */
export function parseJson<T>(shape: Shape<T>, source: string): T {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new Refusal('arguments-malformed', 'not valid JSON');
  }
  return shape(value, '');
}

function at(path: string): string {
  return path === '' ? 'the argument' : path;
}
