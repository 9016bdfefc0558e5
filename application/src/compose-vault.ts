import { join } from 'node:path';
import { PolicyFile } from './adapters/file/policy-file.js';
import { MemoryRepairBoard } from './adapters/memory/memory-repair-board.js';
import { MemorySuspects } from './adapters/memory/memory-suspects.js';
import { SqliteCatalog } from './adapters/sqlite/sqlite-catalog.js';
import { ThreadCodec, type ThreadCodecOptions } from './adapters/threads/thread-codec.js';
import { defaultGeometry, type Geometry } from './core/geometry.js';
import type { LeasePolicy } from './core/lease-policy.js';
import { maxShardBytes } from './core/shard.js';
import { StreamHeaders } from './core/stream-headers.js';
import type { Codec } from './ports/codec.js';
import type { Doors } from './ports/door.js';
import { Denial } from './ports/fault.js';
import type { Keyring } from './ports/keyring.js';
import type { Ledger } from './ports/ledger.js';
import type { RepairBoard } from './ports/repair-board.js';
import type { TokenStore } from './ports/token-store.js';
import type { GatewayUseCases } from './http/gateway-use-cases.js';
import { AssessHealth } from './use-cases/assess-health.js';
import { BuildFlush } from './use-cases/build-flush.js';
import { CallDefaults } from './use-cases/call-defaults.js';
import { ChangeBucket } from './use-cases/change-bucket.js';
import { ChangeLease } from './use-cases/change-lease.js';
import { CloseLeases } from './use-cases/close-leases.js';
import { CompactStripes } from './use-cases/compact-stripes.js';
import { CommitMoves } from './use-cases/commit-moves.js';
import { DeleteObject } from './use-cases/delete-object.js';
import { DiskDoors } from './use-cases/disk-doors.js';
import { ExplainPlacement } from './use-cases/explain-placement.js';
import { FindTargets } from './use-cases/find-targets.js';
import { FlushVault } from './use-cases/flush-vault.js';
import { FollowEvents } from './use-cases/follow-events.js';
import { GetObject } from './use-cases/get-object.js';
import { KeepLeases } from './use-cases/keep-leases.js';
import { KeepTokens } from './use-cases/keep-tokens.js';
import { LeaseOnDisks } from './use-cases/lease-on-disks.js';
import { ListAudits } from './use-cases/list-audits.js';
import { ListBuckets } from './use-cases/list-buckets.js';
import { ListDisks } from './use-cases/list-disks.js';
import { ListEarnings } from './use-cases/list-earnings.js';
import { ListEpochs } from './use-cases/list-epochs.js';
import { ListLeases } from './use-cases/list-leases.js';
import { ListMembers } from './use-cases/list-members.js';
import { ListObjects } from './use-cases/list-objects.js';
import { LocateShards } from './use-cases/locate-shards.js';
import { MapStripes } from './use-cases/map-stripes.js';
import { OpenVault } from './use-cases/open-vault.js';
import { PutObject } from './use-cases/put-object.js';
import { QuoteLeases } from './use-cases/quote-leases.js';
import { ReadAccount } from './use-cases/read-account.js';
import { ReadAudit } from './use-cases/read-audit.js';
import { ReadHealth } from './use-cases/read-health.js';
import { ReadStripe } from './use-cases/read-stripe.js';
import { ReadSupply } from './use-cases/read-supply.js';
import { ReadThrough } from './use-cases/read-through.js';
import { ReadUsage } from './use-cases/read-usage.js';
import { ReadVault } from './use-cases/read-vault.js';
import { RebuildStripe } from './use-cases/rebuild-stripe.js';
import { RecentRows } from './use-cases/recent-rows.js';
import { RenewPolicies } from './use-cases/renew-policies.js';
import { RepairStripes } from './use-cases/repair-stripes.js';
import { ReplaceEntries } from './use-cases/replace-entries.js';
import { SetPolicy } from './use-cases/set-policy.js';
import { StatObject } from './use-cases/stat-object.js';
import { StoreStripe } from './use-cases/store-stripe.js';
import type { Vault } from './use-cases/vault.js';
import { VerifyToken } from './use-cases/verify-token.js';
import { WriteCheckpoint } from './use-cases/write-checkpoint.js';
import { Crew } from './workers/crew.js';
import {
  closingDuty,
  compactionDuty,
  defaultDuty,
  leaseDuty,
  policyDuty,
  readThroughDuty,
  repairDuty,
  type Duty,
} from './workers/rota.js';
import type { Surroundings } from './workers/worker.js';

