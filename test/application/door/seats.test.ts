import assert from 'node:assert/strict';
import { Seats } from '@dstore/application/door/seats.js';
import { isFault } from '../../conformance/ledger.js';

describe('Seats', () => {
  it('refuses one more than there are, in all or for one caller, and gives seats back', async () => {
    const seats = new Seats(3, 2);
    const gate = Promise.withResolvers<void>();
    const wait = () => gate.promise;
    const taken = [seats.within('a', wait), seats.within('a', wait)];
    await assert.rejects(seats.within('a', wait), isFault('overloaded'));
    taken.push(seats.within('b', wait));
    await assert.rejects(seats.within('c', wait), isFault('overloaded'));
    gate.resolve();
    await Promise.all(taken);
    assert.equal(await seats.within('a', async () => 5), 5);
  });

  it('gives a seat back when the work fails', async () => {
    const seats = new Seats(1, 1);
    for (let round = 0; round < 3; round += 1)
      await assert.rejects(
        seats.within('a', () => Promise.reject(new Error('no'))),
        /no/,
      );
    await seats.within('a', async () => undefined);
  });
});
