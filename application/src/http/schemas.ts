import { events, roles } from '@dstore/chaincode/domain';
import { z } from 'zod';
import { digestNames } from '../core/delta.js';
import { revocationReasons } from '../ports/identities.js';

/** Amounts, byte counts of the ledger and epochs: bigint in code, decimal strings here. */
export const decimal = z
  .string()
  .regex(/^(?:0|[1-9]\d*)$/)
  .max(40);
/** A count or a size within JavaScript's safe integers. */
export const count = z.number().int().nonnegative();
/** An id that a transaction gave. */
export const hexId = z.string().regex(/^[0-9a-f]{32}$/);
/** A name that the ledger takes for a vault or a disk. */
export const identifier = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/);
const foreignIdentifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/);
/** RFC 3339 in UTC. */
export const time = z.iso.datetime();
const accountName = z.strictObject({ msp: z.string(), id: z.string() });

/** `k+m`: data and parity shards of a stripe. */
export const geometry = z.string().regex(/^\d{1,3}\+\d{1,3}$/);
const versions = z.enum(['latest', 'keep']);

/** A page of items. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.string().optional() });

const digests = z.array(z.enum(digestNames)).max(digestNames.length);
/** Without a quota a bucket grows as long as there is room; digests are kept of each object, sent or not. */
const bucketFacts = { geometry: geometry.optional(), versions: versions.optional() };
export const bucketWish = z
  .strictObject({ ...bucketFacts, quotaBytes: count.optional(), digests: digests.optional() })
  .meta({ id: 'BucketWish' });
export const bucketPatch = z
  .strictObject({ ...bucketFacts, quotaBytes: count.nullish(), digests: digests.nullish() })
  .meta({ id: 'BucketPatch' });
export const bucket = z
  .strictObject({
    bucket: z.string(),
    geometry,
    versions,
    /** Names under which an object is seen. */
    objects: count,
    /** Of all versions that are kept. */
    bytes: count,
    quotaBytes: count.optional(),
    digests: digests.optional(),
    created: time,
  })
  .meta({ id: 'Bucket' });

/** A number as a query spells it: decimal digits, no sign, no leading zero, no other spelling. */
const spelled = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text),
    schema,
  );
const limit = spelled(z.number().int().min(1).max(1000)).default(100);
const cursor = z.string().max(8192).optional();
/** What every listing takes. */
export const pageQuery = z.strictObject({ limit, cursor });
const flag = z.enum(['true', 'false']).transform((word) => word === 'true');
export const objectsQuery = z.strictObject({
  prefix: z.string().max(1024).optional(),
  delimiter: z.string().max(16).optional(),
  startAfter: z.string().max(1024).optional(),
  versions: flag.optional(),
  limit,
  cursor,
});
export const listedObject = z
  .strictObject({
    key: z.string(),
    versionId: hexId,
    bytes: count,
    modified: time,
    marker: z.boolean(),
    current: z.boolean(),
  })
  .meta({ id: 'ListedObject' });
export const objectsPage = z
  .strictObject({
    items: z.array(listedObject),
    prefixes: z.array(z.string()),
    next: z.string().optional(),
  })
  .meta({ id: 'ObjectsPage' });
export const versionQuery = z.strictObject({ version: hexId.optional() });
export const objectQuery = versionQuery.extend({ disposition: z.enum(['attachment', 'inline']).optional() });
export const putAnswer = z
  .strictObject({
    versionId: hexId,
    bytes: count,
    geometry,
    disks: z.array(z.string()),
    txId: z.string(),
    degraded: z.boolean(),
  })
  .meta({ id: 'PutAnswer' });
