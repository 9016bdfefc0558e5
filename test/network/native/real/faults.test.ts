import { isLeading } from '@dstore/network/native/orderer-node.js';
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

import { sampleBytes } from '../../../demo/sample.js';
import { ConsortiumOfProcesses, say, until } from './consortium-of-processes.js';
import { Workload } from './workload.js';

const epochSeconds = 30;
const suspended = 30_000;

describe('faults of real processes under a workload', () => {
  let consortium: ConsortiumOfProcesses;

  before(async () => {
    consortium = await ConsortiumOfProcesses.bringUp(epochSeconds);
  });
  after(() => consortium?.close());

  /** Does something bad while objects come and go; prints how long none was taken; holds the invariants. */
  async function during(
    name: string,
    act: () => Promise<void>,
    afterwards: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const workload = new Workload(consortium, name);
    try {
      await workload.recovered(performance.now());
      await act();
      const milliseconds = await workload.recovered(performance.now());
      say(`${name}: a put was taken ${(milliseconds / 1000).toFixed(1)} s after`);
      await afterwards();
      await workload.recovered(performance.now());
    } finally {
      await workload.stop();
      if (workload.failures > 0) say(`${workload.failures} calls failed, the last: ${workload.lastFailure}`);
    }
    await running();
    await consortium.holdInvariants();
  }

  /** Waits until every process runs again. */
  async function running(): Promise<void> {
    const { supervisor } = consortium.network;
    await until('all processes', async () => {
      const pids = await Promise.all((await supervisor.names()).map((name) => supervisor.pidOf(name)));
      return pids.every((pid) => pid !== undefined) ? pids : undefined;
    });
  }

  const kill = (name: string) => consortium.network.supervisor.signal(name, 'SIGKILL');

  it('loses nothing when the leading orderer is killed', () =>
    during('leader-killed', async () => {
      const { seats, shared } = consortium.network;
      const leading = await Promise.all(seats.map((seat) => isLeading(shared, seat)));
      const leader = seats[leading.indexOf(true)];
      assert.ok(leader !== undefined);
      await kill(`${leader.name}.orderer`);
    }));

  const victims = [
    ["another organization's peer", 'org2.peer'],
    ["the gateway's own peer", 'org1.peer'],
    ['a chaincode server', 'org1.chaincode.dstore'],
    ['a provider', 'org3.provider'],
    ['a Kubo daemon', 'org4.kubo.org4-d1'],
  ] as const;
  for (const [what, name] of victims)
    it(`loses nothing when ${what} is killed`, () => during(`${name}-killed`, () => kill(name)));

  it('keeps what it acknowledged when the gateway is killed in mid-put, and nothing of that put', async () => {
    let isOver = false;
    const endless = async function* () {
      for await (const piece of sampleBytes('unfinished', 2 ** 30)) {
        yield piece;
        await setTimeout(20);
        if (isOver) return;
      }
    };
    const body = ReadableStream.from(endless()) as unknown as ReadableStream<Uint8Array>;
    const path = '/v1/buckets/demo/objects/unfinished';
    const cut = consortium.fetch(path, { method: 'PUT', body, duplex: 'half' }).then(
      () => 'answered',
      () => 'cut',
    );
    await setTimeout(1_500);
    await during('gateway-killed', () => kill('org1.gateway'));
    isOver = true;
    assert.equal(await cut, 'cut');
    assert.equal((await consortium.fetch(path)).status, 404);
  });

  it('goes on while an orderer is suspended for 30 s, and takes it back', () =>
    during(
      'orderer-suspended',
      () => consortium.network.supervisor.signal('org3.orderer', 'SIGSTOP'),
      async () => {
        await setTimeout(suspended);
        await consortium.network.supervisor.signal('org3.orderer', 'SIGCONT');
      },
    ));

  it('loses nothing when everything is stopped and started', () =>
    during('restart', async () => {
      await consortium.network.down();
      await consortium.network.up();
    }));
});
