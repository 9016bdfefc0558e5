import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, formatAccount, Refusal } from '@dstore/chaincode/domain';
import { MemoryDisk } from '@dstore/application/adapters/memory/memory-disk.js';
import { createDoor, type DoorLimits, type ShardDoor } from '@dstore/application/door/create-door.js';
import type { DoorUseCases } from '@dstore/application/door/door-use-cases.js';
import type { ReceiptRequest } from '@dstore/application/ports/door.js';
import { Denial } from '@dstore/application/ports/fault.js';
import type { Log } from '@dstore/application/ports/log.js';
import { Authority, type TlsCredentials } from '@dstore/organizations';

/** A lease that the door of tests knows. */
export const leaseId = '0123456789abcdef'.repeat(2);
/** Another id that is well-formed. */
export const strangeLeaseId = 'f'.repeat(32);

const silent = () => undefined;
export const silentLog: Log = { debug: silent, info: silent, warn: silent, error: silent };

/** Certificates of two member organizations and of an outsider, in a folder of their own. */
export interface Authorities {
  readonly org1: Authority;
  readonly org2: Authority;
  readonly outsider: Authority;
  /** Of the same subject as Org1's own. */
  readonly namesake: Authority;
  close(): Promise<void>;
}

export async function foundAuthorities(): Promise<Authorities> {
  const folder = await mkdtemp(join(tmpdir(), 'authorities-'));
  const found = (name: string, mspId: string) => Authority.create(join(folder, name), mspId);
  const [org1, org2, outsider, namesake] = await Promise.all([
    found('org1', 'Org1MSP'),
    found('org2', 'Org2MSP'),
    found('outsider', 'OutsiderMSP'),
    found('namesake', 'Org1MSP'),
  ]);
  return {
    ...{ org1, org2, outsider, namesake },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A certificate with key for an enrolment id. */
export function certify(authority: Authority, id: string): Promise<TlsCredentials> {
  return authority.issueTls({ id, type: 'client' });
}

/** Use cases over a disk in memory; count what changes and note what they were given. */
export class UseCasesOfTests implements DoorUseCases {
  readonly disk = new MemoryDisk();
  readonly callers: string[] = [];
  readonly revoked = new Set<string>();
  readonly receipts: ReceiptRequest[] = [];
  readonly discards: (readonly string[] | undefined)[] = [];
  readonly revisions: (bigint | undefined)[] = [];
  entries: { digest: string; size: number }[] = [];
  changes = 0;
  readonly bundles = new Map<string, Buffer>();

  readonly admitMember = {
    run: async (caller: Account) => {
      this.callers.push(formatAccount(caller));
      if (this.revoked.has(formatAccount(caller))) throw new Refusal('member-revoked', 'no member any more');
    },
  };
  readonly storeShard = {
    run: async (_: Account, id: string, digest: string, bytes: Uint8Array) => {
      this.#lease(id);
      await this.disk.put(digest, bytes);
      this.changes += 1;
    },
  };
  readonly readShard = {
    run: async (digest: string) => {
      const bytes = await this.disk.get(digest);
      if (bytes === undefined) throw new Denial('shard-unknown', 'the shard is not on this disk');
      return bytes;
    },
    done: (bytes: Buffer) => void bytes.fill(0),
    sizeOf: (digest: string) => this.disk.sizeOf(digest),
  };
  readonly readBundle = {
    run: async (digest: string) => {
      const bundle = this.bundles.get(digest);
      if (bundle === undefined) throw new Denial('bundle-unknown', 'not kept');
      return bundle;
    },
  };
  readonly signReceipt = {
    run: async (_: Account, request: ReceiptRequest) => {
      this.#lease(request.leaseId);
      this.receipts.push(request);
      this.changes += 1;
      return Buffer.from('a signature').toString('base64');
    },
  };
  readonly readContents = {
    run: async (_: Account, id: string, revision?: bigint) => {
      this.#lease(id);
      this.revisions.push(revision);
      const content = { revision: revision ?? 7n, root: 'ab'.repeat(32), count: 2n, bytes: 8192n };
      return { content, entries: this.entries };
    },
  };
  readonly discardShards = {
    run: async (_: Account, id: string, digests?: readonly string[]) => {
      this.#lease(id);
      this.discards.push(digests);
      this.changes += 1;
    },
  };
  readonly describeDisk = {
    run: async () => ({ diskId: 'd1', capacityBytes: 1n << 40n, heldBytes: 5n, uncommittedBytes: 3n }),
  };

  #lease(id: string): void {
    if (id !== leaseId) throw new Refusal('lease-unknown', `there is no lease ${id}`);
  }
}

/** A door that listens on loopback. */
export async function startDoor(
  authorities: Authorities,
  useCases: DoorUseCases,
  more: {
    limits?: Partial<DoorLimits>;
    log?: Log;
    members?: () => readonly Authority[];
    /** Revocation lists by MSP id. */
    crls?: Readonly<Record<string, string | undefined>>;
    port?: number;
  } = {},
): Promise<{ door: ShardDoor; url: string }> {
  const {
    members = () => [authorities.org1, authorities.org2],
    log = silentLog,
    limits = {},
    port = 0,
    crls = {},
  } = more;
  const door = createDoor({
    useCases,
    tls: await certify(authorities.org2, 'disk-1'),
    organizations: () =>
      members().map(({ mspId, tlsRoot }) => {
        const crl = crls[mspId];
        return { mspId, tlsRoot, ...(crl === undefined ? {} : { crl }) };
      }),
    log,
    limits: { closingMs: 200, ...limits },
  });
  return { door, url: await door.listen('127.0.0.1', port) };
}
