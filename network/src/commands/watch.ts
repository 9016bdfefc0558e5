import { setTimeout } from 'node:timers/promises';

import { Watch } from '../native/index.js';
import { ordererHeight } from '../native/orderer-node.js';
import { openNetwork } from './open-network.js';
import type { CommandContext } from './place.js';

/** Milliseconds between two looks, and looks at processes for each look at the orderers' heights. */
const pause = 1_000;
const looksPerHeight = 5;

/** Starts again what ended without being stopped, until it is stopped itself. `network:up` starts it in a process of its own. */
export async function watch(context: CommandContext): Promise<number> {
  const { supervisor, seats, shared } = await openNetwork({ ...context, say: () => undefined });
  const say = (line: string) => context.print(`${new Date().toISOString()} ${line}`);
  const heightOf = (seat: (typeof seats)[number]) => ordererHeight(shared, seat);
  const looking = new Watch({ supervisor, seats, heightOf, say });
  for (let look = 1; ; look += 1) {
    await looking.reviveDead(Date.now());
    if (look % looksPerHeight === 0) await looking.restartHanging(Date.now());
    await setTimeout(pause);
  }
}
