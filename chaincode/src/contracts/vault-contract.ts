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
  sameAccount,
  verifySignature,
} from '../domain/index.js';
import type { Session } from '../ledger/session.js';
import { transact } from '../ledger/transact.js';

type CommittedContent = Args<'VaultContract:Commit'>['contents'][number];

/** One owner's head, and the commits that move it. */
@Info({ title: 'VaultContract', description: 'Vaults and commits' })
export class VaultContract extends Contract {
  constructor() {
    super('VaultContract');
  }

  /** By an owner: a new vault of its own. */
  @Transaction()
  @Returns('string')
  async CreateVault(ctx: Context, argument: string): Promise<string> {
    return transact(ctx, 'VaultContract:CreateVault', argument, async (session, { vaultId }) => {
      const owner = await session.member('owner');
      insist(
        (await session.rows.read('vault', vaultId)) === undefined,
        'vault-exists',
        `vault ${vaultId} is there already`,
      );
      session.rows.write('vault', [vaultId], {
        v: rowFormat,
        vaultId,
        owner,
        revision: 0n,
        generation: 1n,
        head: '',
      });
      session.announce('VaultCreated', { vaultId, owner });
      return {};
    });
  }

  /** By the vault's owner: a whole flush or nothing. Compare-and-set on the revision; each content with its provider's receipt. */
  @Transaction()
  @Returns('string')
  async Commit(ctx: Context, argument: string): Promise<string> {
    return transact(
      ctx,
      'VaultContract:Commit',
      argument,
      async (session, { vaultId, expectedRevision, head, contents }) => {
        const caller = await session.member('owner');
        const vault = await session.rows.read('vault', vaultId);
        insist(vault !== undefined, 'vault-unknown', `there is no vault ${vaultId}`);
        insist(sameAccount(vault.owner, caller), 'not-owner', `vault ${vaultId} is another owner's`);
        insist(
          vault.revision === expectedRevision,
          'revision-stale',
          `the vault is at revision ${vault.revision}`,
        );
        insist(
          new Set(contents.map((one) => one.leaseId)).size === contents.length,
          'arguments-malformed',
          'a lease is named twice',
        );
        const epoch = await session.epoch();
        const committed = [];
        for (const one of contents) committed.push(await commitContent(session, vault, epoch, one));
        const revision = vault.revision + 1n;
        session.rows.write('vault', [vaultId], { ...vault, revision, head });
        session.announce('FlushCommitted', {
          vaultId,
          revision,
          epoch: contentEpoch(epoch),
          contents: committed,
        });
        return { revision, epoch: contentEpoch(epoch) };
      },
    );
  }
}

async function commitContent(
  session: Session,
  vault: Row<'vault'>,
  epoch: Row<'epoch'>,
  one: CommittedContent,
) {
  const { leaseId, content } = one;
  const lease = await session.rows.read('lease', leaseId);
  insist(lease !== undefined, 'lease-unknown', `there is no lease ${leaseId}`);
  insist(lease.vaultId === vault.vaultId, 'not-owner', `lease ${leaseId} is another vault's`);
  insistActive(lease);
  const tip = await session.rows.read('tip', leaseId);
  const revision = (tip?.revision ?? 0n) + 1n;
  insist(content.revision >= revision, 'revision-stale', `lease ${leaseId} is at revision ${revision - 1n}`);
  insist(
    content.revision === revision,
    'revision-skipped',
    `lease ${leaseId} is at revision ${revision - 1n}`,
  );
  insist(
    content.bytes <= roomOf(lease, epoch.number),
    'lease-full',
    `lease ${leaseId} has room for ${roomOf(lease, epoch.number)} bytes`,
  );
  insist(plausible(content, emptyRoot), 'arguments-malformed', 'root, count and bytes do not go together');
  await checkReceipt(session, lease, epoch, one);
  const under = contentEpoch(epoch);
  session.rows.write('tip', [leaseId], { v: rowFormat, revision, epoch: under });
  session.rows.write('content', [leaseId, under.toString()], content);
  return { leaseId, diskId: lease.diskId, revision, root: content.root };
}

async function checkReceipt(
  session: Session,
  lease: Row<'lease'>,
  epoch: Row<'epoch'>,
  one: CommittedContent,
): Promise<void> {
  insist(epoch.number <= one.lastEpoch, 'receipt-lapsed', `the receipt counted until epoch ${one.lastEpoch}`);
  const disk = await session.rows.read('disk', lease.diskId);
  if (disk === undefined) throw new Error('invariant: a lease without a disk');
  const { leaseId, content, lastEpoch } = one;
  const message = receiptBytes(session.channel, { leaseId, diskId: lease.diskId, content, lastEpoch });
  const signed = receiptKeys(disk, epoch.number).some((key) => verifySignature(key, message, one.receipt));
  insist(signed, 'receipt-invalid', `the receipt of lease ${leaseId} is not signed by disk ${lease.diskId}`);
}
