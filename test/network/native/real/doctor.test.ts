import { groundOf } from '@dstore/network/commands/doctor.js';
import { openCa, registrarSecret } from '@dstore/network/native/ca-server.js';
import { examine, type Finding } from '@dstore/network/native/checks/point.js';
import { points } from '@dstore/network/native/checks/points.js';
import { kuboDisks } from '@dstore/network/native/kubo-daemon.js';
import { tlsPaths } from '@dstore/network/native/layout.js';
import { ordererProcess } from '@dstore/network/native/orderer-node.js';
import { peerProcess } from '@dstore/network/native/peer-node.js';
import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { NativeConsortium } from './native-consortium.js';
import { bringUp, type RunningNetwork } from './running-network.js';

describe('network:doctor on a running network', () => {
  let running: RunningNetwork;

  before(async () => {
    running = await bringUp();
  });
  after(() => running.close());

  async function find(...numbers: number[]): Promise<Map<number, Finding>> {
    const ground = groundOf(running.network, join(running.folder, 'network', 'native'), Date.now());
    const wanted = points.filter(({ number }) => numbers.length === 0 || numbers.includes(number));
    const found = await Promise.all(wanted.map((point) => examine(point, ground)));
    return new Map(found.map((finding) => [finding.number, finding]));
  }
  const states = (found: Map<number, Finding>, state: string) =>
    [...found.values()].filter((finding) => finding.state === state).map(({ number }) => number);

  it('finds nothing wrong with a fresh one, and says what it did not look at', async () => {
    const found = await find();
    const wrong = [...found.values()].flatMap(({ number, flaws }) =>
      flaws.map(({ says }) => `${number}: ${says}`),
    );
    assert.deepEqual(wrong, []);
    assert.deepEqual(states(found, 'skipped'), [16, 17, 18, 19, 20]);
  });

  it('counts epochs and money once the consortium is founded', async () => {
    const consortium = await NativeConsortium.open(running);
    try {
      await consortium.found();
    } finally {
      consortium.close();
    }
    const found = await find(17, 18);
    assert.match(found.get(18)?.says ?? '', /^8000000 minted, 0 burned, 8000000 held$/);
    assert.deepEqual(found.get(18)?.flaws, []);
    assert.match(found.get(17)?.says ?? '', /^epoch \d+, \d+ s old, 4 organizations reveal$/);
  });

  it('F-23 finds each fault that is planted', async () => {
    const { network } = running;
    const [first, second] = network.seats;
    assert.ok(first !== undefined && second !== undefined);
    await chmod(tlsPaths(first, 'owner').key.replace('/tls/', '/msp/keystore/'), 0o644);
    const [disk] = kuboDisks(first);
    assert.ok(disk !== undefined);
    const path = join(disk.folder, 'config');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"NoFetch": true', '"NoFetch": false'));
    const ca = await openCa(second, 'identity');
    try {
      const registrar = await ca.enroll('registrar', await registrarSecret(second, 'identity'));
      await ca.revoke(registrar, { id: 'owner' });
    } finally {
      ca.close();
    }
    await network.supervisor.stop(ordererProcess(second));
    await network.supervisor.stop(peerProcess(second));
    const found = await find();
    for (const number of [4, 7, 8, 9, 10, 11, 13, 15])
      assert.equal(found.get(number)?.state, 'fail', JSON.stringify(found.get(number)));
    assert.match(found.get(15)?.flaws[0]?.says ?? '', /Gateway was changed$/);
    assert.match(JSON.stringify(found.get(10)), /no orderer more may fail/);
  });
});
