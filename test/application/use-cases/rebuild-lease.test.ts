import { SqliteLeaseBook } from '@dstore/application/adapters/sqlite/sqlite-lease-book.js';
import { MemoryLeaseJournal } from '@dstore/application/adapters/memory/memory-lease-journal.js';
import assert from 'node:assert/strict';

import { appends, leaseId, owner, ProviderOnRows, shardOf } from './provider-on-rows.js';

describe('RebuildLease', () => {
  let world: ProviderOnRows;
  beforeEach(async () => {
    world = await ProviderOnRows.open();
    for (const shard of [shardOf(), shardOf(), shardOf()]) await world.hold(shard);
  });
  afterEach(() => world.close());

  /** The provider's process ends and finds an empty book at its next start. */
  const loseBook = async () => {
    const former = world.provider.book;
    world.provider.book = new SqliteLeaseBook(':memory:');
    await world.provider.restart();
    former.close();
  };
  const said = (level: string) =>
    world.provider.log.lines.filter((line) => line.level === level).map(({ message }) => message);
  const refused = (promise: Promise<unknown>) => assert.rejects(promise, { code: 'content-diverged' });

  it('F-100 rebuilds a book that is gone, with what was signed for and not yet committed, and deletes nothing', async () => {
    const { content, entries } = await world.provider.readContents.run(owner, leaseId);
    const open = await world.sign(shardOf());
    const digests = await world.provider.disk.digests();
    await loseBook();
    const { book, leased, disk } = world.provider;
    assert.deepEqual(book.current(leaseId)?.content, content);
    assert.deepEqual(leased.vector(leaseId).entries, entries);
    assert.deepEqual(
      book.pending(leaseId).map((one) => one.content),
      [open.content],
    );
    assert.deepEqual(await disk.digests(), digests);
    assert.deepEqual(said('warn'), ['the lease book was rebuilt from the journal and the ledger']);
    world.commit(open, 9n);
    await world.provider.followCommits.run();
    await world.hold(shardOf());
    assert.equal(book.current(leaseId)?.content.revision, 5n);
  });

  it('F-100 brings a book up to date that was restored from an older copy', async () => {
    const older = new SqliteLeaseBook(':memory:');
    const { book } = world.provider;
    const entries = book.entries(leaseId, 2n) ?? [];
    const second = { revision: 2n, root: world.rows.get('content', leaseId, '2')?.root ?? '' };
    older.restate(leaseId, { content: { ...second, count: 2n, bytes: 2n * 6400n }, epoch: 2n }, entries);
    world.provider.book = older;
    await world.provider.restart();
    book.close();
    assert.equal(older.current(leaseId)?.content.revision, 3n);
    await world.hold(shardOf());
  });

  it('F-100 signs and deletes nothing while neither book nor journal has what the ledger names', async () => {
    const digests = await world.provider.disk.digests();
    world.provider.journal = new MemoryLeaseJournal();
    await loseBook();
    assert.deepEqual(await world.provider.disk.digests(), digests);
    assert.deepEqual(said('error'), [
      'the lease book is behind the ledger, and the journal does not lead there',
      'the lease book lacks contents: nothing is deleted',
    ]);
    const shard = shardOf();
    await world.provider.storeShard.run(owner, leaseId, shard.digest, shard.bytes);
    await refused(world.provider.signReceipt.run(owner, world.request(appends(shard))));
    assert.deepEqual(world.provider.book.pending(leaseId), []);
    assert.deepEqual(await world.provider.answerChallenges.run(), []);
  });

  it('F-100 deletes nothing while the ledger can not be asked', async () => {
    const loose = shardOf();
    await world.provider.disk.put(loose.digest, loose.bytes);
    const list = world.provider.ledger.list.bind(world.provider.ledger);
    world.provider.ledger.list = () => Promise.reject(new Error('no peer answers'));
    await world.provider.restart();
    assert.equal((await world.provider.disk.digests()).length, 4);
    assert.deepEqual(said('warn'), [
      'the lease book could not be compared with the ledger: nothing is deleted',
    ]);
    world.provider.ledger.list = list;
    await world.provider.restart();
    assert.equal((await world.provider.disk.digests()).length, 3);
  });

  it('F-100 gives a book of an earlier version a journal, and forgets it with the lease', async () => {
    world.provider.journal = new MemoryLeaseJournal();
    await world.provider.restart();
    assert.ok((await world.provider.journal.bytes(leaseId)) > 0);
    await loseBook();
    assert.equal(world.provider.book.current(leaseId)?.content.revision, 3n);
    world.setLease({ state: 'closed' });
    await world.provider.sweepDisk.run();
    assert.equal(await world.provider.journal.bytes(leaseId), 0);
  });
});
