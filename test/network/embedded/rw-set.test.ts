import { decodeRwSet, encodeRwSet, type RwSet } from '@dstore/network/embedded/rw-set.js';
import { ledger } from '@hyperledger/fabric-protos';
import assert from 'node:assert/strict';

const set: RwSet = {
  reads: [
    { key: 'b', version: { block: 0, tx: 0 } },
    { key: 'a', version: undefined },
  ],
  ranges: [{ start: 'x', end: 'y', exhausted: true, reads: [{ key: 'x1', version: { block: 7, tx: 2 } }] }],
  writes: new Map([
    ['d', { value: null }],
    ['c', { value: Buffer.from('1'), policy: Buffer.from('p') }],
    ['e', { policy: Buffer.from('q') }],
  ]),
};

describe('encodeRwSet', () => {
  it('comes back the same, reads by key', () => {
    const decoded = decodeRwSet('toy', encodeRwSet('toy', set));
    assert.deepEqual(decoded.reads, [...set.reads].reverse());
    assert.deepEqual(decoded.ranges, set.ranges);
    assert.deepEqual([...decoded.writes].sort(), [...set.writes].sort());
  });

  it('gives the same bytes whatever the order of writes', () => {
    const other = { ...set, reads: [...set.reads].reverse(), writes: new Map([...set.writes].reverse()) };
    assert.deepEqual(encodeRwSet('toy', other), encodeRwSet('toy', set));
  });
});

describe('decodeRwSet', () => {
  it('refuses another chaincode and several of them', () => {
    const bytes = encodeRwSet('toy', set);
    assert.throws(() => decodeRwSet('other', bytes), TypeError);
    const doubled = ledger.rwset.TxReadWriteSet.deserializeBinary(bytes);
    doubled.setNsRwsetList([...doubled.getNsRwsetList(), ...doubled.getNsRwsetList()]);
    assert.throws(() => decodeRwSet('toy', doubled.serializeBinary()), TypeError);
  });
});
