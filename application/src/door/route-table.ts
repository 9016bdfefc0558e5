import { Denial } from '../ports/fault.js';
import type { Answer } from './answer.js';
import type { Call } from './call.js';
import { describeDisk, discardShards, readContents, signReceipt } from './content-routes.js';
import type { DoorUseCases } from './door-use-cases.js';
import { getBundle } from './bundle-routes.js';
import { getShard, headShard, putShard } from './shard-routes.js';

type Handler = (useCases: DoorUseCases, call: Call) => Promise<Answer>;

interface Route {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, Handler>>;
  /** Whether a query is the handler's matter; elsewhere there is none. */
  readonly takesQuery?: readonly string[];
}

const routes: readonly Route[] = [
  { path: /^\/v1\/leases\/([^/]*)\/shards\/([^/]*)$/, methods: { PUT: putShard } },
  { path: /^\/v1\/shards\/([^/]*)$/, methods: { GET: getShard, HEAD: headShard } },
  {
    path: /^\/v1\/leases\/([^/]*)\/contents$/,
    methods: { GET: readContents, POST: signReceipt },
    takesQuery: ['GET'],
  },
  { path: /^\/v1\/leases\/([^/]*)\/discards$/, methods: { POST: discardShards } },
  { path: /^\/v1\/bundles\/([^/]*)$/, methods: { GET: getBundle } },
  { path: /^\/v1\/disk$/, methods: { GET: describeDisk } },
];

/** Where a request goes. */
export interface Destination {
  readonly handler: Handler;
  readonly parts: readonly string[];
  readonly query: string;
}

/** Paths are compared as they are, without decoding. Denial `route-unknown`, `method-not-allowed`, `request-malformed`. */
export function destinationOf(method: string, target: string): Destination {
  const [path, query] = split(target);
  for (const { path: pattern, methods, takesQuery = [] } of routes) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const handler = new Map(Object.entries(methods)).get(method);
    if (handler === undefined)
      throw new Denial('method-not-allowed', `the path takes ${Object.keys(methods).join(', ')}`);
    if (query !== undefined && !takesQuery.includes(method))
      throw new Denial('request-malformed', 'the path takes no query');
    return { handler, parts: match.slice(1), query: query ?? '' };
  }
  throw new Denial('route-unknown', 'there is no such path');
}

function split(target: string): [path: string, query: string | undefined] {
  const at = target.indexOf('?');
  return at < 0 ? [target, undefined] : [target.slice(0, at), target.slice(at + 1)];
}
