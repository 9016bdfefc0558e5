import { LocalCodec } from '@dstore/application/adapters/threads/local-codec.js';
import { SqliteCatalog } from '@dstore/application/adapters/sqlite/sqlite-catalog.js';
import type { Geometry } from '@dstore/application/core/geometry.js';
import { StreamHeaders } from '@dstore/application/core/stream-headers.js';
import { VaultKeys } from '@dstore/application/core/vault-keys.js';
import type { Catalog } from '@dstore/application/ports/catalog.js';
import type { Ledger } from '@dstore/application/ports/ledger.js';
import type { Random } from '@dstore/application/ports/random.js';
import { BuildFlush } from '@dstore/application/use-cases/build-flush.js';
import { FlushVault } from '@dstore/application/use-cases/flush-vault.js';
import { OpenVault } from '@dstore/application/use-cases/open-vault.js';
import { PutObject } from '@dstore/application/use-cases/put-object.js';
import { type Recovered, RecoverVault } from '@dstore/application/use-cases/recover-vault.js';
import { StoreStripe } from '@dstore/application/use-cases/store-stripe.js';
import type { Vault } from '@dstore/application/use-cases/vault.js';
import { WriteCheckpoint } from '@dstore/application/use-cases/write-checkpoint.js';
import { type Cipheriv, createCipheriv } from 'node:crypto';

import { insist, receiptBytes, sha256, verifySignature } from '@dstore/chaincode/domain';

import { MemoryDoor, MemoryDoors } from './memory-doors.js';
import { demoParams, diskRow, leaseRow, owner } from './rows.js';
import { LedgerRows } from './rows-ledger.js';
import { VirtualClock } from './virtual-clock.js';
import { KeptLog } from './workers/surroundings.js';

/** Bytes that look random and are the same for a seed. */
export class SeededRandom implements Random {
  readonly #stream: Cipheriv;

  constructor(seed: string | number) {
    this.#stream = createCipheriv('aes-256-ctr', sha256(Buffer.from(`seed ${seed}`)), Buffer.alloc(16));
  }

  bytes(count: number): Buffer {
    return this.#stream.update(Buffer.alloc(count));
  }

  /** An integer from 0 up to below the bound. */
  below(bound: number): number {
    return this.bytes(6).readUIntBE(0, 6) % bound;
  }
}

const leaseOf = (disk: number) => disk.toString(16).padStart(32, '0');

/** The use cases of an open vault. */
interface Opened {
  readonly vault: Vault;
  readonly flush: FlushVault;
  readonly checkpoints: WriteCheckpoint;
  readonly put: PutObject;
}

/**
 * A vault of one owner on disks in memory, one organization and one lease each, over a ledger whose one law is that of
 * commits: compare-and-set, receipts verified against the disks' keys, contents written.
 */
export class MemoryVault {
  readonly clock = new VirtualClock();
  readonly log = new KeptLog();
  /** What puts left of headers. */
  readonly headers = new StreamHeaders();
  readonly doors: readonly MemoryDoor[];
  readonly rows: LedgerRows = new LedgerRows({
    'VaultContract:CreateVault': ({ vaultId }) => {
      const row = { v: 1 as const, vaultId, owner, revision: 0n, generation: 0n, head: '' };
      this.rows.set('vault', [vaultId], row);
      return {};
    },
    'VaultContract:Commit': ({ vaultId, expectedRevision, head, contents }) => {
      const vault = this.rows.get('vault', vaultId);
      insist(vault?.revision === expectedRevision, 'revision-stale', `the vault is at ${vault?.revision}`);
      for (const { leaseId, content, lastEpoch, receipt } of contents) {
        const door = this.door(leaseId);
        const message = receiptBytes('test', { leaseId, diskId: door.diskId, content, lastEpoch });
        insist(verifySignature(door.agentKey, message, receipt), 'receipt-invalid', 'not signed');
        door.commit(leaseId, content);
        this.rows.set('tip', [leaseId], { v: 1, revision: content.revision, epoch: 1n });
        this.rows.set('content', [leaseId, '1'], content);
      }
      const revision = expectedRevision + 1n;
      this.rows.set('vault', [vaultId], { ...vault, revision, head });
      return { revision, epoch: 1n };
    },
  });
  readonly ledger = this.rows.as(owner.msp, owner.id) as unknown as Ledger;
  readonly keyring = new VaultKeys(Buffer.alloc(32, 7), 'v', 0);
  readonly random: SeededRandom;
  readonly geometry: Geometry;

  constructor(seed: string | number, disks = 4, geometry: Geometry = { dataShards: 2, parityShards: 1 }) {
    this.random = new SeededRandom(seed);
    this.geometry = geometry;
    this.doors = Array.from({ length: disks }, (_, at) => new MemoryDoor(`d${at + 1}`, 'test'));
    this.rows.set('epoch', [], { v: 1, number: 1n, phase: 'open', openedAt: 0n });
    this.rows.set('params', [], { v: 1, version: 1n, params: demoParams } as never);
    for (const [at, { diskId, url, agentKey }] of this.doors.entries()) {
      this.rows.set('org', [`Org${at + 1}`], { v: 1, msp: `Org${at + 1}`, state: 'active' } as never);
      this.rows.set('disk', [diskId], diskRow(diskId, `Org${at + 1}`, { door: url, agentKey }));
      this.rows.set('lease', [leaseOf(at + 1)], leaseRow({ leaseId: leaseOf(at + 1), diskId }));
    }
  }

  /** The door behind a lease. */
  door(leaseId: string): MemoryDoor {
    const door = this.doors.find(({ diskId }) => diskId === this.rows.get('lease', leaseId)?.diskId);
    if (door === undefined) throw new Error(`no door serves lease ${leaseId}`);
    return door;
  }

  /** Opens the vault over a catalog, a checkpoint being due every so many entries. With a pause, flushes gather. */
  async open(catalog: Catalog, checkpointEvery: number, pause?: () => Promise<void>): Promise<Opened> {
    const vault = await new OpenVault(this.means(catalog)).run();
    const leases = { run: async () => vault.refresh() };
    const store = new StoreStripe(vault, leases);
    const checkpoints = new WriteCheckpoint(vault, store, checkpointEvery);
    const build = new BuildFlush(vault, store, checkpoints);
    const entryGeometry = async () => this.geometry;
    const { log } = this;
    const gathering = pause === undefined ? {} : { pause };
    const flush = new FlushVault({ vault, build, store, leases, entryGeometry, log, ...gathering });
    const put = new PutObject(vault, store, flush, new LocalCodec(64 << 20), this.headers);
    return { vault, flush, checkpoints, put };
  }

  means(catalog: Catalog) {
    const { ledger, keyring, clock, random } = this;
    return { vaultId: 'v', ledger, doors: new MemoryDoors(this.doors), catalog, keyring, clock, random };
  }

  /** Recovers into a catalog, a new one in memory unless one is given. */
  async recover(
    catalog = new SqliteCatalog(':memory:'),
    acceptLoss = false,
  ): Promise<{ catalog: SqliteCatalog; recovered: Recovered }> {
    return { catalog, recovered: await new RecoverVault(this.means(catalog), acceptLoss).run() };
  }
}
