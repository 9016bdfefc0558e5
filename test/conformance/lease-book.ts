import assert from 'node:assert/strict';
import type { LeaseBook, PendingContent } from '@dstore/application/ports/lease-book.js';
import { accountedBytes, type Change, type Entry, ShardVector } from '@dstore/chaincode/domain';
import { sha256 } from '@dstore/chaincode/domain';

const lease = '0a'.repeat(16);
const other = '0b'.repeat(16);
const epoch = 7n;

/** An entry that is named by a number. */
const entryOf = (name: number, size = 4096): Entry => ({
  digest: sha256(Buffer.from(String(name))).toString('hex'),
  size,
});

const append = (name: number, size?: number): Change => ({ kind: 'append', entry: entryOf(name, size) });

/** What a provider would sign for: the changes on top of a vector. */
function pendingOn(
  vector: ShardVector,
  revision: bigint,
  changes: readonly Change[],
  leaseId = lease,
): { readonly pending: PendingContent; readonly vector: ShardVector } {
  const after = vector.applied(changes);
  const content = { revision, root: after.root, count: BigInt(after.count), bytes: after.bytes };
  return { pending: { leaseId, content, changes, lastEpoch: epoch }, vector: after };
}

/** Every adapter of the lease book passes these; `reopen` gives the same book after its process ended. */
export function leaseBookConformance(make: () => { open(): LeaseBook; end(): void }): void {
  let place: ReturnType<typeof make>;
  let book: LeaseBook;
  beforeEach(() => {
    place = make();
    book = place.open();
  });
  afterEach(() => {
    book.close();
    place.end();
  });

  const write = (pending: PendingContent) => {
    book.addPending(pending);
    return book.commit(pending.leaseId, pending.content.revision, pending.content.root, epoch);
  };

  it('knows nothing at first', () => {
    assert.deepEqual(book.leaseIds(), []);
    assert.equal(book.current(lease), undefined);
    assert.deepEqual(book.entries(lease, 0n), []);
    assert.equal(book.entries(lease, 1n), undefined);
    assert.equal(book.heldBytes(lease), 0n);
    assert.equal(book.names(entryOf(1).digest), false);
  });

  it('answers for a pending content before it is committed', () => {
    const { pending } = pendingOn(ShardVector.of(), 1n, [append(1), append(2, 64)]);
    book.addPending(pending);
    assert.deepEqual(book.pending(lease), [pending]);
    assert.deepEqual(book.leaseIds(), [lease]);
    assert.equal(book.current(lease), undefined);
    assert.equal(book.names(entryOf(2).digest), true);
    assert.equal(book.heldBytes(lease), 8192n);
    assert.equal(book.totalBytes(), 4160n);
  });

  it('F-100 takes a whole vector over for a lease that it does not know, and goes on from there', () => {
    const before = pendingOn(ShardVector.of(), 41n, [append(1), append(2, 64), append(1)]);
    const held = { content: before.pending.content, epoch };
    book.restate(lease, held, before.vector.entries);
    assert.throws(() => book.restate(lease, held, before.vector.entries), RangeError);
    assert.deepEqual(book.current(lease), held);
    assert.deepEqual(book.entries(lease, 41n), before.vector.entries);
    assert.equal(book.entries(lease, 40n), undefined);
    assert.equal(book.heldBytes(lease), 8192n);
    const after = pendingOn(before.vector, 42n, [{ kind: 'remove', index: 1 }]);
    assert.deepEqual(write(after.pending), []);
    assert.deepEqual(book.prune(lease, 42n), [entryOf(2).digest]);
    assert.deepEqual(book.entries(lease, 42n), [entryOf(1), entryOf(1)]);
  });

  it('A-125 keeps several contents that were signed for one revision until one of them is committed', () => {
    const one = pendingOn(ShardVector.of(), 1n, [append(1), append(2)]).pending;
    const two = pendingOn(ShardVector.of(), 1n, [append(2), append(3)]).pending;
    book.addPending(one);
    book.addPending(two);
    assert.equal(book.pending(lease).length, 2);
    assert.deepEqual(book.commit(lease, 1n, two.content.root, epoch), [entryOf(1).digest]);
    assert.deepEqual(book.pending(lease), []);
    assert.deepEqual(book.current(lease), { content: two.content, epoch });
    assert.deepEqual(book.entries(lease, 1n), [entryOf(2), entryOf(3)]);
  });

  it('moves the last epoch of a content that is signed for again, and only further', () => {
    const { pending } = pendingOn(ShardVector.of(), 1n, [append(1)]);
    book.addPending(pending);
    book.addPending({ ...pending, lastEpoch: 9n });
    book.addPending({ ...pending, lastEpoch: 8n });
    assert.deepEqual(
      book.pending(lease).map(({ lastEpoch }) => lastEpoch),
      [9n],
    );
    assert.deepEqual(book.dropPending(lease, 1n, pending.content.root), [entryOf(1).digest]);
    assert.equal(book.heldBytes(lease), 0n);
  });

  it('A-129 follows random change lists, and keeps every revision until it is pruned', () => {
    let vector = ShardVector.of();
    const past: (readonly Entry[])[] = [[]];
    let chance = 20261125;
    const next = (below: number) => (chance = (chance * 1103515245 + 12345) % 2 ** 31) % below;
    for (let revision = 1n; revision <= 60n; revision += 1n) {
      const changes: Change[] = [];
      let count = vector.count;
      for (let step = 0; step <= next(6); step += 1) {
        const kind = count === 0 ? 0 : next(3);
        if (kind === 0) changes.push(append(next(40), 64 * (1 + next(100))));
        if (kind === 1) changes.push({ kind: 'replace', index: next(count), entry: entryOf(next(40)) });
        if (kind === 2) changes.push({ kind: 'remove', index: next(count) });
        count += kind === 0 ? 1 : kind === 2 ? -1 : 0;
      }
      const step = pendingOn(vector, revision, sized(changes));
      write(step.pending);
      vector = step.vector;
      past.push([...vector.entries]);
    }
    for (const [revision, entries] of past.entries())
      assert.deepEqual(book.entries(lease, BigInt(revision)), entries);
    const kept = new Set(past.slice(40).flatMap((entries) => entries.map(({ digest }) => digest)));
    const before = new Set(past.flatMap((entries) => entries.map(({ digest }) => digest)));
    const unnamed = book.prune(lease, 40n);
    assert.deepEqual([...unnamed].sort(), [...before].filter((digest) => !kept.has(digest)).sort());
    assert.equal(book.entries(lease, 39n), undefined);
    for (const [index, entries] of past.slice(40).entries())
      assert.deepEqual(book.entries(lease, BigInt(40 + index)), entries);
    const sizes = new Map(
      past.slice(40).flatMap((entries) => entries.map((entry) => [entry.digest, entry.size])),
    );
    const held = [...sizes.values()].reduce((sum, size) => sum + accountedBytes(size), 0n);
    assert.equal(book.heldBytes(lease), held);
  });

  it('A-131 keeps a shard that another lease, or another place of the vector, names', () => {
    write(pendingOn(ShardVector.of(), 1n, [append(1), append(1), append(2)]).pending);
    write(pendingOn(ShardVector.of(), 1n, [append(2)], other).pending);
    const twice = ShardVector.of([entryOf(1), entryOf(1), entryOf(2)]);
    const once = pendingOn(twice, 2n, [
      { kind: 'remove', index: 0 },
      { kind: 'remove', index: 0 },
    ]);
    assert.deepEqual(write(once.pending), []);
    assert.deepEqual(book.prune(lease, 2n), []);
    assert.equal(book.names(entryOf(1).digest), true);
    assert.deepEqual(book.drop(lease), [entryOf(1).digest]);
    assert.equal(book.names(entryOf(2).digest), true);
    assert.deepEqual(book.leaseIds(), [other]);
  });

  it('refuses to commit what it has not signed for, and skips no revision', () => {
    const { pending } = pendingOn(ShardVector.of(), 2n, [append(1)]);
    book.addPending(pending);
    assert.throws(() => book.commit(lease, 2n, pending.content.root, epoch), RangeError);
    assert.throws(() => book.commit(lease, 1n, '00'.repeat(32), epoch), RangeError);
    assert.deepEqual(book.pending(lease), [pending]);
    assert.equal(book.current(lease), undefined);
  });

  it('is the same after its process ended', () => {
    const first = pendingOn(ShardVector.of(), 1n, [append(1), append(2)]);
    write(first.pending);
    const second = pendingOn(first.vector, 2n, [{ kind: 'remove', index: 0 }]);
    book.addPending(second.pending);
    book.close();
    book = place.open();
    assert.deepEqual(book.current(lease), { content: first.pending.content, epoch });
    assert.deepEqual(book.pending(lease), [second.pending]);
    book.commit(lease, 2n, second.pending.content.root, epoch);
    assert.deepEqual(book.entries(lease, 1n), [entryOf(1), entryOf(2)]);
    assert.deepEqual(book.entries(lease, 2n), [entryOf(2)]);
  });
}

/** A digest has one size wherever it is named. */
function sized(changes: readonly Change[]): Change[] {
  return changes.map((change) =>
    change.kind === 'remove' ? change : { ...change, entry: { ...change.entry, size: sizeOf(change.entry) } },
  );
}

function sizeOf({ digest }: Entry): number {
  return 64 * (1 + (Number.parseInt(digest.slice(0, 4), 16) % 200));
}
