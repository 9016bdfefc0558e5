import { fetchChannelCopy } from '../native/checks/channel-copy.js';
import type { Ground } from '../native/checks/ground.js';
import { examine, type Finding } from '../native/checks/point.js';
import { points } from '../native/checks/points.js';
import { withContract } from '../native/gateway-contract.js';
import type { NativeNetwork } from '../native/index.js';
import { openNetwork } from './open-network.js';
import { type CommandContext, networkFolder } from './place.js';

/** Answer when something is broken. */
const broken = 5;

/** Looks at the network's twenty points; with `--json` as JSON. Answers 5 when one of them fails, else 0. */
export async function doctor(context: CommandContext): Promise<number> {
  const network = await openNetwork({ ...context, say: () => undefined });
  const ground = groundOf(network, networkFolder(context.environment), Date.now());
  const findings = await Promise.all(points.map((point) => examine(point, ground)));
  if (context.args.includes('--json')) context.print(JSON.stringify(findings, undefined, 2));
  else findings.flatMap(linesOf).forEach((line) => context.print(line));
  return findings.some(({ state }) => state === 'fail') ? broken : 0;
}

/** What the checks look at; `now` is in milliseconds since 1970. */
export function groundOf(network: NativeNetwork, folder: string, now: number): Ground {
  let channel: ReturnType<Ground['channel']> | undefined;
  const ask = async (mspId: string, name: string, argument: object): Promise<unknown> => {
    const { options } = network;
    const answer = await withContract(
      network.seat(mspId),
      options.channel,
      options.definition.name,
      (contract) => contract.evaluateTransaction(`LedgerContract:${name}`, JSON.stringify(argument)),
    );
    return JSON.parse(Buffer.from(answer).toString('utf8'));
  };
  return {
    network,
    folder,
    now,
    channel: () => (channel ??= fetchChannelCopy(network)),
    row: (mspId, kind, parts) => ask(mspId, 'Read', { kind, parts }),
    rows: async (mspId, kind) => {
      const found: unknown[] = [];
      let after: string | undefined;
      do {
        const start = after === undefined ? {} : { after };
        // In the order of names: the law reads canonical JSON only.
        const page = (await ask(mspId, 'List', { ...start, kind, limit: 500, prefix: [] })) as Page;
        found.push(...page.items);
        after = page.next;
      } while (after !== undefined);
      return found;
    },
  };
}

interface Page {
  readonly items: readonly unknown[];
  readonly next?: string;
}

/** A finding as people read it: a line of its own, then each flaw with its fix. */
export function linesOf({ number, title, state, says, flaws }: Finding): string[] {
  const head = `${String(number).padStart(2)} ${state.padEnd(8)}${title.padEnd(15)}${says}`;
  const more = flaws.flatMap((flaw) => [
    `   ${flaw.state.padEnd(8)}${flaw.says}`,
    `           fix: ${flaw.fix}`,
  ]);
  return [head, ...more];
}
