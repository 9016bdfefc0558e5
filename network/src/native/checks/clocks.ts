import { environmentOf } from '../process-environment.js';
import { getOverTls } from '../https.js';
import { tlsPaths } from '../layout.js';
import { ordererProcess } from '../orderer-node.js';
import { peerProcess } from '../peer-node.js';
import { fail, type Flaw, type Outcome, type Point, warn } from './point.js';

/** A process's clock beside ours, in milliseconds since 1970; undefined when it did not say. */
export interface ClockReading {
  readonly name: string;
  readonly theirs: number | undefined;
  readonly ours: number;
}

/** HTTP's Date has whole seconds. */
const resolution = 1_000;

/** Point 4: clocks differ by less than a quarter of the time window. */
export const clocks: Point = {
  number: 4,
  title: 'clocks',
  look: async ({ network: { seats, options } }) => {
    const asked = seats.flatMap((seat) => [
      { name: peerProcess(seat), seat, port: seat.ports.peerOperations },
      { name: ordererProcess(seat), seat, port: seat.ports.ordererOperations },
    ]);
    const readings = asked.map(async ({ name, seat, port }) => {
      const { date } = await getOverTls(port, '/healthz', tlsPaths(seat, 'operator'));
      return { name, theirs: date, ours: Date.now() };
    });
    return judgeClocks(await Promise.all(readings), options.timeWindowSeconds);
  },
};

/** Says whose clock is off by a quarter of the window or more. */
export function judgeClocks(readings: readonly ClockReading[], timeWindowSeconds: number): Outcome {
  const most = timeWindowSeconds * 250;
  const fix = 'let both machines keep time by NTP (timedatectl set-ntp true)';
  const flaws = readings.flatMap(({ name, theirs, ours }): Flaw[] => {
    if (theirs === undefined) return [warn(`${name} does not tell its time`, 'see that it is no proxy')];
    const off = Math.max(0, Math.abs(theirs - ours) - resolution);
    return off < most ? [] : [fail(`the clock of ${name} is off by ${Math.round(off / 1000)} s`, fix)];
  });
  return { says: `${readings.length - flaws.length} agree within ${most / 1000} s`, flaws };
}

const variable = 'CORE_PEER_AUTHENTICATION_TIMEWINDOW';

/** Point 13: peers refuse proposals whose time is off, by the window that was meant. */
export const timeWindow: Point = {
  number: 13,
  title: 'time window',
  look: async ({ network: { seats, supervisor, options } }) => {
    const found = seats.map(async (seat) => {
      const name = peerProcess(seat);
      const pid = await supervisor.pidOf(name);
      const environment = pid === undefined ? [] : await environmentOf(pid);
      const [, value] = environment.map((each) => each.split('=')).find(([key]) => key === variable) ?? [];
      return { name, value };
    });
    return judgeWindows(await Promise.all(found), options.timeWindowSeconds);
  },
};

/** Says which peers run with another window than the one meant, or are down. */
export function judgeWindows(
  found: readonly { readonly name: string; readonly value: string | undefined }[],
  seconds: number,
): Outcome {
  const wrong = found.filter(({ value }) => value !== `${seconds}s`);
  const fix = `start it with ${variable}=${seconds}s: npm run network:down, then network:up`;
  const flaws = wrong.map(({ name, value }) =>
    fail(
      value === undefined ? `${name} is down, or runs with Fabric's default` : `${name} allows ${value}`,
      fix,
    ),
  );
  return { says: `${seconds} s at ${found.length - wrong.length} peers`, flaws };
}