/** What an owner's side is made of. */
export interface OwnerMeans extends Surroundings {
  readonly vaultId: string;
  /** The catalog lies in it. */
  readonly folder: string;
  /** The ledger as the vault's owner sees it. */
  readonly ledger: Ledger;
  readonly doors: Doors;
  readonly keyring: Keyring;
  /** Stays the caller's to close. */
  readonly codec: Codec;
  /** Where repair takes its seats, so that it keeps no put or get from one; else where they do. */
  readonly repairCodec?: Pick<Codec, 'seat'>;
  readonly tokens: TokenStore;
  /** In force until another one is put, which stays in the folder. */
  readonly policy: LeasePolicy;
  /** Network bytes a second that repair may use, and as many again that compaction may. */
  readonly repairBytesPerSecond: number;
  /** Whether a recovery goes on without flushes that can't be read. */
  readonly acceptLoss?: boolean;
  /** How a busy vault waits for more changes before a flush; without it a flush takes what is there. */
  readonly pause?: () => Promise<void>;
}

/** A vault that is open: what REST calls, what it does by itself, and how it ends. */
export interface OpenOwner {
  readonly vault: Vault;
  readonly useCases: GatewayUseCases;
  readonly keepLeases: KeepLeases;
  readonly repairStripes: RepairStripes;
  /** How far repair is, for a look that costs nothing. */
  readonly repairBoard: Pick<RepairBoard, 'read'>;
  readonly compactStripes: CompactStripes;
  readonly duties: readonly Duty[];
  /** Waits for the flush in flight, then closes the catalog. */
  close(): Promise<void>;
}

/** Milliseconds after which a slow shard is raced by another one. */
const hedgeAfter = 200;
/** Milliseconds in which a client that was just answered may come back. */
const flushPause = 3;
/** Epochs of silence after which a lease's shards are rebuilt elsewhere, before the law calls the default. */
const repairGraceEpochs = 1n;
/** Milliseconds for which what the ledger says of a door will do: it moves at an epoch's turn, and no epoch is as short. */
const doorsFreshMs = 5_000;
/** Memory for stripes under repair, bytes: for four of (4, 2), which take a bit over 10 MiB each, or two of (10, 4). */
const repairMemoryBytes = 52 << 20;
/** Epochs before its end from which a lease is called expiring. */
const expiryNotice = 3n;

