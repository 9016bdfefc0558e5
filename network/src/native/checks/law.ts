import { chaincodeProcess } from '../chaincode-server.js';
import { reasonOf, withContract } from '../gateway-contract.js';
import type { OrgSeat } from '../layout.js';
import { PeerCommand } from '../peer-command.js';
import { environmentOf } from '../process-environment.js';
import type { Ground } from './ground.js';
import { fail, type Flaw, type Outcome, type Point, warn } from './point.js';

/** The law as one organization sees it. */
export interface LawView {
  readonly mspId: string;
  /** Version and sequence that its peer knows as committed, and who approved them; undefined when it knows none. */
  readonly definition:
    | {
        readonly version: string;
        readonly sequence: number;
        readonly approvals: Readonly<Record<string, boolean>>;
      }
    | undefined;
  /** Why its peer and chaincode server did not answer. */
  readonly silence: string | undefined;
  /** CORE_CHAINCODE_KEEPALIVE of its server, if it is set. */
  readonly keepalive: string | undefined;
}

/** Point 11: all have one definition, approved by all, and every chaincode server answers. */
export const law: Point = {
  number: 11,
  title: 'law',
  look: async (ground) =>
    judgeLaw(await Promise.all(ground.network.seats.map((seat) => viewOf(ground, seat)))),
};

/** Says who has another definition, has not approved it, or does not answer. */
export function judgeLaw(views: readonly LawView[]): Outcome {
  const known = views.flatMap(({ definition }) => definition ?? []);
  const newest = known.reduce((so, { sequence }) => Math.max(so, sequence), 0);
  const version = known.find(({ sequence }) => sequence === newest)?.version ?? '-';
  const flaws = views.flatMap((view) => flawsOf(view, newest, views));
  return { says: `version ${version}, sequence ${newest}, ${views.length} organizations`, flaws };
}

function flawsOf(
  { mspId, definition, silence, keepalive }: LawView,
  newest: number,
  all: readonly LawView[],
) {
  const upFix = 'npm run network:up approves, commits and starts what is missing';
  const approved = all.some((other) => other.definition?.approvals[mspId] === true);
  const flaws: Flaw[] = [];
  if (definition?.sequence !== newest || newest === 0)
    flaws.push(fail(`the peer of ${mspId} does not know sequence ${newest}`, upFix));
  else if (!approved) flaws.push(warn(`${mspId} has not approved sequence ${newest}`, upFix));
  if (silence !== undefined) flaws.push(fail(`the law of ${mspId} does not answer: ${silence}`, upFix));
  if (keepalive !== undefined && keepalive !== '0')
    flaws.push(
      fail(
        `the chaincode server of ${mspId} expects keep-alive messages, at which it ends`,
        'start it without CORE_CHAINCODE_KEEPALIVE',
      ),
    );
  return flaws;
}

async function viewOf(ground: Ground, seat: OrgSeat): Promise<LawView> {
  const { supervisor, options } = ground.network;
  const pid = await supervisor.pidOf(chaincodeProcess(seat, options.law));
  const environment = pid === undefined ? [] : await environmentOf(pid);
  const prefix = 'CORE_CHAINCODE_KEEPALIVE=';
  return {
    mspId: seat.mspId,
    definition: await definitionAt(ground, seat).catch(() => undefined),
    silence: await endorsing(ground, seat, [seat.mspId], false),
    keepalive: environment.find((each) => each.startsWith(prefix))?.slice(prefix.length),
  };
}

async function definitionAt({ network }: Ground, seat: OrgSeat): Promise<LawView['definition']> {
  const { toolchain, channel, definition } = network.options;
  const command = new PeerCommand(toolchain.programs, network.shared, seat);
  const query = ['lifecycle', 'chaincode', 'querycommitted', '--channelID', channel];
  const answer = await command.run([...query, '--name', definition.name, '--output', 'json']);
  return JSON.parse(answer) as NonNullable<LawView['definition']>;
}

/** Whether transactions are endorsed while one organization is away; `error` says why not. */
export interface Without {
  readonly mspId: string;
  readonly error: string | undefined;
}

/** Point 12: no organization can stop the others from endorsing. */
export const independence: Point = {
  number: 12,
  title: 'endorsement',
  look: async (ground) => {
    const { seats } = ground.network;
    const asked = seats.map(async ({ mspId }, at): Promise<Without> => {
      const others = seats.filter((seat) => seat.mspId !== mspId).map((seat) => seat.mspId);
      const asking = seats[(at + 1) % seats.length] as OrgSeat;
      return { mspId, error: await endorsing(ground, asking, others, true) };
    });
    return judgeIndependence(await Promise.all(asked));
  },
};

/** Says without whom nothing is endorsed. Among one or two the law leaves no choice. */
export function judgeIndependence(all: readonly Without[]): Outcome {
  if (all.length < 3) return { skipped: 'a majority of one or two organizations needs each of them' };
  const fix = 'see which of the others does not answer (points 9 and 11)';
  const flaws = all.flatMap(({ mspId, error }) =>
    error === undefined ? [] : [fail(`without ${mspId} nothing is endorsed: ${error}`, fix)],
  );
  return { says: `works without each of ${all.length - flaws.length} of ${all.length}`, flaws };
}

/** Asks for the law's probe by these organizations; answers why that failed. */
async function endorsing(
  { network: { options } }: Ground,
  seat: OrgSeat,
  endorsingOrganizations: string[],
  isTransaction: boolean,
): Promise<string | undefined> {
  const [name, argument] = options.law.probe;
  try {
    await withContract(seat, options.channel, options.definition.name, async (contract) => {
      const proposal = contract.newProposal(name, { arguments: [argument], endorsingOrganizations });
      await (isTransaction ? proposal.endorse() : proposal.evaluate());
    });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
