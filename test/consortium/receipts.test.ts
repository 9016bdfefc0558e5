import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { shardDigest } from '@dstore/application/core/shard.js';
import type { Door, ReceiptRequest } from '@dstore/application/ports/door.js';
import { type Args, type Change, type Content, receiptBytes, ShardVector } from '@dstore/chaincode/domain';

import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';
import type { ProviderOfTests } from '../application/provider-of-tests.js';

type Step = Args<'VaultContract:Commit'>['contents'][number];

/** A vault that is written to by hand, without a gateway in between. */
describe('receipts', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  let one: ProviderOfTests;
  let leaseId = '';
  let vector = ShardVector.of();
  let revision = 0n;

  before(async () => {
    consortium = await ConsortiumOfTests.open();
    owner = await consortium.openOwner({ vaultId: 'by-hand' });
    one = consortium.provider('d1');
    ({ leaseId } = await owner.lease('d1'));
  });
  after(() => consortium?.close());
  afterEach(() => consortium.assertSupply());

  const door = (diskId = 'd1'): Door =>
    consortium.doorsFor(owner.ledger.caller).at(consortium.provider(diskId).url);
  /** Stores a fresh shard on d1, and answers what its owner would ask a receipt for. */
  const stored = async (): Promise<ReceiptRequest> => {
    const bytes = randomBytes(6400);
    const digest = shardDigest(bytes);
    await door().putShard(leaseId, digest, bytes);
    return requestOf([{ kind: 'append', entry: { digest, size: bytes.length } }]);
  };
  const requestOf = async (changes: readonly Change[]): Promise<ReceiptRequest> => {
    const { root, count, bytes } = ShardVector.of(vector.entries).applied(changes);
    const content = { revision: revision + 1n, root, count: BigInt(count), bytes };
    return { leaseId, changes, content, lastEpoch: (await consortium.epoch()) + 2n };
  };
  const commit = async (...contents: Step[]) => {
    const row = await owner.ledger.read('vault', 'by-hand');
    return owner.ledger.submit('VaultContract:Commit', {
      vaultId: 'by-hand',
      expectedRevision: row?.revision ?? 0n,
      head: Buffer.from('a head').toString('base64'),
      contents,
    });
  };
  const stepOf = ({ leaseId: id, content, lastEpoch }: ReceiptRequest, receipt: string): Step => ({
    leaseId: id,
    content,
    lastEpoch,
    receipt,
  });
  /** Signs, commits, and lets the provider see it. */
  const committed = async (request: ReceiptRequest) => {
    await commit(stepOf(request, await door().signReceipt(request)));
    await one.followCommits.run();
    vector = ShardVector.of(vector.entries).applied(request.changes);
    revision = request.content.revision;
    assert.equal(one.leased.vector(leaseId).root, vector.root);
  };

  it('are signed for what a provider holds, and committed', async () => {
    await committed(await stored());
    await committed(await stored());
    assert.equal(one.book.current(leaseId)?.content.count, 2n);
  });

  it('A-32 are not signed for a false root, count, size, revision, list or shard', async () => {
    const request = await stored();
    const { content } = request;
    const other = (change: Partial<Content>): ReceiptRequest => ({
      ...request,
      content: { ...content, ...change },
    });
    const elsewhere = await requestOf([
      { kind: 'append', entry: { digest: shardDigest(randomBytes(64)), size: 64 } },
    ]);
    const [append] = request.changes;
    assert.ok(append?.kind === 'append');
    const wrongSize = await requestOf([{ kind: 'append', entry: { ...append.entry, size: 6464 } }]);
    const wrong: readonly [string, ReceiptRequest][] = [
      ['content-diverged', other({ root: '00'.repeat(32) })],
      ['content-diverged', other({ count: content.count + 1n })],
      ['content-diverged', other({ bytes: content.bytes - 1n })],
      ['content-diverged', other({ revision: content.revision + 1n })],
      ['content-diverged', other({ revision: content.revision - 1n })],
      ['content-diverged', { ...request, changes: [] }],
      ['content-diverged', { ...request, changes: [append, append] }],
      ['shard-missing', elsewhere],
      ['shard-missing', wrongSize],
      ['term-out-of-range', { ...request, lastEpoch: request.lastEpoch + 1n }],
      ['receipt-lapsed', { ...request, lastEpoch: (await consortium.epoch()) - 1n }],
      ['lease-unknown', { ...request, leaseId: '00'.repeat(16) }],
    ];
    for (const [code, asked] of wrong) await assert.rejects(door().signReceipt(asked), { code }, code);
    const outOfRange = { ...request, changes: [{ kind: 'remove', index: vector.count }] as const };
    await assert.rejects(door().signReceipt(outOfRange));
    const stranger = await consortium.member('Org2', 'stranger', 'owner');
    await stranger.ledger.submit('MemberContract:Enlist', {});
    const foreign = consortium.doorsFor(stranger.ledger.caller).at(one.url);
    await assert.rejects(foreign.signReceipt(request), { code: 'not-owner' });
    assert.deepEqual(one.book.pending(leaseId), []);
    await door().discard(leaseId);
    await consortium.assertNoResidue();
  });

  it('A-124 count for one lease, disk, content, last epoch and channel only', async () => {
    const request = await stored();
    const receipt = await door().signReceipt(request);
    const good = stepOf(request, receipt);
    const other = await owner.lease('d2');
    const { content, lastEpoch } = request;
    const signed = async (channel: string, diskId: string) =>
      (await one.agent.sign(receiptBytes(channel, { leaseId, diskId, content, lastEpoch }))).toString(
        'base64',
      );
    const wrong: readonly [string, Step][] = [
      ['revision-skipped', { ...good, leaseId: other.leaseId }],
      ['receipt-invalid', { ...good, lastEpoch: lastEpoch + 1n }],
      ['receipt-invalid', { ...good, content: { ...content, bytes: content.bytes + 1n } }],
      ['receipt-invalid', { ...good, content: { ...content, root: 'ab'.repeat(32) } }],
      ['revision-skipped', { ...good, content: { ...content, revision: content.revision + 1n } }],
      ['receipt-invalid', { ...good, receipt: await signed('another', 'd1') }],
      ['receipt-invalid', { ...good, receipt: await signed('dstore', 'd2') }],
    ];
    for (const [code, step] of wrong) await assert.rejects(commit(step), { code }, code);
    const bytes = Buffer.from(receipt, 'base64');
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    await assert.rejects(commit({ ...good, receipt: bytes.toString('base64') }), { code: 'receipt-invalid' });
    assert.equal(
      await signed('dstore', 'd1').then((same) => commit({ ...good, receipt: same }).then(() => 'valid')),
      'valid',
    );
    await one.followCommits.run();
    vector = ShardVector.of(vector.entries).applied(request.changes);
    revision = content.revision;
    await assert.rejects(commit(good), { code: 'revision-stale' });
  });

  it('A-125 of several contents for one revision all count, and what lost is deleted', async () => {
    const [first, second] = [await stored(), await stored()];
    const receipts = [await door().signReceipt(first), await door().signReceipt(second)];
    assert.equal(one.book.pending(leaseId).length, 2);
    await commit(stepOf(second, receipts[1] as string));
    await one.followCommits.run();
    vector = ShardVector.of(vector.entries).applied(second.changes);
    revision = second.content.revision;
    assert.equal(one.leased.vector(leaseId).root, vector.root);
    await consortium.assertNoResidue();
    assert.equal((await one.disk.digests()).length, vector.count);
  });

  it('A-125 are at most so many for one revision', async () => {
    for (let open = 0; open < 8; open += 1) await door().signReceipt(await stored());
    await assert.rejects(door().signReceipt(await stored()), { code: 'content-diverged' });
    await door().discard(leaseId);
  });

  it('A-123 lapse: a commit after the last epoch is refused, and the provider lets go only then', async () => {
    const held = one.book.pending(leaseId);
    const request = await stored();
    await door().discard(leaseId);
    const [pending] = held;
    assert.ok(pending);
    for (let turned = 0; turned < 2; turned += 1) {
      await consortium.turnEpoch();
      await one.followCommits.run();
      assert.equal(one.book.pending(leaseId).length, held.length);
    }
    await consortium.turnEpoch();
    const receipt = await one.agent.sign(receiptBytes('dstore', { diskId: 'd1', ...pending }));
    await assert.rejects(commit(stepOf(pending, receipt.toString('base64'))), { code: 'receipt-lapsed' });
    await one.followCommits.run();
    assert.deepEqual(one.book.pending(leaseId), []);
    await consortium.assertNoResidue();
    assert.equal((await one.disk.digests()).length, vector.count);
    await assert.rejects(door().signReceipt(request), { code: 'receipt-lapsed' });
  });

  it('A-133 a provider that saw no commit asks the ledger before it signs, serves or deletes', async () => {
    const request = await stored();
    await commit(stepOf(request, await door().signReceipt(request)));
    vector = ShardVector.of(vector.entries).applied(request.changes);
    revision = request.content.revision;
    for (let turned = 0; turned < 4; turned += 1) await consortium.turnEpoch();
    await one.restart();
    await committed(await stored());
    const { content, entries } = await door().contents(leaseId);
    assert.equal(content.root, vector.root);
    assert.equal(ShardVector.of(entries).root, vector.root);
    assert.equal((await door().contents(leaseId, revision - 1n)).entries.length, vector.count - 1);
    await assert.rejects(door().contents(leaseId, revision + 1n), { code: 'content-diverged' });
  });
});
