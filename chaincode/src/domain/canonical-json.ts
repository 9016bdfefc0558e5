/** What canonical JSON is made of. A bigint is written as a decimal string. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * JSON as it is stored, hashed or signed: keys sorted by UTF-16 code unit, no white space, absent members left out.
 * Throws RangeError for numbers that are not safe integers.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'bigint') return `"${value.toString()}"`;
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new RangeError('only safe integers are canonical');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(canonicalJson).join(',')}]`;
  return `{${members(value as { readonly [key: string]: JsonValue | undefined })}}`;
}

function members(value: { readonly [key: string]: JsonValue | undefined }): string {
  return Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(member)}`];
    })
    .join(',');
}
