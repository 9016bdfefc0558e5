import assert from 'node:assert/strict';
import {
  begunReveal,
  checkOpening,
  contentEpoch,
  defaultParams,
  majorityOf,
  openFrom,
  revealFrom,
  type Row,
} from '@dstore/chaincode/domain';
import { refused } from '../refused.js';

const open: Row<'epoch'> = { v: 1, number: 7n, phase: 'open', openedAt: 1_000_000n };
const revealing: Row<'epoch'> = { ...open, phase: 'revealing' };
const params = {
  ...defaultParams,
  epochLengthSeconds: 100n,
  revealLengthSeconds: 30n,
  revealGraceSeconds: 20n,
};
const after = (seconds: bigint) => open.openedAt + seconds;

/** All choices of some of the given. */
const choices = (of: readonly string[]): string[][] =>
  of.reduce<string[][]>((sets, each) => [...sets, ...sets.map((set) => [...set, each])], [[]]);

describe('domain/epoch', () => {
  it('is a majority above one half', () => {
    assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 8].map(majorityOf), [1, 2, 2, 3, 3, 4, 4, 5]);
  });

  it('A-102 counts contents under the next epoch once reveals have begun', () => {
    assert.deepEqual([contentEpoch(open), contentEpoch(revealing)], [7n, 8n]);
  });

  it('knows when reveals begin and when the next may open', () => {
    assert.equal(revealFrom(open, params), after(70n));
    assert.deepEqual(openFrom(open, params), { full: after(100n), partial: after(120n) });
  });

  it('A-112 begins reveals at their second and not before, once, for the epoch that runs', () => {
    refused('epoch-not-due', () => begunReveal(open, 7n, params, after(69n)));
    assert.deepEqual(begunReveal(open, 7n, params, after(70n)), revealing);
    refused('epoch-not-due', () => begunReveal(revealing, 7n, params, after(99n)));
    for (const number of [6n, 8n])
      refused('epoch-not-due', () => begunReveal(open, number, params, after(99n)));
  });

  it('A-22 opens the next with every value in, or after the grace with a majority of them', () => {
    for (let count = 1; count <= 5; count += 1) {
      const organizations = ['A', 'B', 'C', 'D', 'E'].slice(0, count);
      for (const revealed of choices(organizations))
        for (const seconds of [0n, 99n, 100n, 119n, 120n, 10_000n]) {
          const call = () => checkOpening(revealing, 8n, params, after(seconds), organizations, revealed);
          const all = revealed.length === count;
          const enough = 2 * revealed.length > count;
          const what = `${revealed.join('')} of ${count} after ${seconds}`;
          if (seconds < 100n) refused('epoch-not-due', call, what);
          else if (all || (enough && seconds >= 120n))
            assert.deepEqual(
              call(),
              organizations.filter((msp) => !revealed.includes(msp)),
              what,
            );
          else refused('reveals-missing', call, what);
        }
    }
  });

  it('A-22 counts no value of an organization that is none, or none any more', () => {
    const call = () => checkOpening(revealing, 8n, params, after(200n), ['A', 'B', 'C'], ['A', 'X', 'Y']);
    refused('reveals-missing', call);
  });

  it('A-26 opens no epoch but the next, once, out of the revealing phase', () => {
    const opening = (epoch: Row<'epoch'>, number: bigint) => () =>
      checkOpening(epoch, number, params, after(10_000n), ['A'], ['A']);
    for (const number of [0n, 7n, 9n]) refused('epoch-not-due', opening(revealing, number));
    refused('epoch-not-due', opening(open, 8n));
    assert.deepEqual(opening(revealing, 8n)(), []);
  });
});