export const located = z
  .strictObject({
    key: z.string(),
    stripes: z.array(
      z.strictObject({
        stripeId: hexId,
        geometry,
        bytes: count,
        margin: z.number().int(),
        shards: z.array(
          z.strictObject({
            index: count,
            digest: z.string(),
            disk: z.string(),
            lease: hexId,
            organization: z.string().optional(),
            site: z.string().optional(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'LocatedShards' });

export const explainQuery = z.strictObject({
  bucket: z.string(),
  bytes: spelled(z.number().int().min(0)).default(1 << 20),
});
export const explanation = z
  .strictObject({
    organizationLimit: count,
    disks: z.array(
      z.strictObject({ disk: z.string(), shard: count.optional(), leftOut: z.string().optional() }),
    ),
  })
  .meta({ id: 'PlacementExplanation' });

export const leaseState = z.enum(['active', 'closed', 'defaulted']);
export const leasesQuery = pageQuery.extend({ state: leaseState.optional() });
export const lease = z
  .strictObject({
    leaseId: hexId,
    vaultId: z.string(),
    owner: accountName,
    diskId: z.string(),
    provider: accountName,
    state: leaseState,
    price: decimal,
    collateralRate: decimal,
    firstEpoch: decimal,
    lastEpoch: decimal,
    capacityBytes: decimal,
    usedBytes: decimal,
    shards: decimal,
    revision: decimal,
    escrow: decimal,
    earned: decimal,
    collateral: decimal,
    provenThrough: decimal,
    missesInRow: decimal,
    losses: count,
  })
  .meta({ id: 'Lease' });
export const leases = pageOf(lease).meta({ id: 'LeasesPage' });

export const diskState = z.enum(['offering', 'paused', 'retiring']);
export const disk = z
  .strictObject({
    diskId: z.string(),
    provider: accountName,
    site: z.string(),
    region: z.string(),
    state: diskState,
    door: z.string(),
    capacityBytes: decimal,
    reservedBytes: decimal,
    freeBytes: decimal,
    price: decimal,
    collateralRate: decimal,
    collateral: decimal,
  })
  .meta({ id: 'Disk' });
export const disksQuery = pageQuery.extend({
  org: foreignIdentifier.optional(),
  site: identifier.optional(),
  state: diskState.optional(),
  /** Free bytes at least. */
  minFree: decimal.transform(BigInt).optional(),
  /** Credits per GiB and epoch at most. */
  maxPrice: decimal.transform(BigInt).optional(),
});
export const disks = pageOf(disk).meta({ id: 'DisksPage' });

export const epoch = z
  .strictObject({
    number: decimal,
    /** Absent in epoch 0, which nothing is drawn in. */
    seed: z.string().optional(),
    openedAt: time,
    revealed: z.array(z.string()),
    withheld: z.array(z.string()),
    /** Of the epoch that runs now. */
    phase: z.enum(['open', 'revealing']).optional(),
    /** When the next is expected. */
    next: time.optional(),
  })
  .meta({ id: 'Epoch' });
export const earnings = pageOf(
  z.strictObject({ epoch: decimal, due: decimal, earned: decimal, missed: count }),
).meta({ id: 'EarningsPage' });
/** A cursor among epochs is the number that the page begins with. */
export const epochsQuery = z.strictObject({ limit, cursor: decimal.transform(BigInt).optional() });
export const epochs = pageOf(epoch).meta({ id: 'EpochsPage' });

export const verdict = z.enum(['proven', 'refused', 'missed', 'lost']);
export const auditsQuery = pageQuery.extend({
  epoch: decimal.optional(),
  disk: identifier.optional(),
  lease: hexId.optional(),
  verdict: verdict.optional(),
});
export const audit = z
  .strictObject({
    epoch: decimal,
    diskId: z.string(),
    leaseId: hexId,
    verdict,
    reason: z.string().optional(),
    paid: decimal,
    batchId: z.string().optional(),
  })
  .meta({ id: 'Audit' });
export const auditParam = z.strictObject({ epoch: decimal, disk: identifier, batch: hexId });
const judged = { leaseId: hexId, verdict: z.enum(['proven', 'refused']) };
export const auditRow = z
  .strictObject({
    epoch: decimal,
    diskId: z.string(),
    batchId: hexId,
    verdicts: z.array(z.strictObject({ ...judged, reason: z.string().optional(), paid: decimal })),
    /** SHA-256 of the bundle, and of each of its blocks. */
    digest: z.string(),
    blocks: z.array(z.string()),
    witness: z.string(),
  })
  .meta({ id: 'AuditRow' });
export const replay = z
  .strictObject({
    /** Whether every verdict came out as it stands on the ledger. */
    equal: z.boolean(),
    verdicts: z.array(z.strictObject({ ...judged, outcome: z.enum(['agrees', 'differs', 'gone']) })),
  })
  .meta({ id: 'Replay' });
export const audits = pageOf(audit).meta({ id: 'AuditsPage' });

export const accountAnswer = z
  .strictObject({
    account: accountName,
    free: decimal,
    escrow: decimal,
    earned: decimal,
    collateral: decimal,
  })
  .meta({ id: 'Account' });
export const notes = pageOf(z.strictObject({ noteId: z.string(), amount: decimal })).meta({
  id: 'NotesPage',
});
export const supply = z
  .strictObject({
    minted: decimal,
    burned: decimal,
    notes: decimal,
    escrow: decimal,
    earned: decimal,
    collateral: decimal,
    difference: z.string().regex(/^-?\d+$/),
  })
  .meta({ id: 'Supply' });

export const vault = z
  .strictObject({ vaultId: z.string(), owner: accountName, revision: decimal, catalogRevision: decimal })
  .meta({ id: 'Vault' });
export const usage = z
  .strictObject({
    objects: count,
    versions: count,
    logicalBytes: count,
    liveBytes: count,
    storedBytes: count,
    orphanBytes: decimal,
    leasedBytes: decimal,
    stripes: count,
  })
  .meta({ id: 'Usage' });
export const repair = z
  .strictObject({
    running: z.boolean(),
    queued: count,
    lost: count,
    unplaced: count,
    repairedStripes: count,
    movedShards: count,
    restoredShards: count,
    bytes: count,
    at: time.optional(),
  })
  .meta({ id: 'Repair' });
export const repairs = pageOf(repair).meta({ id: 'RepairsPage' });
export const health = z
  .strictObject({
    epoch: decimal,
    stripes: count,
    /** Stripes that lack no shard. */
    full: count,
    byMargin: z.strictObject({ lost: count, '0': count, '1': count, '2': count, more: count }),
    versionsAtRisk: count,
    versionsLost: count,
    /** Shards that providers reported and nobody cured yet. */
    losses: count,
    leases: z.array(
      z.strictObject({
        leaseId: hexId,
        diskId: z.string(),
        standing: z.enum(['good', 'late', 'gone']),
        epochsLeft: decimal,
        expiring: z.boolean(),
        losses: count,
      }),
    ),
    queue: z.array(z.strictObject({ stripeId: hexId, margin: z.number().int(), missing: count })),
    repair: repair.optional(),
  })
  .meta({ id: 'Health' });
export const member = z.strictObject({ msp: z.string(), id: z.string(), state: z.string() });
export const overview = z
  .strictObject({
    version: z.string(),
    members: z.array(member),
    epoch: epoch.optional(),
    disks: z.array(disk),
    health,
    usage,
    supply,
    audits: z.array(audit),
    commands: z.array(z.strictObject({ name: z.string(), line: z.string() })),
  })
  .meta({ id: 'Overview' });
export const addedDisk = z.strictObject({ diskId: z.string() }).meta({ id: 'AddedDisk' });
const eventNames = new Set(Object.keys(events));
export const eventsQuery = z.strictObject({
  types: z
    .string()
    .max(1024)
    .refine((text) => text.split(',').every((name) => eventNames.has(name)), 'names of events, with commas')
    .optional(),
});
export const registration = z
  .strictObject({
    id: z.string().min(1).max(64),
    roles: z.array(z.enum(roles)).max(roles.length),
    enrollments: z.number().int().min(1).max(1000).default(1),
  })
  .meta({ id: 'Registration' });
export const registered = z.strictObject({ id: z.string(), secret: z.string() }).meta({ id: 'Registered' });
export const identities = pageOf(z.strictObject({ id: z.string(), roles: z.array(z.string()) })).meta({
  id: 'IdentitiesPage',
});
export const revocation = z
  .strictObject({ reason: z.enum(revocationReasons).default('unspecified') })
  .meta({ id: 'Revocation' });
export const revoked = z.strictObject({ certificates: count }).meta({ id: 'Revoked' });
export const bucketParam = z.strictObject({ bucket: z.string().max(255) });
export const objectParam = z.strictObject({ bucket: z.string().max(255), '*': z.string() });
export const idParam = z.strictObject({ id: z.string().max(255) });
export const accountParam = z.strictObject({ msp: foreignIdentifier, id: foreignIdentifier });
