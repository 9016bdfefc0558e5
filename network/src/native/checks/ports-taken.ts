import { kuboDisks } from '../kubo-daemon.js';
import type { OrgSeat } from '../layout.js';
import type { Ground } from './ground.js';
import { isLoopback, type Listener, listeners, socketsOf } from './listeners.js';
import { fail, type Outcome, type Point } from './point.js';

const untold = 'the system does not tell who listens; Linux does';

/** Point 2: nobody else listens on the network's ports. */
export const portsTaken: Point = {
  number: 2,
  title: 'ports',
  look: async (ground) => {
    const found = await listeners();
    return found === undefined
      ? { skipped: untold }
      : judgeOwners(portsOf(ground), found, await ownSockets(ground));
  },
};

/** Point 14: what has no key but loopback is on loopback, and for now everything else, too. */
export const loopback: Point = {
  number: 14,
  title: 'loopback',
  look: async (ground) => {
    const found = await listeners();
    return found === undefined ? { skipped: untold } : judgeReach(portsOf(ground), found);
  },
};

/** Says which of our ports belong to programs of others. `own` are the sockets of our processes. */
export function judgeOwners(
  ports: ReadonlySet<number>,
  found: readonly Listener[],
  own: ReadonlySet<string>,
): Outcome {
  const ours = found.filter(({ port }) => ports.has(port));
  const taken = ours.filter(({ inode }) => !own.has(inode)).map(({ port }) => port);
  const fix = 'end that program, or give the organization another basePort in its org.yaml and reset';
  return {
    says: `${ours.length - taken.length} of ${ports.size} in use by the network`,
    flaws: [...new Set(taken)].map((port) => fail(`another program listens on port ${port}`, fix)),
  };
}

/** Says on which of our ports others than this machine are listened to. */
export function judgeReach(ports: ReadonlySet<number>, found: readonly Listener[]): Outcome {
  const ours = found.filter(({ port }) => ports.has(port));
  const open = ours.filter(({ address }) => !isLoopback(address));
  return {
    says: `${ours.length} listeners, ${ours.length - open.length} of them on loopback`,
    flaws: open.map(({ address, port }) =>
      fail(`port ${port} is open on ${address}`, 'set its address to 127.0.0.1 and start the process again'),
    ),
  };
}

function portsOf({ network }: Ground): Set<number> {
  return new Set(network.seats.flatMap((seat) => portsOfSeat(seat, network.options.law.slot)));
}

function portsOfSeat(seat: OrgSeat, slot: number): number[] {
  const { ports } = seat;
  return [
    ...[ports.ca, ports.caOperations, ports.orderer, ports.ordererAdmin, ports.ordererOperations],
    ...[ports.peer, ports.peerChaincode, ports.peerOperations, ports.chaincode + slot],
    ...kuboDisks(seat).flatMap((disk) => Object.values(disk.ports)),
  ];
}

async function ownSockets({ network: { supervisor } }: Ground): Promise<Set<string>> {
  const pids = await Promise.all((await supervisor.names()).map((name) => supervisor.pidOf(name)));
  const running = pids.filter((pid) => pid !== undefined);
  const sockets = await Promise.all(running.map(socketsOf));
  return new Set(sockets.flat());
}
