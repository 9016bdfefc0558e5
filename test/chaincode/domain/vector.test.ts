import assert from 'node:assert/strict';
import {
  accountedBytes,
  type Change,
  checkedChange,
  emptyRoot,
  type Entry,
  leafHash,
  sha256,
  ShardVector,
  verifyPath,
} from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { drawn, flipped, noise } from '../noise.js';
import { refused } from '../refused.js';

/** Merkle tree hash of RFC 6962 section 2.1, as it is written there, over the data of the leaves. */
function treeHash(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0] as Uint8Array);
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, left)), treeHash(leaves.slice(left)));
}

/** Audit path of RFC 6962 section 2.1.1, from the leaf up. */
function auditPath(index: number, leaves: readonly Uint8Array[]): Buffer[] {
  if (leaves.length <= 1) return [];
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  const [near, far] = [leaves.slice(0, left), leaves.slice(left)];
  return index < left
    ? [...auditPath(index, near), treeHash(far)]
    : [...auditPath(index - left, far), treeHash(near)];
}

/** Leaves and roots of one to eight of them, from the tests of Certificate Transparency's reference log. */
const leavesOfTheLog = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].concat(
  '606162636465666768696a6b6c6d6e6f',
);
const rootsOfTheLog = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const entryOf = (name: string | number): Entry => ({
  digest: noise(32, name).toString('hex'),
  size: 64 + drawn((1 << 20) - 63, `size ${name}`),
});
const many = (count: number) => Array.from({ length: count }, (_, at) => entryOf(at));
const dataOf = ({ digest, size }: Entry) => Buffer.from(digest + size.toString(16).padStart(8, '0'), 'hex');
const rootOf = (entries: readonly Entry[]) => treeHash(entries.map(dataOf)).toString('hex');

/** A change list done to an array, one change after the other. */
function naive(entries: readonly Entry[], changes: readonly Change[]): Entry[] {
  const result = [...entries];
  for (const change of changes) {
    if (change.kind === 'append') result.push(change.entry);
    else if (change.kind === 'replace') result[change.index] = change.entry;
    else {
      result[change.index] = result.at(-1) as Entry;
      result.pop();
    }
  }
  return result;
}

/** What is random about a change: its kind, where, and what; {@link changesFrom} fits it to the count at that moment. */
const wishes = fc.array(fc.tuple(fc.nat(9), fc.nat(), fc.nat(50)), { maxLength: 12 });

function changesFrom(count: number, wanted: readonly (readonly [number, number, number])[]): Change[] {
  let rest = count;
  return wanted.map(([kind, where, what]) => {
    const entry = entryOf(what);
    if (rest === 0 || kind < 4) {
      rest += 1;
      return { kind: 'append', entry };
    }
    const index = where % rest;
    if (kind < 6) return { kind: 'replace', index, entry };
    rest -= 1;
    return { kind: 'remove', index };
  });
}

