import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  genesisSeed,
  hashChain,
  maxSteps,
  nextSeed,
  sha256,
  type Shown,
  tuple,
  verifyReveal,
  witnessOf,
} from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { flipped, noise } from '../noise.js';

const hex = (name: string | number) => noise(32, name).toString('hex');
const shown = (...msps: string[]): Shown[] => msps.map((msp) => ({ msp, value: hex(msp) }));
const seed = hex('seed');

/** H applied so many times, one after the other. */
function naive(value: string, steps: number): string {
  let bytes: Buffer = Buffer.from(value, 'hex');
  for (let at = 0; at < steps; at += 1) bytes = createHash('sha256').update(bytes).digest();
  return bytes.toString('hex');
}

describe('domain/beacon', () => {
  it('makes seeds of channel, last seed and what was shown, by MSP id', () => {
    const [a, b] = ['A', 'B'].map((msp) => noise(32, msp)) as [Buffer, Buffer];
    const genesis = sha256(tuple('dstore/v1/genesis', 'dstore', 'A', a, 'B', b)).toString('hex');
    assert.equal(genesisSeed('dstore', shown('B', 'A')), genesis);
    const next = sha256(tuple('dstore/v1/seed', 'dstore', noise(32, 'seed'), 'A', a, 'B', b)).toString('hex');
    assert.equal(nextSeed('dstore', seed, shown('B', 'A')), next);
  });

  it('A-20 A-71 makes one seed in whatever order reveals arrive, and leaves the list as it was', () => {
    const all = shown('Org1', 'Org2', 'Org10', 'a', 'Z', 'org-1');
    const one = nextSeed('dstore', seed, all);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (some) => {
        const before = [...some];
        assert.equal(nextSeed('dstore', seed, some), one);
        assert.deepEqual(some, before);
      }),
    );
  });

  it('A-07 A-50 makes another seed when anything is other: channel, seed, one bit shown, who showed', () => {
    const base = shown('A', 'B');
    const [first, second] = base as [Shown, Shown];
    const turned = { msp: 'B', value: flipped(Buffer.from(second.value, 'hex'), 31).toString('hex') };
    const seeds = [
      nextSeed('dstore', seed, base),
      nextSeed('dstore2', seed, base),
      nextSeed('dstore', hex('other'), base),
      nextSeed('dstore', seed, [first, turned]),
      nextSeed('dstore', seed, [first]),
      nextSeed('dstore', seed, [first, { ...second, msp: 'C' }]),
      nextSeed('dstore', seed, []),
      genesisSeed('dstore', base),
      genesisSeed('dstore', []),
    ];
    assert.equal(new Set(seeds).size, seeds.length);
  });

  it('hashes a chain as a loop does', () => {
    for (const steps of [0, 1, 2, 3, 100])
      assert.equal(hashChain(seed, BigInt(steps)), naive(seed, steps), `${steps}`);
  });

  it('A-111 checks a reveal against the last accepted value, over the epochs between', () => {
    const secret = hex('secret');
    const at = (epoch: bigint) => hashChain(secret, 50n - epoch);
    for (let last = 0n; last < 8n; last += 1n)
      for (let epoch = 0n; epoch < 8n; epoch += 1n)
        for (let value = 0n; value < 8n; value += 1n)
          assert.equal(
            verifyReveal({ value: at(last), epoch: last }, epoch, at(value)),
            epoch > last && value === epoch,
            `${value} for ${epoch} after ${last}`,
          );
    assert.ok(!verifyReveal({ value: at(0n), epoch: 0n }, 1n, hex('guess')));
  });

  it('A-111 bridges 100,000 epochs of silence and no more', () => {
    const value = hashChain(seed, maxSteps);
    assert.ok(verifyReveal({ value, epoch: 1n }, maxSteps + 1n, seed));
    const far = hashChain(value, 1n);
    assert.ok(!verifyReveal({ value: far, epoch: 1n }, maxSteps + 2n, seed));
  });

  it('A-105 draws a witness from seed and bundle, never the provider unless it is alone', () => {
    const organizations = ['A', 'B', 'C', 'D'];
    const times = new Map<string, number>();
    for (let at = 0; at < 600; at += 1) {
      const witness = witnessOf('dstore', seed, hex(at), organizations, 'B');
      assert.equal(witnessOf('dstore', seed, hex(at), [...organizations].reverse(), 'B'), witness);
      times.set(witness, (times.get(witness) ?? 0) + 1);
    }
    assert.deepEqual([...times.keys()].sort(), ['A', 'C', 'D']);
    for (const count of times.values()) assert.ok(count > 120, `${count} of 600`);
    assert.equal(witnessOf('dstore', seed, hex(1), ['B'], 'B'), 'B');
    assert.equal(witnessOf('dstore', seed, hex(1), ['A', 'B'], 'B'), 'A');
  });
});
