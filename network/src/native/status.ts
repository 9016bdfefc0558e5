import { certificateExpiries } from '@dstore/organizations';
import { readFile } from 'node:fs/promises';

import type { NativeNetwork } from './native-network.js';
import { ordererHeight, ordererProcess } from './orderer-node.js';
import { peerHeight, peerProcess } from './peer-node.js';

/** What is known of one process. */
export interface ProcessStatus {
  readonly name: string;
  /** Undefined when it does not run. */
  readonly pid: number | undefined;
  /** Resident memory in bytes, where the system tells. */
  readonly memoryBytes: number | undefined;
  /** Blocks that it has of the channel, if it is a peer or an orderer that answers. */
  readonly height: bigint | undefined;
}

/** What is known of a network. */
export interface NetworkStatus {
  readonly processes: readonly ProcessStatus[];
  /** The certificate that ends first. */
  readonly firstExpiry: { readonly path: string; readonly daysLeft: number } | undefined;
}

/** Looks at every process that was started and not stopped. `now` is in milliseconds since 1970. */
export async function statusOf(network: NativeNetwork, folder: string, now: number): Promise<NetworkStatus> {
  const names = await network.supervisor.names();
  const heights = await heightsOf(network);
  const processes = await Promise.all(
    names.map(async (name) => {
      const pid = await network.supervisor.pidOf(name);
      const memoryBytes = pid === undefined ? undefined : await memoryOf(pid);
      return { name, pid, memoryBytes, height: heights.get(name) };
    }),
  );
  const [firstExpiry] = await certificateExpiries(folder, now).catch(() => []);
  return { processes, firstExpiry };
}

async function heightsOf({ seats, shared }: NativeNetwork): Promise<Map<string, bigint>> {
  const asked = seats.flatMap((seat) => [
    { name: peerProcess(seat), ask: () => peerHeight(shared, seat) },
    { name: ordererProcess(seat), ask: () => ordererHeight(shared, seat) },
  ]);
  const heights = new Map<string, bigint>();
  const keep = async ({ name, ask }: (typeof asked)[number]) => {
    const height = await ask().catch(() => undefined);
    if (height !== undefined) heights.set(name, height);
  };
  await Promise.all(asked.map(keep));
  return heights;
}

async function memoryOf(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(text) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
