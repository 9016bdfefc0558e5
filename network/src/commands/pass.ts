import { once } from 'node:events';

import { openPassage } from '../native/passage.js';
import { type CommandContext } from './place.js';

/** Leads connections from one end to another until it is asked to end: what two containers of docker-compose.yaml do. */
export async function pass({ args, say }: CommandContext): Promise<number> {
  const [from = '', to = ''] = args;
  const passage = await openPassage(from, to);
  say(`${from} leads to ${to}.`);
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  await passage.close();
  return 0;
}
