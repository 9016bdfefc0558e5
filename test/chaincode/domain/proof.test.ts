import assert from 'node:assert/strict';
import {
  type Answer,
  blake3,
  type Entry,
  encodeBundle,
  emptyRoot,
  judge,
  type LeaseProof,
  type Loss,
  parseBundle,
  plausible,
  prove,
  type Question,
  type ReadShard,
  ShardVector,
  type VerdictReason,
} from '@dstore/chaincode/domain';
import { flipped, noise } from '../noise.js';

const sizes = [64, 100, 1023, 1024, 1025, 5000, 20_000, 70_000];
const shards = Array.from({ length: 40 }, (_, at) =>
  noise(sizes[at % sizes.length] as number, `shard ${at}`),
);
const entryOf = (shard: Uint8Array): Entry => ({ digest: blake3(shard).toString('hex'), size: shard.length });
const entries = shards.map(entryOf);
const byDigest = new Map(shards.map((shard, at) => [(entries[at] as Entry).digest, shard]));
const vector = ShardVector.of(entries);
const content = { root: vector.root, count: BigInt(vector.count) };
const all: ReadShard = async ({ digest }) => byDigest.get(digest);

const question: Question = {
  channel: 'dstore',
  seed: noise(32, 'seed').toString('hex'),
  epoch: 5n,
  leaseId: '01'.repeat(16),
  challenges: 12,
  losses: [],
};
const lossOf = (index: number): Loss => ({
  ...(entries[index] as Entry),
  index: BigInt(index),
  reportedIn: 3n,
});

async function proofOf(asked = question, of = vector, read = all): Promise<LeaseProof> {
  const proving = await prove(asked, of, read);
  assert.ok('proof' in proving);
  return proving.proof;
}

/** The proof with one answer changed. */
function altered(proof: LeaseProof, at: number, change: (answer: Answer) => Answer): LeaseProof {
  return { ...proof, answers: proof.answers.map((answer, i) => (i === at ? change(answer) : answer)) };
}

const reasonOf = (proof: LeaseProof, asked = question) => judge(asked, content, proof).reason;

