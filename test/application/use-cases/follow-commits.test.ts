import assert from 'node:assert/strict';

import { leaseId, ProviderOnRows, shardOf } from './provider-on-rows.js';

describe('FollowCommits', () => {
  let world: ProviderOnRows;
  beforeEach(async () => {
    world = await ProviderOnRows.open();
  });
  afterEach(() => world.close());

  const follow = () => world.provider.followCommits.run();
  const pending = () => world.provider.book.pending(leaseId).length;

  it('makes what was committed current, twice without harm', async () => {
    const request = await world.sign(shardOf());
    await follow();
    assert.equal(pending(), 1);
    world.commit(request);
    await follow();
    await follow();
    assert.deepEqual(world.provider.book.current(leaseId), { content: request.content, epoch: 10n });
    assert.equal(pending(), 0);
  });

  it('A-123 A-133 forgets what was not committed when the ledger has passed its last epoch, not by its clock', async () => {
    await world.sign(shardOf());
    await world.clock.advance(1_000_000_000);
    world.turnTo(12n);
    await follow();
    assert.equal(pending(), 1);
    world.turnTo(13n);
    await world.clock.advance(1_000);
    await follow();
    assert.equal(pending(), 0);
    assert.deepEqual(await world.provider.disk.digests(), []);
  });

  it('A-133 finds a commit long after its last epoch, and forgets nothing of it', async () => {
    const shard = shardOf();
    world.commit(await world.sign(shard));
    world.turnTo(50n);
    await follow();
    assert.equal(world.provider.book.current(leaseId)?.content.revision, 1n);
    assert.deepEqual(await world.provider.disk.digests(), [shard.digest]);
  });

  it('keeps a shard of a content that lost when the one that won names it too', async () => {
    const [shared, lone] = [shardOf(), shardOf()];
    await world.sign(shared, lone);
    const won = await world.sign(shared);
    world.commit(won);
    await follow();
    assert.deepEqual(await world.provider.disk.digests(), [shared.digest]);
  });

  it('F-100 says when the ledger holds what it never signed for, and changes nothing', async () => {
    const request = await world.sign(shardOf());
    world.commit({ content: { ...request.content, root: 'ab'.repeat(32) } });
    await follow();
    assert.equal(world.provider.book.current(leaseId), undefined);
    assert.equal(pending(), 1);
    const errors = world.provider.log.lines.filter(({ level }) => level === 'error');
    assert.deepEqual(
      errors.map(({ message }) => message),
      ['the lease book is behind the ledger, and the journal does not lead there'],
    );
  });
});