describe('domain/vector', () => {
  it('is compared with a twin that makes the roots of Certificate Transparency', () => {
    const leaves = leavesOfTheLog.map((leaf) => Buffer.from(leaf, 'hex'));
    rootsOfTheLog.forEach((root, at) =>
      assert.equal(treeHash(leaves.slice(0, at + 1)).toString('hex'), root),
    );
    assert.equal(emptyRoot, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('hashes a leaf as 0x00, digest and size', () => {
    const entry = { digest: 'ab'.repeat(32), size: 0x01020304 };
    assert.deepEqual(leafHash(entry), sha256(Buffer.from(`00${'ab'.repeat(32)}01020304`, 'hex')));
  });

  it('has the root and the paths of the RFC for every count up to 130', () => {
    const entries = many(130);
    for (let count = 0; count <= 130; count += 1) {
      const some = entries.slice(0, count);
      const vector = ShardVector.of(some);
      assert.equal(vector.root, rootOf(some));
      assert.equal(vector.count, count);
      const index = drawn(count || 1, `path ${count}`);
      if (count > 0) assert.deepEqual(vector.path(index), auditPath(index, some.map(dataOf)));
    }
  });

  it('A-09 takes a path at its own index and at no other', () => {
    for (const count of [...Array.from({ length: 36 }, (_, at) => at + 1), 64, 65]) {
      const vector = ShardVector.of(many(count));
      for (let index = 0; index < count; index += 1) {
        const path = vector.path(index);
        const entry = vector.entry(index) as Entry;
        for (let other = 0; other < count; other += 1)
          assert.equal(
            verifyPath(vector.root, BigInt(count), BigInt(other), entry, path),
            other === index,
            `${index} at ${other} of ${count}`,
          );
      }
    }
  });

  it('A-09 takes no path near another index of 257', () => {
    const vector = ShardVector.of(many(257));
    for (let index = 0; index < 257; index += 1) {
      const entry = vector.entry(index) as Entry;
      const others = [index ^ 1, index ^ 2, index ^ 128, 256 - index, 256].filter((other) => other !== index);
      assert.ok(verifyPath(vector.root, 257n, BigInt(index), entry, vector.path(index)));
      for (const other of others)
        assert.ok(!verifyPath(vector.root, 257n, BigInt(other), entry, vector.path(index)));
    }
  });

  it('A-11 A-13 gives all vectors of up to 8 entries over 3 symbols roots of their own', () => {
    const symbols = many(3);
    const roots = new Set<string>();
    let level: Entry[][] = [[]];
    let count = 0;
    for (let length = 0; length <= 8; length += 1) {
      for (const entries of level) roots.add(ShardVector.of(entries).root);
      count += level.length;
      level = level.flatMap((entries) => symbols.map((symbol) => [...entries, symbol]));
    }
    assert.equal(count, 9841);
    assert.equal(roots.size, count);
  });

  it('A-12 binds each entry’s digest and size, and refuses counts and indices out of bounds', () => {
    const vector = ShardVector.of(many(11));
    const entry = vector.entry(10) as Entry;
    const holds = (change: Partial<Entry>, count = 11n, index = 10n) =>
      verifyPath(vector.root, count, index, { ...entry, ...change }, vector.path(10));
    assert.ok(holds({}));
    for (const size of [0, entry.size - 1, entry.size + 1, 1 << 20, 2 ** 32 - 1]) assert.ok(!holds({ size }));
    for (let at = 0; at < 32; at += 1)
      assert.ok(!holds({ digest: flipped(Buffer.from(entry.digest, 'hex'), at).toString('hex') }));
    for (const count of [0n, 1n, 9n, 10n, 12n, 2n ** 48n, 2n ** 48n + 1n, 2n ** 100n])
      assert.ok(!holds({}, count));
    for (const index of [-1n, 11n, 2n ** 64n]) assert.ok(!holds({}, 11n, index));
  });

  it('refuses one flipped bit of any node or root, and paths of another length', () => {
    const vector = ShardVector.of(many(13));
    const entry = vector.entry(9) as Entry;
    const path = vector.path(9);
    const holds = (other: readonly Uint8Array[], root = vector.root) =>
      verifyPath(root, 13n, 9n, entry, other);
    assert.ok(holds(path));
    for (let at = 0; at < path.length * 32; at += 1)
      assert.ok(!holds(path.map((node, level) => (level === at >> 5 ? flipped(node, at & 31) : node))));
    for (let at = 0; at < 32; at += 1)
      assert.ok(!holds(path, flipped(Buffer.from(vector.root, 'hex'), at).toString('hex')));
    const endless = Array.from({ length: 1_000_000 }, () => path[0] as Uint8Array);
    for (const other of [[], path.slice(1), [...path, path[0] as Buffer], [...path].reverse(), endless])
      assert.ok(!holds(other));
    for (const length of [31, 33]) assert.ok(!holds([Buffer.alloc(length), ...path.slice(1)]));
  });

  it('A-129 does random change lists as an array would, and leaves the vector before as it was', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(wishes, { maxLength: 4 }), (start, rounds) => {
        let entries = many(start);
        let vector = ShardVector.of(entries);
        for (const wanted of rounds) {
          const changes = changesFrom(entries.length, wanted);
          const [before, root] = [vector, vector.root];
          vector = vector.applied(changes);
          assert.deepEqual([before.root, [...before.entries]], [root, entries]);
          entries = naive(entries, changes);
          assert.deepEqual([...vector.entries], entries);
          assert.equal(vector.root, rootOf(entries));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('A-129 keeps every path after random change lists', () => {
    fc.assert(
      fc.property(fc.nat(40), wishes, (start, wanted) => {
        const vector = ShardVector.of(many(start)).applied(changesFrom(start, wanted));
        const data = vector.entries.map(dataOf);
        data.forEach((_, index) => assert.deepEqual(vector.path(index), auditPath(index, data)));
      }),
      { numRuns: 100 },
    );
  });

  it('A-129 gives remove(last), removes to nothing and replace after remove one meaning', () => {
    const [a, b, c, d] = many(4) as [Entry, Entry, Entry, Entry];
    const after = (...changes: Change[]) => [...ShardVector.of([a, b, c]).applied(changes).entries];
    assert.deepEqual(after({ kind: 'remove', index: 2 }), [a, b]);
    assert.deepEqual(after({ kind: 'remove', index: 0 }), [c, b]);
    const first: Change = { kind: 'remove', index: 0 };
    assert.deepEqual(after(first, { kind: 'replace', index: 0, entry: d }), [d, b]);
    assert.deepEqual(after(first, first, first), []);
    assert.equal(ShardVector.of([a]).applied([first]).root, emptyRoot);
  });

  it('A-129 refuses an index that is not there at that moment, and the whole list with it', () => {
    const vector = ShardVector.of(many(3));
    const { root } = vector;
    const remove: Change = { kind: 'remove', index: 2 };
    for (const index of [2, 3, -1, 0.5, 2 ** 31]) {
      refused('arguments-malformed', () => vector.applied([remove, { kind: 'remove', index }]));
      refused('arguments-malformed', () =>
        vector.applied([remove, { kind: 'replace', index, entry: entryOf(9) }]),
      );
    }
    assert.deepEqual([vector.root, vector.count], [root, 3]);
  });

  it('A-107 accounts an entry with 4 KiB at least, through every change', () => {
    assert.deepEqual([64, 4095, 4096, 4097, 1 << 20].map(accountedBytes), [
      4096n,
      4096n,
      4096n,
      4097n,
      1048576n,
    ]);
    const sizes = [64, 5000, 4096, 1 << 20, 100];
    fc.assert(
      fc.property(fc.nat(8), wishes, (start, wanted) => {
        const sized = (entry: Entry, at: number) => ({ ...entry, size: sizes[at % 5] as number });
        const changes = changesFrom(start, wanted).map((change, at) =>
          change.kind === 'remove' ? change : { ...change, entry: sized(change.entry, at) },
        );
        const vector = ShardVector.of(many(start).map(sized)).applied(changes);
        const sum = vector.entries.reduce((total, { size }) => total + BigInt(Math.max(4096, size)), 0n);
        assert.equal(vector.bytes, sum);
      }),
    );
  });

  it('A-131 counts a shard that stands twice as two entries', () => {
    const entry = entryOf(1);
    const vector = ShardVector.of([entry, entry]);
    assert.deepEqual([vector.count, vector.bytes], [2, 2n * accountedBytes(entry.size)]);
    assert.deepEqual([...vector.applied([{ kind: 'remove', index: 0 }]).entries], [entry]);
  });

  it('throws for the path of an entry that is not there', () => {
    for (const index of [-1, 3, 0.5, NaN])
      assert.throws(() => ShardVector.of(many(3)).path(index), RangeError);
    assert.equal(ShardVector.of(many(3)).entry(3), undefined);
  });

  it('refuses changes with members that their kind does not have, or without those it has', () => {
    const entry = entryOf(1);
    assert.deepEqual(checkedChange({ kind: 'append', entry }), { kind: 'append', entry });
    assert.deepEqual(checkedChange({ kind: 'replace', index: 1, entry }), {
      kind: 'replace',
      index: 1,
      entry,
    });
    assert.deepEqual(checkedChange({ kind: 'remove', index: 1 }), { kind: 'remove', index: 1 });
    const wrong = [
      { kind: 'append' },
      { kind: 'append', index: 0, entry },
      { kind: 'replace', entry },
      { kind: 'replace', index: 0 },
      { kind: 'remove' },
      { kind: 'remove', index: 0, entry },
    ] as const;
    for (const change of wrong) refused('arguments-malformed', () => checkedChange(change));
  });
});
