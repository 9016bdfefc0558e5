import {
  entryShape,
  contentShape,
  proposalBodyShape,
  paramsShape,
  rows,
  verdictShape,
  type RowKind,
} from './rows.js';
import {
  account,
  base64,
  decimal,
  foreignIdentifier,
  hex,
  identifier,
  integer,
  list,
  object,
  oneOf,
  optional,
  type Shaped,
  text,
} from './shape.js';

const nothing = object({});
const noteId = hex(16);
const leaseId = hex(16);

/** Limits of one transaction, protocol section 16. */
export const limits = {
  leasesPerBatch: 100,
  transientBytes: 8_000_000,
  keysPerTransaction: 200,
  notesPerTransaction: 64,
  contentsPerCommit: 64,
  lossesPerReport: 16,
  leasesPerRenewal: 64,
  headBytes: 8192,
  rowsPerPage: 1000,
} as const;

/**
 * Every transaction of the law: what it takes and what it answers, both canonical JSON on the wire.
 * `SubmitProofs` takes its bundle as transient field `bundle`. Reads (`LedgerContract`) are evaluated, never submitted.
 */
export const transactions = {
  'GovernanceContract:Found': {
    args: object({ organizations: list(foreignIdentifier, 1000), params: paramsShape }),
    result: nothing,
  },
  'GovernanceContract:Propose': {
    args: object({ body: proposalBodyShape, closesAt: decimal }),
    result: object({ proposalId: hex(16), digest: hex(32) }),
  },
  'GovernanceContract:Vote': {
    args: object({ proposalId: hex(16), digest: hex(32), vote: oneOf('yes', 'no') }),
    result: nothing,
  },
  'GovernanceContract:Enact': { args: object({ proposalId: hex(16) }), result: nothing },

  'MemberContract:Enlist': { args: object({ hpkeKey: optional(base64(65)) }), result: nothing },
  'MemberContract:SetState': {
    args: object({ id: foreignIdentifier, state: oneOf('active', 'revoked') }),
    result: nothing,
  },

  'BeaconContract:Anchor': {
    args: object({ anchor: hex(32), from: decimal, length: decimal }),
    result: nothing,
  },
  'BeaconContract:BeginReveal': { args: object({ epoch: decimal }), result: nothing },
  'BeaconContract:Reveal': { args: object({ epoch: decimal, preimage: hex(32) }), result: nothing },
  'BeaconContract:OpenEpoch': { args: object({ epoch: decimal }), result: object({ seed: hex(32) }) },

  'DiskContract:Offer': {
    args: object({
      diskId: identifier,
      site: identifier,
      region: identifier,
      door: text(256),
      agent: foreignIdentifier,
      agentKey: base64(256),
      capacityBytes: decimal,
      price: decimal,
      collateralRate: decimal,
    }),
    result: nothing,
  },
  /** `state: retiring` is RetireDisk: no way back but a new disk. */
  'DiskContract:Change': {
    args: object({
      diskId: identifier,
      state: optional(oneOf('offering', 'paused', 'retiring')),
      door: optional(text(256)),
      agentKey: optional(base64(256)),
      capacityBytes: optional(decimal),
      price: optional(decimal),
      collateralRate: optional(decimal),
    }),
    result: nothing,
  },
  'DiskContract:FundPool': {
    args: object({ diskId: identifier, amount: decimal, notes: list(noteId, limits.notesPerTransaction) }),
    result: nothing,
  },
  'DiskContract:DrawPool': { args: object({ diskId: identifier, amount: decimal }), result: nothing },

  'LeaseContract:OpenLease': {
    args: object({
      vaultId: identifier,
      leases: list(
        object({
          diskId: identifier,
          capacityBytes: decimal,
          termEpochs: decimal,
          maxPrice: decimal,
          minCollateral: decimal,
        }),
        16,
      ),
      notes: list(noteId, limits.notesPerTransaction),
    }),
    result: object({ leaseIds: list(leaseId, 16) }),
  },
  'LeaseContract:ExtendLease': {
    args: object({ leaseId, termEpochs: decimal, notes: list(noteId, limits.notesPerTransaction) }),
    result: nothing,
  },
  'LeaseContract:ResizeLease': {
    args: object({ leaseId, capacityBytes: decimal, notes: list(noteId, limits.notesPerTransaction) }),
    result: nothing,
  },
  'LeaseContract:CloseLease': { args: object({ leaseId }), result: nothing },
  'LeaseContract:CallDefault': { args: object({ leaseId }), result: nothing },
  'LeaseContract:RenewPolicies': {
    args: object({ leaseIds: list(leaseId, limits.leasesPerRenewal) }),
    result: object({ leaseIds: list(leaseId, limits.leasesPerRenewal) }),
  },

  'VaultContract:CreateVault': { args: object({ vaultId: identifier }), result: nothing },
  'VaultContract:Commit': {
    args: object({
      vaultId: identifier,
      expectedRevision: decimal,
      head: base64(limits.headBytes),
      contents: list(
        object({ leaseId, content: contentShape, lastEpoch: decimal, receipt: base64(80) }),
        limits.contentsPerCommit,
      ),
    }),
    result: object({ revision: decimal, epoch: decimal }),
  },

  'AuditContract:SubmitProofs': {
    args: object({ epoch: decimal, diskId: identifier }),
    result: object({ batchId: hex(16), verdicts: list(verdictShape, limits.leasesPerBatch) }),
  },
  'AuditContract:ReportLoss': {
    args: object({
      leaseId,
      losses: list(object({ index: decimal, entry: entryShape }), limits.lossesPerReport),
    }),
    result: nothing,
  },
  'AuditContract:WaiveLoss': {
    args: object({ leaseId, digests: list(hex(32), limits.lossesPerReport) }),
    result: nothing,
  },

  'TokenContract:Transfer': {
    args: object({
      notes: list(noteId, limits.notesPerTransaction),
      outputs: list(object({ to: account, amount: decimal }), limits.notesPerTransaction),
      memo: optional(text(256)),
    }),
    result: object({ noteIds: list(noteId, limits.notesPerTransaction) }),
  },
  'TokenContract:Burn': {
    args: object({ notes: list(noteId, limits.notesPerTransaction), amount: decimal }),
    result: nothing,
  },
  'TokenContract:CollectEarnings': {
    args: object({ leaseIds: list(leaseId, 64) }),
    result: object({ amount: decimal }),
  },
} as const;

