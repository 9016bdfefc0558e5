import { type KeyWrite, WorldState } from '@dstore/network/embedded/world-state.js';
import assert from 'node:assert/strict';
import fc from 'fast-check';

const at = (block: number, tx = 0) => ({ block, tx });
const value = (text: string) => ({ value: Buffer.from(text) });

function stateOf(...keys: string[]): WorldState {
  const state = new WorldState();
  keys.forEach((key, tx) => state.apply(new Map([[key, value(key)]]), at(1, tx)));
  return state;
}

describe('WorldState', () => {
  it('keeps a copy as it was when the original goes on', () => {
    const state = stateOf('a', 'b');
    const copy = state.copy();
    const hash = copy.hash();
    state.apply(
      new Map<string, KeyWrite>([
        ['a', { value: null }],
        ['c', value('c')],
      ]),
      at(2),
    );
    assert.equal(copy.hash(), hash);
    assert.equal(copy.get('a')?.value.toString(), 'a');
    assert.equal(state.get('a'), undefined);
  });

  it('ranges from start to before end, in key order', () => {
    const state = stateOf('b', 'a', 'd', 'c');
    const keys = (start: string, end: string) => [...state.range(start, end)].map(([key]) => key);
    assert.deepEqual(keys('b', 'd'), ['b', 'c']);
    assert.deepEqual(keys('', ''), ['a', 'b', 'c', 'd']);
    assert.deepEqual(keys('bb', 'bc'), []);
  });

  it('keeps the policy of a key over writes, until the key is deleted', () => {
    const state = stateOf('a');
    const policy = Buffer.from('policy');
    state.apply(new Map([['a', { policy }]]), at(2));
    assert.deepEqual(state.get('a'), { value: Buffer.from('a'), version: at(2), policy });
    state.apply(new Map([['a', value('again')]]), at(3));
    assert.deepEqual(state.get('a')?.policy, policy);
    state.apply(new Map([['a', { value: null }]]), at(4));
    state.apply(new Map([['a', value('new')]]), at(5));
    assert.equal(state.get('a')?.policy, undefined);
  });

  it('ignores a policy for a key that is not there', () => {
    const state = new WorldState();
    state.apply(new Map([['a', { policy: Buffer.from('policy') }]]), at(1));
    assert.equal(state.size, 0);
  });

  it('tells states apart by key, value, version and policy', () => {
    const hashes = [
      stateOf('a'),
      stateOf('b'),
      stateOf('a', 'b'),
      stateOf('b', 'a'),
      WorldState.of([['a', { value: Buffer.from('x'), version: at(1) }]]),
      WorldState.of([['a', { value: Buffer.from('x'), version: at(2) }]]),
      WorldState.of([['a', { value: Buffer.from('x'), version: at(1), policy: Buffer.from('p') }]]),
    ].map((state) => state.hash());
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it('agrees with a plain map under any series of writes', () => {
    const write = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), put: fc.boolean() });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        const state = new WorldState();
        const plain = new Map<string, number>();
        writes.forEach(({ key, put }, block) => {
          state.apply(new Map([[key, put ? value(`${block}`) : { value: null }]]), at(block));
          if (put) plain.set(key, block);
          else plain.delete(key);
        });
        const seen = [...state.range('', '')].map(([key, { version }]) => [key, version.block]);
        assert.deepEqual(seen, [...plain].sort());
      }),
    );
  });
});
