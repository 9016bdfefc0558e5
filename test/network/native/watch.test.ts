import { seatOf, Watch } from '@dstore/network/native';
import { readOrgs } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

const orgs = await readOrgs(fileURLToPath(new URL('../../../../organizations', import.meta.url)));
const seats = orgs.map((org) => seatOf('/net', org));

/** A watch on processes that live in this table, and what it did. */
function watched(alive: Record<string, boolean>, heights: (bigint | undefined)[] = []) {
  const done: string[] = [];
  const said: string[] = [];
  const watch = new Watch({
    supervisor: {
      names: async () => Object.keys(alive),
      pidOf: async (name) => (alive[name] === true ? 1 : undefined),
      revive: async (name) => {
        done.push(`revive ${name}`);
        return true;
      },
      signal: async (name, signal) => void done.push(`${signal} ${name}`),
    },
    seats,
    heightOf: async (seat) => {
      const height = heights[seats.indexOf(seat)];
      if (height === undefined) throw new Error('no answer');
      return height;
    },
    say: (line) => said.push(line),
  });
  return { watch, done, said };
}

describe('Watch', () => {
  it('starts what ended, and nothing that runs', async () => {
    const { watch, done, said } = watched({ 'org1.peer': true, 'org2.peer': false });
    await watch.reviveDead(0);
    assert.deepEqual(done, ['revive org2.peer']);
    assert.deepEqual(said, ['org2.peer had ended; started again']);
  });

  it('waits longer each time while a process keeps ending, and starts over once it has lived a while', async () => {
    const alive = { 'org1.peer': false };
    const { watch, done } = watched(alive);
    const starts: number[] = [];
    for (let now = 0; now < 130_000; now += 1_000) {
      const before = done.length;
      await watch.reviveDead(now);
      if (done.length > before) starts.push(now);
    }
    const pauses = starts.slice(1).map((at, index) => at - (starts[index] as number));
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    const before = done.length;
    await watch.reviveDead(500_000);
    await watch.reviveDead(501_000);
    assert.equal(done.length, before + 2);
  });

  it('says why a process does not start, and goes on with the others', async () => {
    const said: string[] = [];
    const watch = new Watch({
      supervisor: {
        names: async () => ['org1.peer', 'org2.peer'],
        pidOf: async () => undefined,
        revive: async (name) => {
          if (name === 'org1.peer') throw new Error('the port is taken');
          return true;
        },
        signal: async () => undefined,
      },
      seats,
      heightOf: async () => 0n,
      say: (line) => said.push(line),
    });
    await watch.reviveDead(0);
    assert.deepEqual(said, [
      'org1.peer had ended and does not start: the port is taken',
      'org2.peer had ended; started again',
    ]);
  });

  it('restarts an orderer that stands still behind the others for more than a minute', async () => {
    const heights = [10n, 10n, 7n, 10n];
    const { watch, done } = watched({}, heights);
    await watch.restartHanging(0);
    await watch.restartHanging(60_000);
    assert.deepEqual(done, []);
    await watch.restartHanging(60_001);
    assert.deepEqual(done, ['SIGKILL org3.orderer']);
    await watch.restartHanging(65_000);
    assert.equal(done.length, 1);
  });

  it('leaves an orderer alone that is behind and moves, that does not answer, or that has caught up', async () => {
    const heights: (bigint | undefined)[] = [50n, 1n, 3n, undefined];
    const { watch, done } = watched({}, heights);
    for (let now = 0; now < 300_000; now += 30_000) {
      heights[1] = (heights[1] as bigint) + 1n;
      heights[2] = now % 60_000 === 0 ? 3n : 50n;
      await watch.restartHanging(now);
    }
    assert.deepEqual(done, []);
  });
});