export type TransactionName = keyof typeof transactions;
export type Args<N extends TransactionName> = Shaped<(typeof transactions)[N]['args']>;
export type Result<N extends TransactionName> = Shaped<(typeof transactions)[N]['result']>;

/**
 * The two reads. `LedgerContract:Read` answers the row of a kind under the given key parts as canonical JSON, or `null`.
 * `LedgerContract:List` answers a page of rows whose key starts with the given parts, in key order, after `after` (exclusive).
 */
export const reads = {
  'LedgerContract:Read': {
    args: object({ kind: oneOf(...(Object.keys(rows) as RowKind[])), parts: list(text(128), 4) }),
  },
  'LedgerContract:List': {
    args: object({
      kind: oneOf(...(Object.keys(rows) as RowKind[])),
      prefix: list(text(128), 4),
      after: optional(text(512)),
      limit: integer(1, limits.rowsPerPage),
    }),
  },
} as const;

/** What each committed transaction announces; one event a transaction. */
export const events = {
  ConsortiumFounded: object({ organizations: list(foreignIdentifier, 1000) }),
  Proposed: object({ proposalId: hex(16), digest: hex(32), kind: text(32) }),
  Voted: object({ proposalId: hex(16), msp: foreignIdentifier, vote: oneOf('yes', 'no') }),
  Enacted: object({ proposalId: hex(16), kind: text(32) }),
  MemberEnlisted: object({ account }),
  MemberStateSet: object({ account, state: oneOf('active', 'revoked') }),
  Anchored: object({ msp: foreignIdentifier, from: decimal }),
  RevealBegun: object({ epoch: decimal }),
  Revealed: object({ epoch: decimal, msp: foreignIdentifier }),
  EpochOpened: object({ epoch: decimal, seed: hex(32), withheld: list(foreignIdentifier, 1000) }),
  DiskOffered: object({ diskId: identifier, provider: account }),
  DiskChanged: object({ diskId: identifier, from: decimal, state: text(16) }),
  PoolChanged: object({ diskId: identifier, collateral: decimal }),
  LeasesOpened: object({
    vaultId: identifier,
    leases: list(
      object({ leaseId, diskId: identifier, capacityBytes: decimal, escrow: decimal, collateral: decimal }),
      16,
    ),
  }),
  LeaseChanged: object({
    leaseId,
    diskId: identifier,
    vaultId: identifier,
    from: decimal,
    capacityBytes: decimal,
    lastEpoch: decimal,
  }),
  LeaseClosed: object({
    leaseId,
    diskId: identifier,
    vaultId: identifier,
    toOwner: decimal,
    toProvider: decimal,
  }),
  LeaseDefaulted: object({
    leaseId,
    diskId: identifier,
    vaultId: identifier,
    toOwner: decimal,
    toProvider: decimal,
    reason: oneOf('misses', 'loss'),
  }),
  PoliciesRenewed: object({ leaseIds: list(leaseId, limits.leasesPerRenewal) }),
  VaultCreated: object({ vaultId: identifier, owner: account }),
  FlushCommitted: object({
    vaultId: identifier,
    revision: decimal,
    epoch: decimal,
    contents: list(
      object({ leaseId, diskId: identifier, revision: decimal, root: hex(32) }),
      limits.contentsPerCommit,
    ),
  }),
  AuditJudged: object({
    epoch: decimal,
    diskId: identifier,
    batchId: hex(16),
    verdicts: list(verdictShape, limits.leasesPerBatch),
  }),
  LossReported: object({
    leaseId,
    diskId: identifier,
    vaultId: identifier,
    digests: list(hex(32), limits.lossesPerReport),
    cost: decimal,
  }),
  LossWaived: object({ leaseId, digests: list(hex(32), limits.lossesPerReport) }),
  CreditsMoved: object({ from: account, amount: decimal }),
  CreditsBurned: object({ by: account, amount: decimal }),
  EarningsCollected: object({ provider: account, amount: decimal }),
} as const;

export type EventName = keyof typeof events;
export type EventOf<N extends EventName> = Shaped<(typeof events)[N]>;
