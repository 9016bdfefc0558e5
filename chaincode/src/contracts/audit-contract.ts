import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  answeredTab,
  defaultReason,
  insist,
  insistActive,
  judge,
  type LeaseProof,
  offerIn,
  paidTab,
  parseBundle,
  reportedTab,
  type Row,
  rowFormat,
  sameAccount,
  sha256,
  termsIn,
  type Verdict,
  type VerdictReason,
  waivedTab,
  witnessOf,
} from '../domain/index.js';
import type { Session } from '../ledger/session.js';
import { transact } from '../ledger/transact.js';

/** Bytes of the blocks that a bundle is kept in. */
const bundleBlockBytes = 1 << 20;
/** More content rows of one lease below an epoch than ever pile up: an audit deletes what is older than what it audits. */
const mostContents = 1000;
const nothing = { root: '', count: 0n };

/** Proofs, judged and paid in one transaction; losses reported, cured, waived. */
@Info({ title: 'AuditContract', description: 'Proofs, losses' })
export class AuditContract extends Contract {
  constructor() {
    super('AuditContract');
  }

  /** By the disk's agent, in the running epoch; transient `bundle` holds the proofs. A refused lease bars no neighbour and no better proof. */
  @Transaction()
  @Returns('string')
  async SubmitProofs(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'AuditContract:SubmitProofs', argument, async (session, { epoch, diskId }) => {
      const now = await session.epoch();
      insist(epoch === now.number, 'proof-late', `epoch ${now.number} runs`);
      const disk = await agentsDisk(session, diskId, epoch);
      const bundle = session.transient('bundle');
      insist(bundle !== undefined, 'arguments-malformed', 'the transient field bundle is missing');
      const proofs = parseBundle(bundle);
      const seed = await seedOf(session, epoch);
      const verdicts: Verdict[] = [];
      for (const proof of proofs) verdicts.push(await judgeLease(session, diskId, seed, epoch, proof));
      insist(
        !verdicts.every(({ reason }) => reason === 'repeated'),
        'proof-repeated',
        'every lease of the bundle is paid for this epoch',
      );
      const digest = sha256(bundle).toString('hex');
      const batchId = digest.slice(0, 32);
      const witness = witnessOf(seed, digest, await session.organizations(), disk.provider.msp);
      const row: Row<'audit'> = {
        v: rowFormat,
        epoch,
        diskId,
        verdicts,
        digest,
        blocks: blocksOf(bundle),
        witness,
      };
      insist(
        (await session.rows.read('audit', epoch.toString(), diskId, batchId)) === undefined,
        'proof-repeated',
        'this bundle is judged already',
      );
      session.rows.write('audit', [epoch.toString(), diskId, batchId], row);
      session.announce('AuditJudged', { epoch, diskId, batchId, verdicts });
      return { batchId, verdicts };
    });
  }

  /** By the disk's agent: admits that shards are lost. Costs an epoch's rent each and suspends pay until they are cured. */
  @Transaction()
  @Returns('string')
  async ReportLoss(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'AuditContract:ReportLoss', argument, async (session, { leaseId, losses }) => {
      const { number } = await session.epoch();
      const { lease, tab } = await activeLease(session, leaseId);
      await agentsDisk(session, lease.diskId, number);
      insist(losses.length > 0, 'arguments-malformed', 'no loss is named');
      const report = reportedTab(tab, lease, number, losses);
      session.rows.write('tab', [leaseId], report.tab);
      const digests = losses.map(({ entry }) => entry.digest);
      session.announce('LossReported', {
        leaseId,
        diskId: lease.diskId,
        vaultId: lease.vaultId,
        digests,
        cost: report.cost,
      });
      return {};
    });
  }

  /** By the lease's owner: forgives losses of shards that stand elsewhere now. */
  @Transaction()
  @Returns('string')
  async WaiveLoss(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'AuditContract:WaiveLoss', argument, async (session, { leaseId, digests }) => {
      const owner = await session.member('owner');
      const { lease, tab } = await activeLease(session, leaseId);
      insist(sameAccount(lease.owner, owner), 'not-owner', `lease ${leaseId} is another owner's`);
      session.rows.write('tab', [leaseId], waivedTab(tab, digests));
      session.announce('LossWaived', { leaseId, digests });
      return {};
    });
  }
}

