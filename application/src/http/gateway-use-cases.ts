import type { Identities } from '../ports/identities.js';
import type { Log } from '../ports/log.js';
import type { ChangeBucket } from '../use-cases/change-bucket.js';
import type { ChangeLease } from '../use-cases/change-lease.js';
import type { DeleteObject } from '../use-cases/delete-object.js';
import type { ExplainPlacement } from '../use-cases/explain-placement.js';
import type { FollowEvents } from '../use-cases/follow-events.js';
import type { GetObject } from '../use-cases/get-object.js';
import type { KeepTokens } from '../use-cases/keep-tokens.js';
import type { ListAudits } from '../use-cases/list-audits.js';
import type { ListBuckets } from '../use-cases/list-buckets.js';
import type { ListDisks } from '../use-cases/list-disks.js';
import type { ListEarnings } from '../use-cases/list-earnings.js';
import type { ListEpochs } from '../use-cases/list-epochs.js';
import type { ListLeases } from '../use-cases/list-leases.js';
import type { ListMembers } from '../use-cases/list-members.js';
import type { ListObjects } from '../use-cases/list-objects.js';
import type { LocateShards } from '../use-cases/locate-shards.js';
import type { PutObject } from '../use-cases/put-object.js';
import type { QuoteLeases } from '../use-cases/quote-leases.js';
import type { ReadAccount } from '../use-cases/read-account.js';
import type { ReadAudit } from '../use-cases/read-audit.js';
import type { ReadHealth } from '../use-cases/read-health.js';
import type { ReadSupply } from '../use-cases/read-supply.js';
import type { ReadUsage } from '../use-cases/read-usage.js';
import type { ReadVault } from '../use-cases/read-vault.js';
import type { RevokeIdentity } from '../use-cases/revoke-identity.js';
import type { SetPolicy } from '../use-cases/set-policy.js';
import type { StatObject } from '../use-cases/stat-object.js';
import type { VerifyToken } from '../use-cases/verify-token.js';
import type { Document } from './openapi.js';

/** What the gateway's REST surface calls; objects of these classes fit, and so do plain ones. */
export interface GatewayUseCases {
  readonly verifyToken: Pick<VerifyToken, 'run'>;
  readonly keepTokens: Pick<KeepTokens, 'list' | 'give' | 'rotate' | 'remove'>;
  readonly putObject: Pick<PutObject, 'run'>;
  readonly getObject: Pick<GetObject, 'run'>;
  readonly statObject: Pick<StatObject, 'run'>;
  readonly deleteObject: Pick<DeleteObject, 'run'>;
  readonly listObjects: Pick<ListObjects, 'run'>;
  readonly locateShards: Pick<LocateShards, 'run' | 'placeOf'>;
  readonly changeBucket: Pick<ChangeBucket, 'make' | 'amend' | 'drop'>;
  readonly listBuckets: Pick<ListBuckets, 'run'>;
  readonly explainPlacement: Pick<ExplainPlacement, 'run'>;
  readonly listLeases: Pick<ListLeases, 'run'>;
  readonly quoteLeases: Pick<QuoteLeases, 'run'>;
  readonly changeLease: Pick<ChangeLease, 'open' | 'extend' | 'close'>;
  readonly setPolicy: Pick<SetPolicy, 'read' | 'run'>;
  readonly listDisks: Pick<ListDisks, 'run'>;
  readonly listEarnings: Pick<ListEarnings, 'run'>;
  readonly listEpochs: Pick<ListEpochs, 'run'>;
  readonly listAudits: Pick<ListAudits, 'run'>;
  readonly readAudit: Pick<ReadAudit, 'run' | 'bundle' | 'replay'>;
  readonly listMembers: Pick<ListMembers, 'run'>;
  readonly readAccount: Pick<ReadAccount, 'run'>;
  readonly readSupply: Pick<ReadSupply, 'run'>;
  readonly readVault: Pick<ReadVault, 'run'>;
  readonly readUsage: Pick<ReadUsage, 'run'>;
  readonly readHealth: Pick<ReadHealth, 'run'>;
  readonly followEvents: Pick<FollowEvents, 'run'>;
}

/** What an embedded demo may do to its disks. */
export interface DemoControl {
  /** Adds an organization with a disk. */
  add(): Promise<{ readonly diskId: string }>;
  /** Takes a disk away with all that is on it; Refusal `disk-unknown`. */
  lose(diskId: string): Promise<void>;
  /** Brings the disk back, empty. */
  restore(diskId: string): Promise<void>;
}

/** A demo: how to change its disks, and the lines that its page shows to be copied. */
export interface Demo {
  readonly control: DemoControl;
  readonly commands: readonly { readonly name: string; readonly line: string }[];
}

/** The identities of the gateway's organization, where it speaks with a certificate authority. */
export interface IdentityDesk {
  readonly identities: Pick<Identities, 'register' | 'certify' | 'list' | 'crl'>;
  readonly revokeIdentity: Pick<RevokeIdentity, 'run'>;
}

/** How the surface presents itself. */
export interface GatewayOptions {
  readonly version: string;
  readonly log: Log;
  /** How others reach it; by default the address it listens on. */
  readonly publicUrl?: string;
  /** Opens the routes of identities. */
  readonly identities?: IdentityDesk;
  /** Opens the demo's routes and a page without credentials; for loopback only. */
  readonly demo?: Demo;
}

/** What controllers are given. */
export interface Surroundings {
  readonly useCases: GatewayUseCases;
  readonly options: GatewayOptions;
  /** Aborts when the gateway closes. */
  readonly closing: AbortSignal;
  /** The OpenAPI document of this gateway. */
  readonly document: () => Document;
}

/** The token under which controllers get their {@link Surroundings}. */
export const surroundings = Symbol('surroundings');
