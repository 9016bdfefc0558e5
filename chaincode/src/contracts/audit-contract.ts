import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  type Account,
  insist,
  insistActive,
  offerIn,
  parseBundle,
  reportedTab,
  type Row,
  rowFormat,
  sameAccount,
  sha256,
  termsIn,
  waivedTab,
  witnessOf,
} from '../domain/index.js';
import { type Call, execute } from '../ledger/index.js';
import { judgeLeases } from './lease-judging.js';

/** Size of the blocks that bundles are kept in. */
const blockBytes = 1 << 20;

/** Proofs, their pay, and losses. */
@Info({ title: 'AuditContract', description: 'Proofs, verdicts and losses' })
export class AuditContract extends Contract {
  constructor() {
    super('AuditContract');
  }

  /** By the disk's agent, in the epoch itself: the transient `bundle` answers for many leases, each judged and paid alone. */
  @Transaction()
  @Returns('string')
  async SubmitProofs(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'AuditContract:SubmitProofs', argument, async (call, { epoch, diskId }) => {
      await call.insistMember();
      const disk = await call.store.get('disk-unknown', 'disk', diskId);
      const now = (await call.epoch()).number;
      insistAgent(call, disk, now);
      insist(now === epoch, 'proof-late', `epoch ${now} runs`);
      const bundle = call.transient('bundle');
      insist(bundle !== undefined, 'arguments-malformed', 'the transient field bundle is missing');
      const proofs = parseBundle(bundle);
      const { seed } = await call.store.get('epoch-unknown', 'epochs', epoch.toString());
      const { verdicts, contents } = await judgeLeases(call, { seed, epoch, diskId }, proofs);
      const digest = sha256(bundle).toString('hex');
      const batchId = digest.slice(0, 32);
      const witness = witnessOf(call.channel, seed, digest, await call.organizations(), disk.provider.msp);
      const judged = { epoch, diskId, verdicts, contents };
      const audit = { v: rowFormat, ...judged, digest, blocks: blocksOf(bundle), witness };
      call.store.put('audit', [epoch.toString(), diskId, batchId], audit);
      call.announce('AuditJudged', { epoch, diskId, batchId, verdicts });
      return { batchId, verdicts };
    });
  }

  /** By the disk's agent: shards that are gone. Each costs an epoch's rent; pay rests until they are cured or waived. */
  @Transaction()
  @Returns('string')
  async ReportLoss(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'AuditContract:ReportLoss', argument, async (call, { leaseId, losses }) => {
      await call.insistMember();
      const lease = await call.store.get('lease-unknown', 'lease', leaseId);
      const { diskId, vaultId } = lease;
      const disk = await call.store.get('disk-unknown', 'disk', diskId);
      const { number } = await call.epoch();
      insistAgent(call, disk, number);
      insistActive(lease);
      insist(number <= termsIn(lease, number).lastEpoch, 'lease-not-active', 'the term has ended');
      insist(losses.length > 0, 'arguments-malformed', 'no loss is named');
      const before = await call.store.get('lease-unknown', 'tab', leaseId);
      const { tab, cost } = reportedTab(before, lease, number, losses);
      call.store.put('tab', [leaseId], tab);
      const digests = losses.map(({ entry }) => entry.digest);
      call.announce('LossReported', { leaseId, diskId, vaultId, digests, cost });
      return {};
    });
  }

  /** By the lease's owner: losses it forgives, because it put the shards elsewhere. Refuses `loss-unknown`. */
  @Transaction()
  @Returns('string')
  async WaiveLoss(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'AuditContract:WaiveLoss', argument, async (call, { leaseId, digests }) => {
      await call.insistMember();
      const lease = await call.store.get('lease-unknown', 'lease', leaseId);
      call.insistOwner(lease.owner);
      insistActive(lease);
      insist(digests.length > 0, 'arguments-malformed', 'no loss is named');
      const tab = await call.store.get('lease-unknown', 'tab', leaseId);
      call.store.put('tab', [leaseId], waivedTab(tab, digests));
      call.announce('LossWaived', { leaseId, digests });
      return {};
    });
  }
}

function insistAgent(call: Call, disk: Row<'disk'>, epoch: bigint): void {
  const agent: Account = { msp: disk.provider.msp, id: offerIn(disk, epoch).agent };
  insist(sameAccount(call.account, agent), 'not-provider', `${agent.msp}/${agent.id} is the agent`);
}

function blocksOf(bundle: Uint8Array): string[] {
  const count = Math.ceil(bundle.length / blockBytes);
  return Array.from({ length: count }, (_, index) =>
    sha256(bundle.subarray(index * blockBytes, (index + 1) * blockBytes)).toString('hex'),
  );
}
