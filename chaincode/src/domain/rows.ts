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

/** Format of the rows written by this version; a row of a newer format is refused. */
export const rowFormat = 1;

const format = integer(rowFormat, rowFormat);

/** Roles a certificate may carry, in its attribute `dstore.roles` (space separated). */
export const roles = ['owner', 'provider', 'treasurer', 'auditor', 'admin'] as const;
export type Role = (typeof roles)[number];

const paramsMembers = {
  /** Seconds from one opening to the next; at least ten time windows. */
  epochLengthSeconds: decimal,
  /** Seconds of the revealing phase at the end of an epoch; at least two time windows. */
  revealLengthSeconds: decimal,
  /** Seconds that the turn waits for missing reveals once a majority is in. */
  revealGraceSeconds: decimal,
  challenges: integer(1, 200),
  /** Misses in a row that end in default. */
  missLimit: integer(1, 10),
  /** Misses among the last `missWindow` epochs that end in default. */
  missesInWindow: integer(1, 24),
  missWindow: integer(1, 24),
  cureEpochs: decimal,
  graceEpochs: decimal,
  noticeEpochs: decimal,
  receiptEpochs: decimal,
  receiptsOpen: integer(1, 64),
  uncommittedTtlSeconds: decimal,
  bundleEpochs: decimal,
  withholdLimit: integer(1, 100),
  /** The peers' time window w, in seconds, to which the bounds of the others relate. */
  timeWindowSeconds: decimal,
};
/** The protocol's parameters, protocol section 16. */
export const paramsShape = object(paramsMembers);
export type Params = Shaped<typeof paramsShape>;

/** A change of some parameters. */
export const paramsChangeShape = object({
  epochLengthSeconds: optional(decimal),
  revealLengthSeconds: optional(decimal),
  revealGraceSeconds: optional(decimal),
  challenges: optional(integer(1, 200)),
  missLimit: optional(integer(1, 10)),
  missesInWindow: optional(integer(1, 24)),
  missWindow: optional(integer(1, 24)),
  cureEpochs: optional(decimal),
  graceEpochs: optional(decimal),
  noticeEpochs: optional(decimal),
  receiptEpochs: optional(decimal),
  receiptsOpen: optional(integer(1, 64)),
  uncommittedTtlSeconds: optional(decimal),
  bundleEpochs: optional(decimal),
  withholdLimit: optional(integer(1, 100)),
});
export type ParamsChange = Shaped<typeof paramsChangeShape>;

/** What a lease pins of the parameters in force when it was opened. */
export const pinnedShape = object({
  version: integer(1, 2 ** 31),
  challenges: paramsMembers.challenges,
  missLimit: paramsMembers.missLimit,
  missesInWindow: paramsMembers.missesInWindow,
  missWindow: paramsMembers.missWindow,
  cureEpochs: decimal,
  graceEpochs: decimal,
  noticeEpochs: decimal,
});
export type Pinned = Shaped<typeof pinnedShape>;

const offerMembers = {
  site: identifier,
  region: identifier,
  state: oneOf('offering', 'paused', 'retiring'),
  /** Base URL of the shard door. */
  door: text(256),
  /** Enrolment id, within the provider's organization, that may prove and report for this disk. */
  agent: foreignIdentifier,
  /** P-256 public key (SubjectPublicKeyInfo, base64) that verifies receipts. */
  agentKey: base64(256),
  capacityBytes: decimal,
  /** Credits per GiB and epoch. */
  price: decimal,
  /** Credits of collateral per GiB. */
  collateralRate: decimal,
};
/** What a provider offers; changes count from the next epoch. */
export const offerShape = object(offerMembers);
export type Offer = Shaped<typeof offerShape>;

/** A lease's extent in space and time; changes count from the next epoch. */
export const leaseTermsShape = object({ capacityBytes: decimal, lastEpoch: decimal });
export type LeaseTerms = Shaped<typeof leaseTermsShape>;

/** A shard as a lease's vector names it. */
export const entryShape = object({ digest: hex(32), size: integer(64, 1 << 20) });
export type Entry = Shaped<typeof entryShape>;

/** Root over a lease's shards: revision grows by one a commit, bytes are accounted bytes. */
export const contentShape = object({ revision: decimal, root: hex(32), count: decimal, bytes: decimal });
export type Content = Shaped<typeof contentShape>;

/** A shard that its provider admitted to have lost, until it is cured or waived. */
export const lossShape = object({
  index: decimal,
  digest: hex(32),
  size: integer(64, 1 << 20),
  reportedIn: decimal,
});
export type Loss = Shaped<typeof lossShape>;

/** Why a proof was refused; data, not an error. */
export const verdictReasons = [
  'path-wrong',
  'chunk-wrong',
  'index-wrong',
  'size-wrong',
  'content-stale',
  'malformed',
  'loss-uncured',
  'in-default',
  'not-payable',
  'repeated',
] as const;
export type VerdictReason = (typeof verdictReasons)[number];

export const verdictShape = object({
  leaseId: hex(16),
  verdict: oneOf('proven', 'refused'),
  reason: optional(oneOf(...verdictReasons)),
  paid: decimal,
});
export type Verdict = Shaped<typeof verdictShape>;