/** Wires the owner's side of one vault; makes the vault on the ledger where it is not there yet. */
export async function openOwner(means: OwnerMeans): Promise<OpenOwner> {
  const { vaultId, ledger, doors, keyring, clock, random, log } = means;
  const catalog = new SqliteCatalog(join(means.folder, 'catalog.db'));
  const parts = { vaultId, ledger, doors, catalog, keyring, clock, random };
  const { acceptLoss = false, repairCodec = means.codec } = means;
  const vault = await new OpenVault(parts, { acceptLoss, log }).run();
  const policies = await PolicyFile.open(join(means.folder, 'lease-policy.json'), means.policy);
  if (policies.overrides) log.info('the lease policy of the settings does not count: another was put');
  const keepLeases = new KeepLeases(vault, policies, log);
  const store = new StoreStripe(vault, keepLeases);
  const checkpoints = new WriteCheckpoint(vault, store);
  const build = new BuildFlush(vault, store, checkpoints);
  const entryGeometry = async () => geometryOf(vault);
  const pause = means.pause === undefined ? {} : { pause: means.pause };
  const flush = new FlushVault({ vault, build, store, leases: keepLeases, entryGeometry, log, ...pause });
  const suspects = new MemorySuspects();
  const board = new MemoryRepairBoard();
  const map = new MapStripes(catalog);
  const diskDoors = new DiskDoors(new RecentRows(ledger, clock, doorsFreshMs), doors);
  const assess = new AssessHealth({ map, ledger, suspects, graceEpochs: repairGraceEpochs });
  const repairStripes = new RepairStripes({
    assess,
    targets: new FindTargets(ledger, vaultId),
    leases: new LeaseOnDisks(vault, keepLeases),
    rebuild: new RebuildStripe({ doors: diskDoors, suspects, clock, codec: repairCodec }),
    commit: new CommitMoves(vault, flush),
    entries: new ReplaceEntries(catalog, checkpoints, flush, log),
    ledger,
    suspects,
    board,
    clock,
    log,
    bytesPerSecond: means.repairBytesPerSecond,
  });
  const read = new ReadStripe(vault, suspects, hedgeAfter);
  const headers = new StreamHeaders();
  const bytesPerSecond = means.repairBytesPerSecond;
  const compactStripes = new CompactStripes({ vault, read, flush, checkpoints, log, bytesPerSecond });
  const useCases: GatewayUseCases = {
    verifyToken: new VerifyToken(means.tokens, clock),
    keepTokens: new KeepTokens(means.tokens, random, clock),
    putObject: new PutObject(vault, store, flush, means.codec, headers),
    getObject: new GetObject(vault, { stripes: read, codec: means.codec, headers }),
    statObject: new StatObject(vault),
    deleteObject: new DeleteObject(vault, flush),
    listObjects: new ListObjects(catalog),
    locateShards: new LocateShards(vault),
    changeBucket: new ChangeBucket(vault, flush),
    listBuckets: new ListBuckets(catalog),
    explainPlacement: new ExplainPlacement(vault),
    listLeases: new ListLeases(ledger),
    quoteLeases: new QuoteLeases(vault, policies),
    changeLease: new ChangeLease(vault, keepLeases, policies),
    setPolicy: new SetPolicy(policies, keepLeases, log),
    listDisks: new ListDisks(ledger),
    listEarnings: new ListEarnings(ledger),
    listEpochs: new ListEpochs(ledger),
    listAudits: new ListAudits(ledger),
    readAudit: new ReadAudit(ledger, means.doors),
    listMembers: new ListMembers(ledger),
    readAccount: new ReadAccount(ledger),
    readSupply: new ReadSupply(ledger),
    readVault: new ReadVault(ledger, catalog, vaultId),
    readUsage: new ReadUsage(ledger, catalog, vaultId),
    readHealth: new ReadHealth(assess, map, board, expiryNotice),
    followEvents: new FollowEvents(ledger),
  };
  return {
    vault,
    useCases,
    keepLeases,
    repairStripes,
    repairBoard: board,
    compactStripes,
    duties: [
      leaseDuty({ run: () => keepLeases.run() }, means),
      closingDuty(new CloseLeases(ledger), means),
      defaultDuty(new CallDefaults(ledger, (lease) => lease.vaultId === vaultId), means),
      policyDuty(new RenewPolicies(ledger, (lease) => lease.vaultId === vaultId), means),
      repairDuty(repairStripes, means),
      compactionDuty(compactStripes, means),
      readThroughDuty(new ReadThrough({ map, doors: diskDoors, suspects, random }), means),
    ],
    async close() {
      await flush.settled();
      catalog.close();
    },
  };
}

/** An owner's vault at work, with the codec and the crew that it needs; makes its first bucket where it has none. */
export async function startOwner(
  means: Omit<OwnerMeans, 'codec' | 'repairCodec'>,
  { bucket, codec: size }: { readonly bucket: string; readonly codec: ThreadCodecOptions },
  closers: (() => Promise<void>)[],
): Promise<OpenOwner> {
  const codec = new ThreadCodec(size);
  closers.push(() => codec.close());
  const repairCodec = codec.beside(repairMemoryBytes);
  const pause = () => means.clock.sleep(flushPause);
  const open = await openOwner({ ...means, codec, repairCodec, pause });
  closers.push(() => open.close());
  await open.keepLeases.run();
  const { changeBucket, listBuckets } = open.useCases;
  if (listBuckets.run().length === 0) await changeBucket.make(bucket, {});
  const crew = new Crew(means.ledger, open.duties, means);
  crew.start();
  closers.push(() => crew.stop());
  return open;
}

/** The default geometry of the disks that take shards of the vault now. */
function geometryOf(vault: Vault): Geometry {
  const ready = vault.candidates().filter((disk) => disk.freeBytes >= maxShardBytes);
  const chosen = defaultGeometry(ready.map((disk) => disk.organization));
  if (chosen === undefined) throw new Denial('too-few-disks', 'the vault has no lease on any disk');
  return chosen;
}
