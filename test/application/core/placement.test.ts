import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import {
  type CandidateDisk,
  type NoPlacement,
  place,
  placeBeside,
  type Placement,
} from '@dstore/application/core/placement.js';
import fc from 'fast-check';

const disk = (diskId: string, change: Partial<CandidateDisk> = {}): CandidateDisk => ({
  diskId,
  organization: `${diskId}-org`,
  site: `${diskId}-site`,
  region: 'here',
  freeBytes: 2 ** 30,
  price: 100n,
  record: 1,
  ...change,
});
const seedOf = (stripe: number) => createHash('sha256').update(`${stripe}`).digest();
const geometry = (dataShards: number, parityShards: number) => ({ dataShards, parityShards });
const base = { geometry: geometry(4, 2), seed: seedOf(0), shardSizeBytes: 1 << 20 };
const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => disk(id));

function placed<D extends CandidateDisk>(answer: Placement<D> | NoPlacement): Placement<D> {
  return answer.kind === 'placement' ? answer : assert.fail(answer.missing);
}

function refused(answer: Placement | NoPlacement): NoPlacement {
  return answer.kind === 'refusal' ? answer : assert.fail('there was a place');
}

const reasons = ({ explanation }: Placement | NoPlacement) =>
  Object.fromEntries(
    explanation.map(({ diskId, outcome }) => [diskId, 'shard' in outcome ? outcome.shard : outcome.leftOut]),
  );