async function agentsDisk(session: Session, diskId: string, epoch: bigint): Promise<Row<'disk'>> {
  const caller = await session.member(undefined, true);
  const disk = await session.rows.read('disk', diskId);
  insist(disk !== undefined, 'disk-unknown', `there is no disk ${diskId}`);
  const agent = { msp: disk.provider.msp, id: offerIn(disk, epoch).agent };
  insist(
    sameAccount(agent, caller),
    'not-provider',
    `${caller.msp}/${caller.id} is not the agent of disk ${diskId}`,
  );
  return disk;
}

async function activeLease(
  session: Session,
  leaseId: string,
): Promise<{ lease: Row<'lease'>; tab: Row<'tab'> }> {
  const lease = await session.rows.read('lease', leaseId);
  const tab = await session.rows.read('tab', leaseId);
  insist(lease !== undefined && tab !== undefined, 'lease-unknown', `there is no lease ${leaseId}`);
  insistActive(lease);
  return { lease, tab };
}

async function seedOf(session: Session, epoch: bigint): Promise<string> {
  const row = await session.rows.read('epochs', epoch.toString());
  if (row === undefined) throw new Error('invariant: the running epoch has no row');
  return row.seed;
}

async function judgeLease(
  session: Session,
  diskId: string,
  seed: string,
  epoch: bigint,
  proof: LeaseProof,
): Promise<Verdict> {
  const { leaseId } = proof;
  const refused = (reason: VerdictReason): Verdict => ({ leaseId, verdict: 'refused', reason, paid: 0n });
  const lease = await session.rows.read('lease', leaseId);
  if (lease === undefined || lease.diskId !== diskId || !payable(lease, epoch)) return refused('not-payable');
  const tab = await session.rows.read('tab', leaseId);
  if (tab === undefined) throw new Error('invariant: a lease without a tab');
  if (tab.provenThrough >= epoch) return refused('repeated');
  if (defaultReason(tab, lease, epoch) !== undefined) return refused('in-default');
  const content = await auditedContent(session, leaseId, epoch);
  const question = { seed, epoch, leaseId, challenges: lease.pinned.challenges, losses: tab.losses };
  const { reason, cured } = judge(question, content ?? nothing, proof);
  if (reason === 'loss-uncured') session.rows.write('tab', [leaseId], answeredTab(tab, epoch, cured));
  if (reason !== undefined) return refused(reason);
  const outcome = paidTab(tab, lease, epoch, cured);
  session.rows.write('tab', [leaseId], outcome.tab);
  return { leaseId, verdict: 'proven', paid: outcome.paid };
}

function payable(lease: Row<'lease'>, epoch: bigint): boolean {
  return lease.state === 'active' && lease.firstEpoch <= epoch && epoch <= termsIn(lease, epoch).lastEpoch;
}

/** The last content under an earlier epoch; rows older than it are deleted, no later audit can name them. */
async function auditedContent(
  session: Session,
  leaseId: string,
  epoch: bigint,
): Promise<Row<'content'> | undefined> {
  const contents = await session.rows.range('content', [leaseId], mostContents, epoch.toString());
  for (const { parts } of contents.slice(0, -1)) session.rows.remove('content', parts);
  return contents.at(-1)?.row;
}

function blocksOf(bundle: Uint8Array): string[] {
  const count = Math.ceil(bundle.length / bundleBlockBytes);
  return Array.from({ length: count }, (_, index) =>
    sha256(bundle.subarray(index * bundleBlockBytes, (index + 1) * bundleBlockBytes)).toString('hex'),
  );
}
