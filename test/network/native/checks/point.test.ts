import { NetworkFault } from '@dstore/network/fault.js';
import { examine, fail, type Outcome, warn } from '@dstore/network/native/checks/point.js';
import type { Ground } from '@dstore/network/native/checks/ground.js';
import assert from 'node:assert/strict';

const ground = {} as Ground;
const point = (look: () => Promise<Outcome>) => ({ number: 7, title: 'keys', look });
const stateOf = async (outcome: Outcome) =>
  (
    await examine(
      point(async () => outcome),
      ground,
    )
  ).state;

describe('a point', () => {
  it('is as bad as the worst that was seen', async () => {
    const [bad, poor] = [fail('a', 'b'), warn('c', 'd')];
    assert.equal(await stateOf({ says: '', flaws: [] }), 'ok');
    assert.equal(await stateOf({ says: '', flaws: [poor] }), 'warn');
    assert.equal(await stateOf({ says: '', flaws: [poor, bad] }), 'fail');
  });

  it('says why nobody looked', async () => {
    const finding = await examine(
      point(async () => ({ skipped: 'there is none' })),
      ground,
    );
    assert.deepEqual(finding, {
      number: 7,
      title: 'keys',
      state: 'skipped',
      says: 'there is none',
      flaws: [],
    });
  });

  it('fails when it can not be seen, with the fix of what was in the way', async () => {
    const look = () => Promise.reject(new NetworkFault('the peer is down', 'start it'));
    const { state, flaws } = await examine(point(look), ground);
    assert.equal(state, 'fail');
    assert.deepEqual(flaws, [fail('the peer is down', 'start it')]);
    const other = await examine(
      point(() => Promise.reject(new Error('ECONNREFUSED'))),
      ground,
    );
    assert.match(other.flaws[0]?.fix ?? '', /network:up/);
  });
});
