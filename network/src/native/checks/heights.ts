import { getOverTls } from '../https.js';
import { type OrgSeat, tlsPaths } from '../layout.js';
import { ordererHeight, ordererProcess } from '../orderer-node.js';
import { peerHeight, peerProcess } from '../peer-node.js';
import { fail, type Flaw, type Outcome, type Point, warn } from './point.js';

/** Blocks that a node has of the channel; undefined when it does not answer or has not joined. */
export interface NodeHeight {
  readonly name: string;
  readonly height: bigint | undefined;
}

const mostBehind = 5n;
const upFix = 'npm run network:up, then read its log with npm run network:logs';

/** Point 9: peers have joined and none is behind. */
export const peers: Point = {
  number: 9,
  title: 'peers',
  look: async ({ network: { seats, shared } }) => {
    const asked = seats.map(async (seat) => ({
      name: peerProcess(seat),
      height: await peerHeight(shared, seat).catch(() => undefined),
    }));
    return judgePeers(await Promise.all(asked));
  },
};

/** Says who has nothing of the channel, and who is more than five blocks behind. */
export function judgePeers(nodes: readonly NodeHeight[]): Outcome {
  return { says: heightsOf(nodes), flaws: behind(nodes) };
}

/** An orderer's height, and the leader's number in the consenter mapping as it knows it. */
export interface OrdererView extends NodeHeight {
  readonly leader: number | undefined;
}

/** Point 10: orderers agree on a leader, none is behind, and one more may fail. */
export const orderers: Point = {
  number: 10,
  title: 'orderers',
  look: async ({ network: { seats, shared } }) => {
    const asked = seats.map(async (seat) => ({
      name: ordererProcess(seat),
      height: await ordererHeight(shared, seat).catch(() => undefined),
      leader: await leaderBy(seat, shared.channel).catch(() => undefined),
    }));
    return judgeOrderers(await Promise.all(asked));
  },
};

/** Says who is away or behind, who holds another for the leader, and how many more may fail. */
export function judgeOrderers(views: readonly OrdererView[]): Outcome {
  const answering = views.filter(({ height }) => height !== undefined);
  const margin = answering.length - quorumOf(views.length);
  const leaders = [...new Set(answering.flatMap(({ leader }) => leader ?? []))];
  const flaws: Flaw[] = [...behind(views)];
  if (margin < 0) flaws.push(fail('too few orderers for a quorum: nothing is ordered', upFix));
  if (margin === 0) flaws.push(warn('no orderer more may fail', upFix));
  if (leaders.length === 0) flaws.push(fail('no orderer knows a leader', upFix));
  if (leaders.length > 1)
    flaws.push(warn(`orderers name ${leaders.length} leaders`, 'ask again: a change takes 20 s at most'));
  const leader = leaders.length === 1 ? `, the leader is number ${leaders[0]}` : '';
  return { says: `${heightsOf(views)}; ${Math.max(0, margin)} more may fail${leader}`, flaws };
}

/** SmartBFT's quorum among n of whom f = (n - 1) / 3 may lie: (n + f + 1) / 2, rounded up. */
export function quorumOf(count: number): number {
  const faulty = Math.floor((count - 1) / 3);
  return Math.ceil((count + faulty + 1) / 2);
}

function behind(nodes: readonly NodeHeight[]): Flaw[] {
  const most = nodes.reduce((so, { height = 0n }) => (height > so ? height : so), 0n);
  return nodes.flatMap(({ name, height }) => {
    if (height === undefined) return [fail(`${name} does not answer, or has not joined the channel`, upFix)];
    const lag = most - height;
    return lag <= mostBehind ? [] : [fail(`${name} is ${lag} blocks behind`, upFix)];
  });
}

function heightsOf(nodes: readonly NodeHeight[]): string {
  const heights = nodes.flatMap(({ height }) => height ?? []).sort((a, b) => (a < b ? -1 : 1));
  const [lowest, highest] = [heights[0], heights.at(-1)];
  return `${heights.length} of ${nodes.length} answer, blocks ${lowest ?? '-'} to ${highest ?? '-'}`;
}

async function leaderBy(seat: OrgSeat, channel: string): Promise<number | undefined> {
  const { text } = await getOverTls(seat.ports.ordererOperations, '/metrics', tlsPaths(seat, 'operator'));
  const line = new RegExp(`^consensus_BFT_leader_id\\{channel="${channel}"\\} (\\d+)$`, 'm').exec(text);
  return line === null ? undefined : Number(line[1]);
}