/** How many stripes of many put a shard on each disk. */
function load(disks: readonly CandidateDisk[], stripes: number, shape = geometry(4, 2)): Map<string, number> {
  const counts = new Map(disks.map(({ diskId }) => [diskId, 0]));
  for (let stripe = 0; stripe < stripes; stripe += 1)
    for (const id of placed(place({ ...base, disks, geometry: shape, seed: seedOf(stripe) })).diskIds)
      counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

const most = (names: readonly string[]) =>
  Math.max(0, ...[...new Set(names)].map((name) => names.filter((each) => each === name).length));

const topology = fc
  .record({
    disks: fc.array(
      fc.record({
        organization: fc.integer({ min: 0, max: 5 }),
        site: fc.integer({ min: 0, max: 7 }),
        free: fc.constantFrom(0, 4095, 4096, 1 << 20, 2 ** 40),
        price: fc.bigInt({ min: 0n, max: 1000n }),
        record: fc.constantFrom(0, 0.3, 1),
        excluded: fc.boolean(),
      }),
      { maxLength: 24 },
    ),
    dataShards: fc.integer({ min: 1, max: 6 }),
    parityShards: fc.nat({ max: 4 }),
    shardSizeBytes: fc.constantFrom(64, 4096, 1 << 20),
    stripe: fc.nat(),
  })
  .map(({ disks, dataShards, parityShards, shardSizeBytes, stripe }) => ({
    disks: disks.map((each, at) =>
      disk(`d${at}`, {
        organization: `Org${each.organization}`,
        site: `s${each.site}`,
        freeBytes: each.free,
        price: each.price,
        record: each.record,
      }),
    ),
    exclude: new Set(disks.flatMap((each, at) => (each.excluded ? [`d${at}`] : []))),
    geometry: geometry(dataShards, parityShards),
    shardSizeBytes,
    seed: seedOf(stripe),
  }));

describe('placement', () => {
  it('gives every shard a disk of its own', () => {
    const answer = placed(place({ ...base, disks: six }));
    assert.deepEqual([...answer.diskIds].sort(), ['a', 'b', 'c', 'd', 'e', 'f']);
    assert.deepEqual(
      answer.disks.map(({ diskId }) => diskId),
      answer.diskIds,
    );
    assert.deepEqual(reasons(answer), Object.fromEntries(answer.diskIds.map((id, shard) => [id, shard])));
  });

  it('A-02 holds its promises on random topologies, or says what is missing', () => {
    fc.assert(
      fc.property(topology, (request) => {
        const answer = place(request);
        const shards = request.geometry.dataShards + request.geometry.parityShards;
        const accounted = Math.max(4096, request.shardSizeBytes);
        const eligible = request.disks.filter(
          ({ diskId, freeBytes }) => freeBytes >= accounted && !request.exclude.has(diskId),
        );
        const limit = answer.organizationLimit;
        const organizations = (disks: readonly CandidateDisk[]) =>
          disks.map(({ organization }) => organization);
        const room = [...new Set(organizations(eligible))]
          .map((name) => Math.min(limit, organizations(eligible).filter((each) => each === name).length))
          .reduce((sum, count) => sum + count, 0);
        assert.equal(answer.explanation.length, request.disks.length);
        if (answer.kind === 'refusal') {
          assert.ok(room < shards);
          assert.equal(answer.placeable, room);
          assert.equal(answer.eligibleDisks, eligible.length);
          return;
        }
        assert.equal(answer.diskIds.length, shards);
        assert.equal(new Set(answer.diskIds).size, shards);
        assert.ok(answer.disks.every((each) => eligible.includes(each)));
        assert.ok(most(organizations(answer.disks)) <= limit);
      }),
      { numRuns: 500 },
    );
  });

  it('answers the same in whatever order the disks come, and otherwise for another seed', () => {
    fc.assert(
      fc.property(topology, (request) => {
        const one = place(request);
        const other = place({ ...request, disks: request.disks.toReversed() });
        assert.equal(one.kind, other.kind);
        if (one.kind === 'placement' && other.kind === 'placement')
          assert.deepEqual(one.diskIds, other.diskIds);
      }),
    );
    const orders = Array.from({ length: 20 }, (_, stripe) =>
      placed(place({ ...base, disks: six, seed: seedOf(stripe) })).diskIds.join(''),
    );
    assert.ok(new Set(orders).size > 10);
  });

  it('A-02 counts organizations, not disks: many disks of one gather no more than the parity', () => {
    const many = Array.from({ length: 50 }, (_, at) =>
      disk(`x${at}`, { organization: 'Many', freeBytes: 2 ** 45 }),
    );
    for (let stripe = 0; stripe < 50; stripe += 1) {
      const answer = placed(place({ ...base, disks: [...many, ...six], seed: seedOf(stripe) }));
      assert.equal(answer.organizationLimit, 2);
      assert.ok(answer.disks.filter(({ organization }) => organization === 'Many').length <= 1);
    }
  });

  it('gives an organization more than the parity only where the consortium is too small', () => {
    const two = six.map((each, at) => ({ ...each, organization: at < 3 ? 'One' : 'Two' }));
    assert.equal(placed(place({ ...base, disks: two })).organizationLimit, 3);
    const full = six.map((each) => (each.diskId < 'c' ? { ...each, freeBytes: 0 } : each));
    const spare = [disk('y', { organization: 'a-org' }), disk('z', { organization: 'c-org' })];
    const more = [...spare, disk('w', { organization: 'c-org' })];
    const answer = refused(place({ ...base, disks: [...full, ...more], geometry: geometry(5, 2) }));
    assert.equal(answer.organizationLimit, 2);
    assert.equal(answer.eligibleDisks, 7);
    assert.equal(answer.placeable, 6);
  });

  it('spreads over sites, then regions, before it looks at weight', () => {
    const sites = [
      disk('a1', { organization: 'A', site: 'north', freeBytes: 2 ** 45 }),
      disk('a2', { organization: 'A', site: 'south', freeBytes: 2 ** 20 }),
      disk('b1', { organization: 'B', site: 'north', freeBytes: 2 ** 45 }),
      disk('b2', { organization: 'B', site: 'south', freeBytes: 2 ** 20 }),
    ];
    for (let stripe = 0; stripe < 50; stripe += 1) {
      const { disks } = placed(
        place({ ...base, disks: sites, geometry: geometry(1, 1), seed: seedOf(stripe) }),
      );
      assert.deepEqual(disks.map(({ organization }) => organization).sort(), ['A', 'B']);
      assert.deepEqual(disks.map(({ site }) => site).sort(), ['north', 'south']);
    }
    const regions = six.map((each) => ({ ...each, region: each.diskId < 'e' ? 'here' : 'there' }));
    for (let stripe = 0; stripe < 50; stripe += 1) {
      const { disks } = placed(
        place({ ...base, disks: regions, geometry: geometry(2, 2), seed: seedOf(stripe) }),
      );
      assert.equal(disks.filter(({ region }) => region === 'there').length, 2);
    }
  });

  it('loads equal disks equally over many stripes', () => {
    const twelve = Array.from({ length: 12 }, (_, at) => disk(`d${at}`));
    for (const count of load(twelve, 3000).values()) assert.ok(Math.abs(count - 1500) < 150, `${count}`);
  });

  it('gives every disk data and parity alike', () => {
    const data = new Map(six.map(({ diskId }) => [diskId, 0]));
    for (let stripe = 0; stripe < 3000; stripe += 1)
      for (const id of placed(place({ ...base, disks: six, seed: seedOf(stripe) })).diskIds.slice(0, 4))
        data.set(id, (data.get(id) ?? 0) + 1);
    for (const count of data.values()) assert.ok(Math.abs(count - 2000) < 150, `${count}`);
  });

  it('prefers room, a low price and a good record, and shuts nobody out', () => {
    const preferred = (change: Partial<CandidateDisk>) => {
      const disks = Array.from({ length: 20 }, (_, at) => disk(`d${at}`, at < 10 ? change : {}));
      const counts = load(disks, 1000, geometry(1, 1));
      const sum = (from: number) =>
        disks.slice(from, from + 10).reduce((total, { diskId }) => total + (counts.get(diskId) ?? 0), 0);
      return sum(0) / sum(10);
    };
    for (const change of [{ freeBytes: 2 ** 29 }, { price: 200n }, { record: Math.SQRT1_2 }]) {
      const share = preferred(change);
      assert.ok(share > 0.4 && share < 0.65, `${share}`);
    }
    const unproven = preferred({ record: 0 });
    assert.ok(unproven > 0.002 && unproven < 0.05, `${unproven}`);
    assert.ok(preferred({ price: 0n }) > 0.9);
  });

  it('explains why each disk was left out', () => {
    const disks = [
      disk('excluded'),
      disk('full', { freeBytes: (1 << 20) - 1 }),
      disk('a', { organization: 'A' }),
      disk('a2', { organization: 'A', freeBytes: 2 ** 21 }),
      disk('b', { organization: 'B', freeBytes: 2 ** 50 }),
      disk('b2', { organization: 'B', freeBytes: 2 ** 21 }),
      disk('c', { organization: 'C' }),
    ];
    const answer = place({ ...base, disks, geometry: geometry(2, 1), exclude: new Set(['excluded']) });
    const { excluded, full, ...others } = reasons(placed(answer));
    assert.deepEqual([excluded, full], ['excluded', 'too-full']);
    const left = Object.values(others).filter((outcome) => typeof outcome === 'string');
    assert.deepEqual(left, ['organization-at-limit', 'organization-at-limit']);
    const roomy = reasons(placed(place({ ...base, disks: [...six, disk('g')] })));
    assert.equal(Object.values(roomy).filter((outcome) => outcome === 'outweighed').length, 1);
  });

  it('says what is missing when there are too few disks', () => {
    const answer = refused(place({ ...base, disks: six.slice(0, 4), exclude: new Set(['a']) }));
    assert.deepEqual([answer.shards, answer.eligibleDisks, answer.placeable], [6, 3, 3]);
    assert.match(answer.missing, /^6 disks with 1048576 bytes free each are needed, .*; 3 have room/);
    const { a, ...others } = reasons(answer);
    assert.equal(a, 'excluded');
    assert.deepEqual(Object.values(others).sort(), [0, 1, 2]);
    assert.equal(refused(place({ ...base, disks: [] })).placeable, 0);
  });
});

describe('placeBeside', () => {
  const twins = ['a1', 'a2', 'b1', 'b2', 'c1', 'c2'].map((id) => disk(id, { organization: id.slice(0, 1) }));
  const beside = (held: string[], disks = twins, exclude = new Set<string>()) =>
    placeBeside({ ...base, disks, geometry: geometry(2, 1), exclude }, new Set(held))?.diskId;

  it('A-02 takes a disk of the organization that holds least of the stripe, never one twice', () => {
    for (let stripe = 0; stripe < 50; stripe += 1) {
      const request = { ...base, disks: twins, geometry: geometry(2, 2), seed: seedOf(stripe) };
      const { organization } = placeBeside(request, new Set(['a1', 'b1'])) ?? assert.fail('there is room');
      assert.equal(organization, 'c');
    }
  });

  it('answers nothing rather than go beyond the limit of an organization', () => {
    assert.equal(beside(['a1', 'b1'], twins, new Set(['c1', 'c2'])), undefined);
    assert.equal(beside(['a1', 'b1'], twins, new Set(['c1'])), 'c2');
  });

  it('passes over disks that are full or excluded', () => {
    const full = twins.map((one) => (one.diskId === 'c1' ? { ...one, freeBytes: 4096 } : one));
    assert.equal(beside(['a1', 'b1'], full), 'c2');
    assert.equal(beside(['a1', 'b1'], full, new Set(['c2'])), undefined);
  });

  it('gives a stripe that place laid out, less one shard, a lawful disk again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 2 }), (seed, lost) => {
        const request = { ...base, disks: twins, geometry: geometry(2, 1), seed: seedOf(seed) };
        const held = placed(place(request)).disks.filter((_, at) => at !== lost);
        const found = placeBeside(request, new Set(held.map(({ diskId }) => diskId)));
        assert.ok(found);
        assert.equal(most([...held, found].map(({ organization }) => organization)), 1);
      }),
    );
  });
});
