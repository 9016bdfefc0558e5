import assert from 'node:assert/strict';

import {
  anchorFor,
  anchorNeed,
  BeaconChain,
  latestAnchor,
  revealIndex,
} from '@dstore/application/core/beacon-chain.js';
import { type Row, sha256 } from '@dstore/chaincode/domain';
import fc from 'fast-check';

const naive = (secret: Buffer, times: number): string =>
  times === 0 ? secret.toString('hex') : naive(sha256(secret), times - 1);

const beacon = (change: Partial<Row<'beacon'>> = {}): Row<'beacon'> => ({
  v: 1,
  anchor: 'aa'.repeat(32),
  from: 1n,
  length: 100n,
  last: 'aa'.repeat(32),
  lastEpoch: 0n,
  ...change,
});

describe('beacon chain', () => {
  it('gives the values that hashing one by one gives, around every checkpoint', () => {
    const secret = Buffer.alloc(32, 3);
    for (const length of [1, 2, 511, 512, 513, 1024, 1500]) {
      const chain = new BeaconChain(secret, length);
      assert.equal(chain.anchor, naive(secret, length));
      for (const index of [0, 1, 511, 512, 513, 1023, 1024, length - 1].filter((at) => at <= length))
        assert.equal(chain.value(index), naive(secret, index));
    }
  });

  it('refuses values beyond the chain and chains without a value', () => {
    const chain = new BeaconChain(Buffer.alloc(32), 10);
    for (const index of [-1, 11, 0.5, Number.NaN]) assert.throws(() => chain.value(index), RangeError);
    for (const length of [0, -1, 1.5])
      assert.throws(() => new BeaconChain(Buffer.alloc(32), length), RangeError);
  });

  it('reveals what hashes to the anchor in as many steps as epochs have passed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (first, epoch) => {
        const chain = new BeaconChain(Buffer.alloc(32, 9), 40);
        const index = revealIndex({ anchor: chain.anchor, from: BigInt(first), length: 40n }, BigInt(epoch));
        const passed = epoch - first + 1;
        assert.equal(index !== undefined, passed >= 1 && passed <= 40);
        if (index !== undefined)
          assert.equal(naive(Buffer.from(chain.value(index), 'hex'), passed), chain.anchor);
      }),
    );
  });

  it('turns to the next anchor from its first epoch on', () => {
    const next = { anchor: 'bb'.repeat(32), from: 9n, length: 5n };
    const row = beacon({ next });
    assert.equal(anchorFor(row, 8n), row);
    assert.equal(anchorFor(row, 9n), next);
    assert.equal(anchorFor(beacon(), 9n).anchor, beacon().anchor);
    assert.equal(latestAnchor(row), next);
  });

  it('A-111 asks for another anchor when there is none, its secret is gone, or a tenth is left', () => {
    assert.equal(anchorNeed(undefined, 0n, false), 'missing');
    assert.equal(anchorNeed(beacon(), 5n, false), 'secret-lost');
    assert.equal(anchorNeed(beacon(), 0n, true), undefined);
    assert.equal(anchorNeed(beacon(), 90n, true), undefined);
    assert.equal(anchorNeed(beacon(), 91n, true), 'running-out');
    assert.equal(anchorNeed(beacon(), 500n, true), 'running-out');
    const next = { anchor: 'bb'.repeat(32), from: 95n, length: 100n };
    assert.equal(anchorNeed(beacon({ next }), 92n, true), undefined);
  });
});
