import { createHash } from 'node:crypto';
import { createGateway, type Gateway } from '@dstore/application/http/create-gateway.js';
import type { Demo, GatewayUseCases, IdentityDesk } from '@dstore/application/http/gateway-use-cases.js';
import type { PutRequest } from '@dstore/application/use-cases/put-object.js';
import type { ListRequest } from '@dstore/application/use-cases/list-objects.js';
import type { GetRequest } from '@dstore/application/use-cases/get-object.js';
import { conditionsHold } from '@dstore/application/core/conditions.js';
import { Denial } from '@dstore/application/ports/fault.js';
import type { TokenRole } from '@dstore/application/ports/token-store.js';

/** The text of a token that the verifier of tests takes for a role. */
export const tokenOf = (role: TokenRole) => `test-${role}`;

interface Kept {
  readonly bytes: Buffer;
  readonly versionId: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly metadata: readonly (readonly [string, string])[];
}

const modified = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const silent = () => undefined;
export const silentLog = { debug: silent, info: silent, warn: silent, error: silent };

/** Objects in memory behind the use cases that the object routes call. */
export class ObjectsOfTests {
  readonly kept = new Map<string, Kept>();
  changes = 0;

  async put(request: PutRequest) {
    const pieces: Uint8Array[] = [];
    for await (const piece of request.body) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const { sha256 } = request.digests ?? {};
    if (sha256 !== undefined && createHash('sha256').update(bytes).digest('base64') !== sha256)
      throw new Denial('digest-mismatch', 'another digest');
    const name = `${request.bucket}/${request.key}`;
    const known = this.kept.get(name);
    if (!conditionsHold(request.conditions ?? {}, known?.versionId))
      throw new Denial('precondition-failed', 'another version');
    this.changes += 1;
    const versionId = this.changes.toString(16).padStart(32, '0');
    this.kept.set(name, {
      bytes,
      versionId,
      headers: Object.entries(request.headers ?? {}),
      metadata: Object.entries(request.metadata ?? {}),
    });
    return {
      versionId,
      bytes: bytes.length,
      geometry: { dataShards: 4, parityShards: 2 },
      diskIds: ['a'],
      txId: 'tx',
      replaced: known !== undefined,
      degraded: false,
    };
  }

  stat({ bucket, key }: { readonly bucket: string; readonly key: string }) {
    const known = this.kept.get(`${bucket}/${key}`);
    if (known === undefined) throw new Denial('object-unknown', 'there is no such object');
    const { bytes, versionId, headers, metadata } = known;
    const rest = { bucket, key, modified, marker: 'no' as const, streams: [] };
    return { ...rest, versionId, bytes: bytes.length, headers, metadata };
  }

  list({ bucket, prefix = '', delimiter, limit, cursor = '' }: ListRequest) {
    const keys = [...this.kept.keys()]
      .filter((name) => name.startsWith(`${bucket}/${prefix}`))
      .map((name) => name.slice(bucket.length + 1))
      .sort()
      .filter((key) => key > cursor);
    const page = keys.slice(0, limit);
    const folder = (key: string) => {
      const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
      return at < 0 ? undefined : key.slice(0, at + 1);
    };
    const items = page
      .filter((key) => folder(key) === undefined)
      .map((key) => ({ ...this.stat({ bucket, key }), current: true }));
    const prefixes = [...new Set(page.flatMap((key) => folder(key) ?? []))];
    return { items, prefixes, next: keys.length > limit ? page.at(-1) : undefined };
  }

  get(request: GetRequest) {
    const version = this.stat(request);
    const { bytes } = this.kept.get(`${request.bucket}/${request.key}`) as Kept;
    const range = request.range?.(bytes.length) ?? { start: 0, end: bytes.length };
    const body = (async function* () {
      if (range.end > range.start) yield bytes.subarray(range.start, range.end);
    })();
    return { version, range, body };
  }
}

const unexpected = (): never => {
  throw new Error('this use case was not expected');
};

/** Use cases of which those that a test does not give fail loudly: 10.0.0.1 must never be seen outside. */
export function useCasesOfTests(
  objects: ObjectsOfTests,
  given: Partial<GatewayUseCases> = {},
): GatewayUseCases {
  const none = { run: unexpected };
  return {
    verifyToken: {
      async run(text) {
        const role = /^test-([a-z]+)$/.exec(text)?.[1];
        if (role === undefined) throw new Denial('token-invalid', 'this token is not known here');
        return { tokenId: role, name: role, role: role as TokenRole, scope: {} };
      },
    },
    keepTokens: { list: unexpected, give: unexpected, rotate: unexpected, remove: unexpected },
    putObject: { run: (request) => objects.put(request) },
    getObject: { run: (request) => objects.get(request) },
    statObject: { run: (request) => objects.stat(request) },
    deleteObject: {
      async run({ bucket, key }) {
        objects.stat({ bucket, key });
        objects.kept.delete(`${bucket}/${key}`);
        objects.changes += 1;
        return { txId: 'tx' };
      },
    },
    listObjects: { run: (request) => objects.list(request) },
    locateShards: { run: unexpected, placeOf: unexpected },
    changeBucket: { make: unexpected, amend: unexpected, drop: unexpected },
    listBuckets: { run: () => [] },
    explainPlacement: none,
    listLeases: none,
    quoteLeases: none,
    changeLease: { open: unexpected, extend: unexpected, close: unexpected },
    setPolicy: { read: unexpected, run: unexpected },
    listDisks: none,
    listEarnings: none,
    listEpochs: none,
    listAudits: none,
    readAudit: { run: unexpected, bundle: unexpected, replay: unexpected },
    listMembers: none,
    readAccount: none,
    readSupply: none,
    readVault: none,
    readUsage: none,
    readHealth: none,
    followEvents: none,
    ...given,
  };
}

/** Identities whose every method fails loudly. */
export const noIdentities: IdentityDesk = {
  identities: { register: unexpected, certify: unexpected, list: unexpected, crl: unexpected },
  revokeIdentity: { run: unexpected },
};

/** A gateway on a free port, and the URL it is reached by. */
export async function startGateway(
  useCases: GatewayUseCases,
  demo?: Demo,
  identities?: IdentityDesk,
): Promise<{ gateway: Gateway; url: string }> {
  const gateway = await createGateway(useCases, {
    version: '0.0.0',
    log: silentLog,
    ...(demo === undefined ? {} : { demo }),
    ...(identities === undefined ? {} : { identities }),
  });
  const url = await gateway.listen('127.0.0.1', 0);
  return { gateway, url };
}
