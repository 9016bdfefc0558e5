/** What a token's scope may allow on objects. */
export const tokenVerbs = ['get', 'put', 'list', 'delete'] as const;
export type TokenVerb = (typeof tokenVerbs)[number];

/** What a token is narrowed to; what is absent narrows nothing. */
export interface TokenScope {
  readonly buckets?: readonly string[];
  /** Beginnings of keys. */
  readonly prefixes?: readonly string[];
  readonly verbs?: readonly TokenVerb[];
}

/** Whether a scope narrows anything. */
export const isScoped = ({ buckets, prefixes, verbs }: TokenScope) =>
  buckets !== undefined || prefixes !== undefined || verbs !== undefined;

/** Whether a bucket exists for whoever has the scope. */
export const seesBucket = ({ buckets }: TokenScope, bucket: string) =>
  buckets === undefined || buckets.includes(bucket);

/** Whether a key, or every key with this beginning, lies within the scope. */
export const coversKey = ({ prefixes }: TokenScope, key: string) =>
  prefixes === undefined || prefixes.some((prefix) => key.startsWith(prefix));

/** Whether the scope has the verb. */
export const hasVerb = ({ verbs }: TokenScope, verb: TokenVerb) =>
  verbs === undefined || verbs.includes(verb);
