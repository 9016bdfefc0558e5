import { historyOf, type HistoryRecord } from '@dstore/application/core/lease-history.js';
import { type Change, type Content, ShardVector } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';

import { SeededRandom } from '../memory-vault.js';

const contentOf = (vector: ShardVector, revision: bigint): Content => ({
  revision,
  root: vector.root,
  count: BigInt(vector.count),
  bytes: vector.bytes,
});

const random = new SeededRandom('lease histories');
const fresh = (): Change => ({
  kind: 'append',
  entry: { digest: random.bytes(32).toString('hex'), size: 64 },
});

/** A change that is good on the vector, from the seed. */
function someChanges(vector: ShardVector): Change[] {
  const changes: Change[] = [fresh()];
  if (vector.count > 2 && random.below(2) === 0)
    changes.push({ kind: 'remove', index: random.below(vector.count) });
  return changes;
}

/** Records of a lease in which some contents never became true, and the vectors that did. */
function randomRecords(revisions: number): { records: HistoryRecord[]; truth: ShardVector[] } {
  const records: HistoryRecord[] = [];
  const truth = [ShardVector.of()];
  for (let revision = 1n; revision <= revisions; revision += 1n) {
    const before = truth.at(-1) as ShardVector;
    const rivals = Array.from({ length: 1 + random.below(3) }, () => someChanges(before));
    const vectors = rivals.map((changes) => before.applied(changes));
    for (const [at, changes] of rivals.entries()) {
      const content = contentOf(vectors[at] as ShardVector, revision);
      records.push({ kind: 'signed', content, changes, lastEpoch: 2n });
    }
    truth.push(vectors[random.below(vectors.length)] as ShardVector);
  }
  return { records, truth };
}

/** The vector that a history leads to, worked out step by step. */
function replayed(history: NonNullable<ReturnType<typeof historyOf>>): ShardVector {
  return history.steps.reduce(
    (vector, { changes }) => vector.applied(changes),
    ShardVector.of(history.base?.entries),
  );
}

describe('historyOf', () => {
  it('F-100 finds the way to every content that became true, whatever else was signed for', () => {
    const { records, truth } = randomRecords(30);
    for (const [at, vector] of truth.entries()) {
      if (at === 0) continue;
      const history = historyOf(records, contentOf(vector, BigInt(at)));
      assert.ok(history);
      assert.equal(replayed(history).root, vector.root);
      assert.equal(history.steps.length, at);
      assert.equal(
        history.open.length,
        records.filter(({ content }) => content.revision === BigInt(at + 1)).length,
      );
    }
  });

  it('begins at a vector that was restated, and needs nothing before it', () => {
    const { records, truth } = randomRecords(12);
    const base = truth[7] as ShardVector;
    const restated: HistoryRecord = {
      kind: 'restated',
      content: contentOf(base, 7n),
      entries: base.entries,
    };
    const later = records.filter(({ content }) => content.revision > 7n);
    const last = truth[12] as ShardVector;
    const history = historyOf([restated, ...later], contentOf(last, 12n));
    assert.ok(history?.base);
    assert.equal(history.steps.length, 5);
    assert.equal(replayed(history).root, last.root);
    assert.deepEqual(historyOf([restated], contentOf(base, 7n))?.steps, []);
  });

  it('leads nowhere where a record is missing, false, or of a root that the ledger does not hold', () => {
    const { records, truth } = randomRecords(8);
    const target = contentOf(truth[8] as ShardVector, 8n);
    const without = records.filter(({ content }) => content.root !== truth[5]?.root);
    assert.equal(historyOf(without, target), undefined);
    assert.equal(historyOf(records, { ...target, root: 'ab'.repeat(32) }), undefined);
    assert.equal(historyOf(records, { ...target, revision: 9n }), undefined);
    assert.equal(historyOf([], target), undefined);
    const flipped = records.map((record) =>
      record.kind === 'signed' && record.content.root === truth[5]?.root
        ? { ...record, changes: [fresh(), ...record.changes.slice(1)] }
        : record,
    );
    assert.equal(historyOf(flipped, target), undefined);
    const beyond = records.map((record) =>
      record.kind === 'signed' && record.content.root === truth[5]?.root
        ? { ...record, changes: [{ kind: 'remove', index: 1000 }] as const }
        : record,
    );
    assert.equal(historyOf(beyond, target), undefined);
    const entries = (truth[7] as ShardVector).entries.slice(1);
    const lying: HistoryRecord = {
      kind: 'restated',
      content: contentOf(truth[7] as ShardVector, 7n),
      entries,
    };
    assert.equal(historyOf([lying], contentOf(truth[7] as ShardVector, 7n)), undefined);
  });
});