/** The content that an audit judged a lease's proof against. */
export const auditedShape = object({ leaseId: hex(16), root: hex(32), count: decimal });
export type Audited = Shaped<typeof auditedShape>;

export const proposalKinds = ['mint', 'params', 'suspend', 'reinstate', 'admit'] as const;
/** What a proposal would do: mint names `to` and `amount`, params `changes`, the others `organization`. */
export const proposalBodyShape = object({
  kind: oneOf(...proposalKinds),
  to: optional(account),
  amount: optional(decimal),
  changes: optional(paramsChangeShape),
  organization: optional(foreignIdentifier),
});
export type ProposalBody = Shaped<typeof proposalBodyShape>;

/** Kinds of rows by the first part of their key, with the shape of each; protocol section 7. */
export const rows = {
  params: object({ v: format, version: integer(1, 2 ** 31), params: paramsShape }),
  org: object({ v: format, msp: foreignIdentifier, state: oneOf('active', 'suspended'), since: decimal }),
  member: object({
    v: format,
    account,
    state: oneOf('active', 'revoked'),
    /** HPKE public key, uncompressed P-256 point in base64. */
    hpkeKey: optional(base64(65)),
  }),
  disk: object({
    v: format,
    diskId: identifier,
    provider: account,
    offer: offerShape,
    /** What counts from epoch `from` on. */
    next: optional(object({ from: decimal, offer: offerShape })),
    /** Keys replaced, each still good for receipts up to its last epoch. */
    formerKeys: list(object({ agentKey: base64(256), lastEpoch: decimal }), 8),
  }),
  pool: object({ v: format, reservedBytes: decimal, collateral: decimal }),
  lease: object({
    v: format,
    leaseId: hex(16),
    vaultId: identifier,
    owner: account,
    diskId: identifier,
    provider: account,
    price: decimal,
    collateralRate: decimal,
    firstEpoch: decimal,
    terms: leaseTermsShape,
    next: optional(object({ from: decimal, terms: leaseTermsShape })),
    pinned: pinnedShape,
    state: oneOf('active', 'closed', 'defaulted'),
  }),
  tab: object({
    v: format,
    escrow: decimal,
    earned: decimal,
    collateral: decimal,
    /** The last epoch that was paid, or the one of the opening. */
    provenThrough: decimal,
    /** The last epoch that was answered, paid or not: a reported loss suspends pay, yet its lease's answers are no misses. */
    answeredThrough: decimal,
    /** Bit i set: epoch answeredThrough - i was missed. 24 bits. */
    misses: integer(0, 2 ** 24 - 1),
    losses: list(lossShape, 64),
  }),
  tip: object({ v: format, revision: decimal, epoch: decimal }),
  content: contentShape,
  vault: object({
    v: format,
    vaultId: identifier,
    owner: account,
    revision: decimal,
    generation: decimal,
    /** Opaque to the law; at most 8 KiB. */
    head: base64(8192),
  }),
  note: object({ v: format, amount: decimal }),
  mint: object({ v: format, amount: decimal, to: account }),
  burn: object({ v: format, amount: decimal, by: account }),
  /** One row: the epoch that runs now. Seconds since 1970 in `openedAt`. */
  epoch: object({ v: format, number: decimal, phase: oneOf('open', 'revealing'), openedAt: decimal }),
  /** Rows `epoch/<n>`: written once. */
  epochs: object({
    v: format,
    number: decimal,
    seed: hex(32),
    openedAt: decimal,
    revealed: list(foreignIdentifier, 1000),
    withheld: list(foreignIdentifier, 1000),
  }),
  beacon: object({
    v: format,
    anchor: hex(32),
    /** First epoch that this anchor's chain reveals for. */
    from: decimal,
    /** Values in the chain. */
    length: decimal,
    last: hex(32),
    lastEpoch: decimal,
    next: optional(object({ anchor: hex(32), from: decimal, length: decimal })),
  }),
  reveal: object({ v: format, preimage: hex(32) }),
  audit: object({
    v: format,
    epoch: decimal,
    diskId: identifier,
    verdicts: list(verdictShape, 100),
    /** What each lease was judged against, so that it can be judged again when the content's own row is gone. */
    contents: optional(list(auditedShape, 100)),
    /** SHA-256 of the bundle as the endorsers received it. */
    digest: hex(32),
    /** SHA-256 of each block of 1 MiB that the bundle is kept in. */
    blocks: list(hex(32), 16),
    witness: foreignIdentifier,
  }),
  proposal: object({
    v: format,
    proposalId: hex(16),
    by: account,
    body: proposalBodyShape,
    closesAt: decimal,
    digest: hex(32),
    state: oneOf('open', 'enacted'),
  }),
  vote: object({ v: format, vote: oneOf('yes', 'no'), digest: hex(32), by: account }),
} as const;

export type RowKind = keyof typeof rows;
/** The row of a kind, as the code works with it. */
export type Row<K extends RowKind> = Shaped<(typeof rows)[K]>;
