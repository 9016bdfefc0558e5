import { Context, Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import {
  type Args,
  contentEpoch,
  emptyRoot,
  insist,
  insistActive,
  plausible,
  receiptBytes,
  receiptKeys,
  roomOf,
  type Row,
  rowFormat,
  termsIn,
  verifySignature,
} from '../domain/index.js';
import { type Call, execute } from '../ledger/index.js';

type Step = Args<'VaultContract:Commit'>['contents'][number];

/** Vaults and the one transaction of a flush. */
@Info({ title: 'VaultContract', description: 'Vaults and commits' })
export class VaultContract extends Contract {
  constructor() {
    super('VaultContract');
  }

  /** By a member with the role owner. Refuses `vault-exists`. */
  @Transaction()
  @Returns('string')
  async CreateVault(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'VaultContract:CreateVault', argument, async (call, { vaultId }) => {
      await call.insistMember();
      call.insistRole('owner');
      insist((await call.store.find('vault', vaultId)) === undefined, 'vault-exists', `${vaultId} is taken`);
      const owner = call.account;
      call.store.put('vault', [vaultId], {
        v: rowFormat,
        vaultId,
        owner,
        revision: 0n,
        generation: 0n,
        head: '',
      });
      call.announce('VaultCreated', { vaultId, owner });
      return {};
    });
  }

  /** By the vault's owner: new head and new contents of leases, all or nothing; refuses `revision-stale` for another's commit. */
  @Transaction()
  @Returns('string')
  async Commit(ctx: Context, argument: string): Promise<string> {
    return execute(ctx, 'VaultContract:Commit', argument, async (call, { vaultId, contents, ...given }) => {
      await call.insistMember();
      const vault = await call.store.get('vault-unknown', 'vault', vaultId);
      call.insistOwner(vault.owner);
      insist(
        vault.revision === given.expectedRevision,
        'revision-stale',
        `the vault is at ${vault.revision}`,
      );
      const distinct = new Set(contents.map(({ leaseId }) => leaseId)).size === contents.length;
      insist(distinct, 'arguments-malformed', 'a lease is named twice');
      const epoch = await call.epoch();
      const committed = [];
      for (const step of contents) committed.push(await commit(call, vaultId, step, epoch));
      const revision = vault.revision + 1n;
      call.store.put('vault', [vaultId], { ...vault, revision, head: given.head });
      call.announce('FlushCommitted', { vaultId, revision, epoch: contentEpoch(epoch), contents: committed });
      return { revision, epoch: contentEpoch(epoch) };
    });
  }
}

async function commit(call: Call, vaultId: string, step: Step, epoch: Row<'epoch'>) {
  const { leaseId, content } = step;
  const lease = await call.store.get('lease-unknown', 'lease', leaseId);
  insist(lease.vaultId === vaultId, 'not-owner', `lease ${leaseId} is another vault's`);
  insistActive(lease);
  const running = epoch.number <= termsIn(lease, epoch.number).lastEpoch;
  insist(running, 'lease-not-active', `the term of lease ${leaseId} has ended`);
  insist(plausible(content, emptyRoot), 'arguments-malformed', 'no vector has such a content');
  const revision = (await call.store.find('tip', leaseId))?.revision ?? 0n;
  insist(content.revision > revision, 'revision-stale', `the content is at revision ${revision}`);
  insist(content.revision === revision + 1n, 'revision-skipped', `the content is at revision ${revision}`);
  const room = roomOf(lease, epoch.number);
  insist(content.bytes <= room, 'lease-full', `lease ${leaseId} has room for ${room} bytes`);
  await insistReceipt(call, lease.diskId, step, epoch.number);
  const counts = contentEpoch(epoch);
  call.store.put('tip', [leaseId], { v: rowFormat, revision: content.revision, epoch: counts });
  call.store.put('content', [leaseId, counts.toString()], content);
  return { leaseId, diskId: lease.diskId, revision: content.revision, root: content.root };
}

async function insistReceipt(call: Call, diskId: string, step: Step, epoch: bigint): Promise<void> {
  const { leaseId, content, lastEpoch, receipt } = step;
  insist(epoch <= lastEpoch, 'receipt-lapsed', `the receipt was good until epoch ${lastEpoch}`);
  const disk = await call.store.get('disk-unknown', 'disk', diskId);
  const message = receiptBytes(call.channel, { leaseId, diskId, content, lastEpoch });
  const signed = receiptKeys(disk, epoch).some((key) => verifySignature(key, message, receipt));
  insist(signed, 'receipt-invalid', `not signed by the agent of ${diskId}`);
}