describe('domain/proof', () => {
  it('proves what is all there, for any seed, lease, epoch and number of entries', async () => {
    for (const count of [1, 2, 3, 7, 8, 9, 40]) {
      const some = ShardVector.of(entries.slice(0, count));
      for (const epoch of [1n, 2n, 1_000_000n]) {
        const asked = { ...question, epoch, seed: noise(32, `${count}/${epoch}`).toString('hex') };
        const proof = await proofOf(asked, some);
        assert.equal(proof.answers.length, 12);
        const judged = judge(asked, { root: some.root, count: BigInt(count) }, proof);
        assert.deepEqual(judged, { cured: [] });
      }
    }
  });

  it('survives the way through a bundle', async () => {
    const proof = await proofOf();
    const [back] = parseBundle(encodeBundle([proof])) as [LeaseProof];
    assert.deepEqual(judge(question, content, back), { cured: [] });
  });

  it('A-08 refuses the proof of another seed, lease, epoch or content', async () => {
    const proof = await proofOf();
    const others = [
      { ...question, seed: noise(32, 'other').toString('hex') },
      { ...question, leaseId: '02'.repeat(16) },
      { ...question, epoch: 4n },
      { ...question, epoch: 6n },
    ];
    for (const asked of others) assert.equal(reasonOf(proof, asked), 'path-wrong');
    const appended = vector.applied([{ kind: 'append', entry: entryOf(noise(64, 'more')) }]);
    const newer = { root: appended.root, count: BigInt(appended.count) };
    assert.equal(judge(question, newer, proof).reason, 'path-wrong');
    for (const count of [39n, 41n])
      assert.equal(judge(question, { ...content, count }, proof).reason, 'path-wrong');
  });

  it('A-100 refuses a proof that lacks an answer, has one more, or has two in each other’s place', async () => {
    const proof = await proofOf();
    const { answers } = proof;
    const [first, second] = answers as [Answer, Answer];
    for (let at = 0; at < answers.length; at += 1)
      assert.equal(reasonOf({ ...proof, answers: answers.filter((_, i) => i !== at) }), 'malformed');
    assert.equal(reasonOf({ ...proof, answers: [...answers, first] }), 'malformed');
    assert.equal(reasonOf({ ...proof, answers: [] }), 'malformed');
    assert.equal(reasonOf({ ...proof, answers: [second, first, ...answers.slice(2)] }), 'path-wrong');
  });

  it('A-100 refuses an invented chunk and an answer taken from another shard', async () => {
    const proof = await proofOf();
    for (let at = 0; at < 12; at += 1) {
      const invented = altered(proof, at, ({ entry, path, proof: { chunk, path: values } }) => ({
        entry,
        path,
        proof: { chunk: chunk.map((byte) => 255 - byte), path: values },
      }));
      assert.equal(reasonOf(invented), 'chunk-wrong');
      const stolen = proof.answers.find(({ entry }) => entry.digest !== proof.answers[at]?.entry.digest);
      assert.equal(reasonOf(altered(proof, at, () => stolen as Answer)), 'path-wrong');
    }
  });

  it('A-100 refuses a chain that is led on from a chunk that was not drawn', async () => {
    // A provider that lost a drawn chunk shows another of the same shard, and draws on from there.
    const big = ShardVector.of([entryOf(shards[7] as Buffer)]);
    const held = { root: big.root, count: 1n };
    const proof = await proofOf(question, big);
    const others = await Promise.all(
      Array.from({ length: 8 }, (_, at) => proofOf({ ...question, epoch: BigInt(at + 10) }, big)),
    );
    for (const other of others) {
      const [started] = other.answers as [Answer];
      if (Buffer.from(started.proof.chunk).equals(proof.answers[0]?.proof.chunk ?? Buffer.of())) continue;
      assert.equal(judge(question, held, other).reason, 'chunk-wrong');
    }
    assert.deepEqual(judge(question, held, proof), { cured: [] });
  });

  it('A-12 names what is wrong with an answer: its size, its path, its chunk', async () => {
    const proof = await proofOf();
    const changes: [VerdictReason, (answer: Answer) => Answer][] = [
      ['size-wrong', (a) => ({ ...a, entry: { ...a.entry, size: 63 } })],
      ['size-wrong', (a) => ({ ...a, entry: { ...a.entry, size: (1 << 20) + 1 } })],
      ['path-wrong', (a) => ({ ...a, entry: { ...a.entry, size: a.entry.size + 1 } })],
      ['path-wrong', (a) => ({ ...a, entry: { ...a.entry, digest: 'ab'.repeat(32) } })],
      ['path-wrong', (a) => ({ ...a, path: a.path.slice(1) })],
      ['path-wrong', (a) => ({ ...a, path: [flipped(a.path[0] as Buffer, 5), ...a.path.slice(1)] })],
      ['size-wrong', (a) => ({ ...a, proof: { ...a.proof, chunk: a.proof.chunk.subarray(1) } })],
      ['chunk-wrong', (a) => ({ ...a, proof: { ...a.proof, chunk: flipped(a.proof.chunk, 0) } })],
      ['chunk-wrong', (a) => ({ ...a, proof: { ...a.proof, path: [...a.proof.path, Buffer.alloc(32)] } })],
    ];
    for (let at = 0; at < 12; at += 1)
      for (const [reason, change] of changes) assert.equal(reasonOf(altered(proof, at, change)), reason);
  });

  it('refuses one flipped bit in any byte of a proof', async () => {
    const asked = { ...question, challenges: 2 };
    const bytes = encodeBundle([await proofOf(asked)]);
    const head = 5 + 16 + 2;
    for (let at = head; at < bytes.length; at += 1) {
      let judged;
      try {
        const [proof] = parseBundle(flipped(bytes, at)) as [LeaseProof];
        judged = judge(asked, content, proof).reason;
      } catch (error) {
        judged = (error as Error).name;
      }
      assert.notEqual(judged, undefined, `byte ${at} of ${bytes.length}`);
    }
  });

  it('A-14 asks nothing of empty content, and takes nothing for it', async () => {
    const empty = { root: emptyRoot, count: 0n };
    const proof = await proofOf(question, ShardVector.of());
    assert.deepEqual(proof.answers, []);
    assert.deepEqual(judge(question, empty, proof), { cured: [] });
    assert.equal(judge(question, empty, await proofOf()).reason, 'malformed');
  });

  it('stops at the first drawn shard that is missing and names it', async () => {
    const { answers } = await proofOf();
    const lost = (answers[4] as Answer).entry.digest;
    let reads = 0;
    const proving = await prove(question, vector, async (entry) => {
      reads += 1;
      return entry.digest === lost ? undefined : byDigest.get(entry.digest);
    });
    const index = entries.findIndex(({ digest }) => digest === lost);
    assert.deepEqual(proving, { missing: [{ index, entry: entries[index] }] });
    assert.equal(reads, 1 + answers.findIndex(({ entry }) => entry.digest === lost));
  });

  it('I10 proves less often the more is lost: about (1 - a)^c of the epochs', async () => {
    let proven = 0;
    const gone = new Set(entries.slice(0, 4).map(({ digest }) => digest));
    const most: ReadShard = async (entry) =>
      gone.has(entry.digest) ? undefined : byDigest.get(entry.digest);
    for (let epoch = 0n; epoch < 300n; epoch += 1n)
      if ('proof' in (await prove({ ...question, challenges: 5, epoch }, vector, most))) proven += 1;
    const expected = 300 * 0.9 ** 5;
    assert.ok(Math.abs(proven - expected) < 35, `${proven} of 300`);
  });

  it('A-108 cures a reported loss by the chunk drawn for that very shard, and pays for nothing before', async () => {
    const losses = [lossOf(7), lossOf(15)];
    const asked = { ...question, losses };
    const proof = await proofOf(asked);
    const digests = losses.map(({ digest }) => digest);
    assert.deepEqual(judge(asked, content, proof), { cured: digests });
    const half = { ...proof, cures: proof.cures.slice(0, 1) };
    assert.deepEqual(judge(asked, content, half), { reason: 'loss-uncured', cured: digests.slice(0, 1) });
    assert.deepEqual(judge(asked, content, await proofOf()), { reason: 'loss-uncured', cured: [] });
    assert.deepEqual(judge(asked, content, { ...proof, answers: [] }), { reason: 'malformed', cured: [] });
  });

  it('A-108 cures by no other shard, index, chunk, epoch or size', async () => {
    const asked = { ...question, losses: [lossOf(7)] };
    const proof = await proofOf(asked);
    const [cure] = proof.cures as [LeaseProof['cures'][number]];
    const cured = (other: Partial<typeof cure>) =>
      judge(asked, content, { ...proof, cures: [{ ...cure, ...other }] });
    assert.deepEqual(cured({}), { cured: [lossOf(7).digest] });
    const later = await proofOf({ ...asked, epoch: 6n });
    const [late] = later.cures as [typeof cure];
    assert.notDeepEqual(late.proof.chunk, cure.proof.chunk);
    const neighbour = (await proofOf({ ...asked, losses: [lossOf(15)] })).cures[0] as typeof cure;
    const wrong: Partial<typeof cure>[] = [
      { index: 8 },
      { index: 2 ** 32 - 1 },
      { proof: late.proof },
      { entry: { ...cure.entry, size: cure.entry.size - 1 } },
      { proof: { ...cure.proof, chunk: flipped(cure.proof.chunk, 0) } },
      { path: cure.path.slice(1) },
      neighbour,
    ];
    for (const other of wrong) assert.deepEqual(cured(other), { reason: 'loss-uncured', cured: [] });
  });

  it('shows no cure of a shard that is still missing or no longer in the content', async () => {
    const asked = { ...question, challenges: 0, losses: [lossOf(7), lossOf(15)] };
    const without = vector.applied([{ kind: 'remove', index: 15 }]);
    const still: ReadShard = async (entry) =>
      entry.digest === lossOf(7).digest ? undefined : byDigest.get(entry.digest);
    assert.deepEqual((await proofOf(asked, without, still)).cures, []);
    const moved = await proofOf(asked, vector.applied([{ kind: 'remove', index: 7 }]));
    assert.deepEqual(
      moved.cures.map(({ index }) => index),
      [15],
    );
  });

  it('A-12 finds content implausible whose root, count and bytes do not fit together', () => {
    const one = { revision: 1n, root: 'ab'.repeat(32), count: 1n, bytes: 4096n };
    const none = { revision: 1n, root: emptyRoot, count: 0n, bytes: 0n };
    for (const good of [one, none, { ...one, bytes: 1n << 20n }]) assert.ok(plausible(good, emptyRoot));
    const wrong = [
      { ...one, bytes: 4095n },
      { ...one, count: 2n },
      { ...one, root: emptyRoot },
      { ...one, count: 0n },
      { ...none, root: one.root },
      { ...none, bytes: 1n },
      { ...none, count: 1n, bytes: 4096n },
    ];
    for (const bad of wrong) assert.ok(!plausible(bad, emptyRoot));
  });
});
