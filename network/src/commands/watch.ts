import { setTimeout } from 'node:timers/promises';

import { seatOf, sharedOf, Supervisor, Watch } from '../native/index.js';
import { ordererHeight } from '../native/orderer-node.js';
import { channel, type CommandContext, networkFolder, organizations } from './place.js';

/** Milliseconds between two looks, and looks at processes for each look at the orderers' heights. */
const pause = 1_000;
const looksPerHeight = 5;

/**
 * Starts again what ended without being stopped, until it is stopped itself. `network:up` starts it in a process of its own,
 * which has no business with the toolchain: what it starts was started before.
 */
export async function watch({ environment, print }: CommandContext): Promise<number> {
  const folder = networkFolder(environment);
  const shared = sharedOf(folder, channel);
  const seats = (await organizations(environment)).map((org) => seatOf(folder, org));
  const looking = new Watch({
    supervisor: new Supervisor(folder),
    seats,
    heightOf: (seat) => ordererHeight(shared, seat),
    say: (line) => print(`${new Date().toISOString()} ${line}`),
  });
  for (let look = 1; ; look += 1) {
    await looking.reviveDead(Date.now());
    if (look % looksPerHeight === 0) await looking.restartHanging(Date.now());
    await setTimeout(pause);
  }
}
