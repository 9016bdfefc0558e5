import assert from 'node:assert/strict';
import { anchored, beaconIn, hashChain, revealed, type Row, withheldInRow } from '@dstore/chaincode/domain';
import { noise } from '../noise.js';
import { refused } from '../refused.js';

/** A chain whose first value counts for an epoch: what its owner keeps, and what it registers. */
function chain(name: string, from: bigint, length: bigint) {
  const secret = noise(32, name).toString('hex');
  const anchor = hashChain(secret, length);
  return {
    given: { anchor, from, length },
    valueFor: (epoch: bigint) => hashChain(secret, length - (epoch - from + 1n)),
  };
}

const first = chain('first', 1n, 20n);
const founded = anchored(undefined, undefined, first.given);

describe('domain/anchor', () => {
  it('counts from epoch 1 when it is registered before the genesis', () => {
    assert.deepEqual(founded, {
      v: 1,
      ...first.given,
      last: first.given.anchor,
      lastEpoch: 0n,
    } satisfies Row<'beacon'>);
    for (const from of [0n, 2n])
      refused('anchor-early', () => anchored(undefined, undefined, { ...first.given, from }));
    assert.equal(anchored(founded, undefined, chain('again', 1n, 5n).given).next, undefined);
  });

  it('A-110 counts two epochs later at the earliest, and the old chain is due until then', () => {
    const next = chain('next', 9n, 10n);
    for (const epoch of [8n, 9n, 100n]) refused('anchor-early', () => anchored(founded, epoch, next.given));
    const row = anchored(founded, 7n, next.given);
    assert.deepEqual([row.anchor, row.next], [first.given.anchor, next.given]);
    const old = revealed(row, 8n, first.valueFor(8n));
    assert.deepEqual(old.next, next.given);
    refused('reveal-invalid', () => revealed(row, 9n, first.valueFor(9n)));
    const fresh = revealed(old, 9n, next.valueFor(9n));
    assert.deepEqual([fresh.anchor, fresh.lastEpoch, fresh.next], [next.given.anchor, 9n, undefined]);
  });

  it('A-110 replaces a chain that does not count yet, and starts from one that does', () => {
    const [second, third] = [chain('second', 5n, 10n), chain('third', 8n, 10n)];
    const row = anchored(founded, 3n, second.given);
    assert.deepEqual(anchored(row, 3n, third.given).next, third.given);
    assert.equal(anchored(row, 3n, third.given).anchor, first.given.anchor);
    // In epoch 4 the values of epoch 5 are due, which are the second chain's.
    const turned = anchored(row, 4n, third.given);
    assert.deepEqual([turned.anchor, turned.next], [second.given.anchor, third.given]);
    assert.equal(revealed(turned, 5n, second.valueFor(5n)).lastEpoch, 5n);
  });

  it('refuses an anchor it knows, and chains of no or too many values', () => {
    const next = chain('next', 9n, 10n);
    refused('anchor-spent', () => anchored(founded, 7n, { ...first.given, from: 9n }));
    refused('anchor-spent', () => anchored(anchored(founded, 7n, next.given), 7n, next.given));
    for (const length of [0n, 100_000_001n])
      refused('anchor-invalid', () => anchored(founded, 7n, { ...next.given, length }));
    for (const length of [1n, 100_000_000n])
      assert.equal(anchored(founded, 7n, { ...next.given, length }).next?.length, length);
  });

  it('starts afresh for an organization that joins later', () => {
    const late = chain('late', 12n, 10n);
    const row = anchored(undefined, 10n, late.given);
    assert.deepEqual([row.anchor, row.lastEpoch, row.next], [late.given.anchor, 11n, undefined]);
    refused('anchor-early', () => anchored(undefined, 10n, { ...late.given, from: 11n }));
    refused('anchor-early', () => revealed(row, 11n, late.valueFor(12n)));
    assert.equal(revealed(row, 12n, late.valueFor(12n)).lastEpoch, 12n);
  });

  it('A-111 takes each value once, in order, over epochs that were skipped', () => {
    let row = founded;
    for (const epoch of [1n, 2n, 5n, 6n, 20n]) {
      for (const wrong of [epoch - 1n, epoch + 1n].filter((other) => other >= 1n && other <= 20n))
        refused('reveal-invalid', () => revealed(row, epoch, first.valueFor(wrong)));
      row = revealed(row, epoch, first.valueFor(epoch));
      assert.deepEqual([row.last, row.lastEpoch], [first.valueFor(epoch), epoch]);
      for (const past of [epoch, epoch - 1n].filter((other) => other >= 1n))
        refused('reveal-repeated', () => revealed(row, past, first.valueFor(past)));
    }
    refused('anchor-spent', () => revealed(row, 21n, first.valueFor(20n)));
  });

  it('A-22 counts values that are owed in a row', () => {
    const row = revealed(founded, 3n, first.valueFor(3n));
    assert.deepEqual(
      [2n, 3n, 4n, 9n].map((epoch) => withheldInRow(row, epoch)),
      [0n, 0n, 1n, 6n],
    );
    const next = anchored(row, 3n, chain('next', 5n, 10n).given);
    assert.equal(withheldInRow(beaconIn(next, 4n), 4n), 1n);
    // A chain that has just begun owes nothing for the epochs before it.
    assert.equal(withheldInRow(beaconIn(next, 5n), 5n), 1n);
    assert.equal(beaconIn(next, 4n), next);
  });
});
