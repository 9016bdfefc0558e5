import type { RevocationReason } from '@dstore/organizations';

import { DirectoryLock } from '../embedded/directory-lock.js';
import { NetworkFault } from '../fault.js';
import { explainRevocation, revocationSteps, takeSteps } from '../native/index.js';
import { openNetwork } from './open-network.js';
import { type CommandContext, networkFolder } from './place.js';

const reasons: readonly string[] = [
  'unspecified',
  'keycompromise',
  'affiliationchange',
  'superseded',
  'cessationofoperation',
] satisfies RevocationReason[];

const usage = 'npm run network:revoke -- --org org2 --id provider --reason keycompromise [--explain]';

/** Takes an organization's word for a member back: on the ledger, at its CAs, in the channel. May be run again. */
export async function revoke(context: CommandContext): Promise<number> {
  const { org, id, reason, explain } = wishIn(context.args);
  const network = await openNetwork({ ...context, say: () => undefined });
  const seat = network.seats.find(({ name, mspId }) => name === org || mspId === org);
  if (seat === undefined)
    throw new NetworkFault(
      `there is no organization ${org}`,
      `one of ${network.seats.map(({ name }) => name).join(', ')}`,
    );
  const wish = { mspId: seat.mspId, id, reason };
  if (explain) {
    explainRevocation(seat, network.shared.channel, wish).forEach(context.print);
    return 0;
  }
  const lock = await DirectoryLock.take(networkFolder(context.environment));
  try {
    await takeSteps(revocationSteps(network, 'dstore', wish), context.say);
  } finally {
    await lock.release();
  }
  return 0;
}

function wishIn(args: readonly string[]) {
  const valueOf = (name: string) => args[args.indexOf(`--${name}`) + 1 || args.length];
  const known = ['--org', '--id', '--reason', '--explain'];
  const stray = args.find((arg) => arg.startsWith('--') && !known.includes(arg));
  const [org, id, reason = 'unspecified'] = [valueOf('org'), valueOf('id'), valueOf('reason')];
  if (org === undefined || id === undefined || stray !== undefined)
    throw new NetworkFault(stray === undefined ? 'whom to revoke?' : `there is no ${stray}`, usage);
  if (!reasons.includes(reason))
    throw new NetworkFault(`there is no reason ${reason}`, `--reason one of ${reasons.join(', ')}`);
  return { org, id, reason: reason as RevocationReason, explain: args.includes('--explain') };
}
