import { peer } from '@hyperledger/fabric-protos';
import { hasSigned, type Member, type Members } from './members.js';
import { satisfies, satisfiesMajority } from './policy.js';
import { txIdOf } from './proposal.js';
import { decodeRwSet, type RangeRead, type Read, type RwSet } from './rw-set.js';
import { type ParsedTransaction, parseTransaction } from './transaction.js';
import type { Version, WorldState } from './world-state.js';

const code = peer.TxValidationCode;

/** What validation knows about the channel. */
export interface Channel {
  readonly name: string;
  readonly chaincode: string;
  readonly members: Members;
  /** Whether a transaction id is on the ledger already. */
  knows(txId: string): boolean;
}

/**
 * Judges the endorser transactions of a block in order, applies the valid ones to `next`, and answers Fabric's
 * validation codes.
 * Policies are those committed before the block; a bad transaction changes nothing and spoils no other.
 */
export function validateBlock(
  channel: Channel,
  envelopes: readonly Uint8Array[],
  block: number,
  committed: WorldState,
  next: WorldState,
): number[] {
  const seen = new Set<string>();
  const repoliced = new Set<string>();
  const codes: number[] = [];
  envelopes.forEach((bytes, tx) => {
    const transaction = attempt(() => parseTransaction(bytes));
    const rwSet = transaction && attempt(() => decodeRwSet(channel.chaincode, transaction.results));
    const progress = { seen, repoliced, committed, next };
    const verdict =
      transaction === undefined ? code.BAD_PAYLOAD : judge(channel, transaction, rwSet, progress);
    if (transaction !== undefined) seen.add(transaction.txId);
    if (rwSet !== undefined && verdict === code.VALID) {
      next.apply(rwSet.writes, { block, tx });
      for (const [key, write] of rwSet.writes) if (write.policy !== undefined) repoliced.add(key);
    }
    codes.push(verdict);
  });
  return codes;
}

interface Progress {
  readonly seen: ReadonlySet<string>;
  /** Keys whose policy an earlier transaction of this block changed. */
  readonly repoliced: ReadonlySet<string>;
  readonly committed: WorldState;
  readonly next: WorldState;
}

/** What the work comes to, or undefined when the bytes it reads are malformed. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function judge(
  channel: Channel,
  transaction: ParsedTransaction,
  rwSet: RwSet | undefined,
  progress: Progress,
): number {
  const creator = channel.members.find(transaction.creator);
  if (transaction.channel !== channel.name) return code.TARGET_CHAIN_NOT_FOUND;
  if (creator === undefined || !hasSigned(creator, transaction.payload, transaction.signature))
    return code.BAD_CREATOR_SIGNATURE;
  if (transaction.txId !== txIdOf(transaction.nonce, transaction.creator)) return code.BAD_PROPOSAL_TXID;
  if (progress.seen.has(transaction.txId) || channel.knows(transaction.txId)) return code.DUPLICATE_TXID;
  if (transaction.chaincode !== channel.chaincode) return code.INVALID_CHAINCODE;
  if (!transaction.hashMatches) return code.INVALID_ENDORSER_TRANSACTION;
  if (rwSet === undefined) return code.BAD_RWSET;
  if (!policiesHold(channel, transaction, rwSet, progress)) return code.ENDORSEMENT_POLICY_FAILURE;
  const { reads, ranges } = rwSet;
  if (!reads.every((read) => isCurrent(progress.next, read))) return code.MVCC_READ_CONFLICT;
  if (!ranges.every((range) => isUnchanged(progress.next, range))) return code.PHANTOM_READ_CONFLICT;
  return code.VALID;
}

/** Keys with a policy of their own answer to that one, all others and a transaction without writes to the channel's. */
function policiesHold(
  channel: Channel,
  transaction: ParsedTransaction,
  rwSet: RwSet,
  progress: Progress,
): boolean {
  const signers = signersOf(channel, transaction);
  const keys = [...rwSet.writes.keys()];
  if (keys.some((key) => progress.repoliced.has(key))) return false;
  const policies = keys.map((key) => progress.committed.get(key)?.policy);
  // An empty one is none, as in Fabric.
  const own = policies.filter((policy) => policy !== undefined && policy.length > 0) as Buffer[];
  const plain = policies.length === 0 || own.length < policies.length;
  return (
    own.every((policy) => satisfies(policy, signers)) &&
    (!plain || satisfiesMajority(channel.members.mspIds, signers))
  );
}

/** Endorsers whose signature is good, each once. */
function signersOf(channel: Channel, transaction: ParsedTransaction): Member[] {
  const signers = new Map<string, Member>();
  for (const { endorser, signature } of transaction.endorsements) {
    const member = channel.members.find(endorser);
    if (member === undefined || signers.has(member.certificate.pem)) continue;
    if (hasSigned(member, Buffer.concat([transaction.endorsed, endorser]), signature))
      signers.set(member.certificate.pem, member);
  }
  return [...signers.values()];
}

function isCurrent(state: WorldState, { key, version }: Read): boolean {
  return sameVersion(state.get(key)?.version, version);
}

/** Reads the range again: as far as its end, or as its last row when the reader stopped there. */
function isUnchanged(state: WorldState, { start, end, exhausted, reads }: RangeRead): boolean {
  const rows = state.range(start, end);
  for (const read of reads) {
    const row = rows.next();
    if (row.done === true) return false;
    const [key, { version }] = row.value;
    if (key !== read.key || !sameVersion(version, read.version)) return false;
  }
  return !exhausted || rows.next().done === true;
}

function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.block === b?.block && a?.tx === b?.tx;
}
