import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { shardDigest } from '@dstore/application/core/shard.js';
import type { ReceiptRequest } from '@dstore/application/ports/door.js';
import type { Ledger } from '@dstore/application/ports/ledger.js';
import { type Change, type Row, ShardVector } from '@dstore/chaincode/domain';
import { signLowS } from '@dstore/organizations';

import { FragileDisk, ProviderOfTests } from '../provider-of-tests.js';
import { LedgerRows, type Rule } from '../rows-ledger.js';
import { demoParams, diskRow, leaseRow, owner, tabRow } from '../rows.js';
import { TappedLedger } from '../tapped-ledger.js';
import { VirtualClock } from '../virtual-clock.js';

/** The lease that everything is put under. */
export const leaseId = '0a'.repeat(16);

/** Random bytes of a shard with the entry that names them. */
export function shardOf(size = 6400): {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly size: number;
} {
  const bytes = randomBytes(size);
  return { bytes, digest: shardDigest(bytes), size };
}

/** A change list that appends shards. */
export const appends = (...shards: readonly { digest: string; size: number }[]): Change[] =>
  shards.map(({ digest, size }) => ({ kind: 'append', entry: { digest, size } }));

/** The provider of disk d2 on a ledger of rows, in epoch 10, with a lease of a megabyte that nothing lies under yet. */
export class ProviderOnRows {
  readonly clock = new VirtualClock();
  readonly rows: LedgerRows;
  provider!: ProviderOfTests;

  private constructor(rules: Record<string, Rule>) {
    this.rows = new LedgerRows(rules);
    this.rows.set('params', [], { v: 1, version: 1, params: demoParams });
    this.rows.set('disk', ['d2'], diskRow('d2', 'Org2'));
    this.turnTo(10n);
    this.setLease({});
    this.rows.set('tab', [leaseId], tabRow({ provenThrough: 9n, answeredThrough: 9n }));
  }

  static async open(rules: Record<string, Rule> = {}, disk = new FragileDisk()): Promise<ProviderOnRows> {
    const world = new ProviderOnRows(rules);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const as = (id: string) => new TappedLedger(world.rows.as('Org2', id) as unknown as Ledger);
    world.provider = await ProviderOfTests.open({
      diskId: 'd2',
      ledger: as('d2-agent'),
      cashier: as('provider'),
      agent: { sign: async (message) => signLowS(privateKey, message) },
      clock: world.clock,
      disk,
    });
    return world;
  }

  turnTo(number: bigint): void {
    this.rows.set('epoch', [], { v: 1, number, phase: 'open', openedAt: 0n });
    this.rows.set('epochs', [String(number)], {
      v: 1,
      number,
      seed: 'ab'.repeat(32),
      openedAt: 0n,
      revealed: [],
      withheld: [],
    });
  }

  setLease(change: Partial<Row<'lease'>>): void {
    const terms = { capacityBytes: 1n << 20n, lastEpoch: 1000n };
    this.rows.set('lease', [leaseId], leaseRow({ leaseId, terms, ...change }));
  }

  /** What a gateway would ask a receipt for. */
  request(changes: readonly Change[], lastEpoch = 12n): ReceiptRequest {
    const { book, leased } = this.provider;
    const { root, count, bytes } = ShardVector.of(leased.vector(leaseId).entries).applied(changes);
    const revision = (book.current(leaseId)?.content.revision ?? 0n) + 1n;
    return { leaseId, changes, content: { revision, root, count: BigInt(count), bytes }, lastEpoch };
  }

  /** Puts shards and signs for them. */
  async sign(...shards: readonly ReturnType<typeof shardOf>[]): Promise<ReceiptRequest> {
    const { storeShard, signReceipt } = this.provider;
    for (const { digest, bytes } of shards) await storeShard.run(owner, leaseId, digest, bytes);
    const request = this.request(appends(...shards));
    await signReceipt.run(owner, request);
    return request;
  }

  /** Lets the ledger know of a content as a commit in an epoch would. */
  commit({ content }: Pick<ReceiptRequest, 'content'>, epoch = 10n): void {
    this.rows.set('tip', [leaseId], { v: 1, revision: content.revision, epoch });
    this.rows.set('content', [leaseId, String(epoch)], content);
  }

  /** Puts shards, commits them, and lets the provider see it. */
  async hold(...shards: readonly ReturnType<typeof shardOf>[]): Promise<void> {
    const before = this.provider.book.current(leaseId)?.epoch ?? 0n;
    this.commit(await this.sign(...shards), before === 0n ? 1n : before + 1n);
    await this.provider.followCommits.run();
  }

  close(): Promise<void> {
    return this.provider.close();
  }
}

export { owner };
