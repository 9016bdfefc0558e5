import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';

import { NetworkFault } from '../fault.js';

/** Leads from one end to another until it is closed. */
export interface Passage {
  /** Ends every connection, too. */
  close(): Promise<void>;
}

/**
 * Listens at `from` and leads every connection to `to`, byte for byte in both directions; an end is `host:port`, or the
 * path of a socket, which replaces one that is there. Who finds nobody at `to` is hung up on. Throws NetworkFault for other ends.
 */
export async function openPassage(from: string, to: string): Promise<Passage> {
  const [near, far] = [endOf(from), endOf(to)];
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ ...far, allowHalfOpen: true });
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy()).on('close', () => open.delete(one));
      one.pipe(other);
    }
  });
  if ('path' in near) await rm(near.path, { force: true });
  server.listen(near);
  await once(server, 'listening');
  const close = async () => {
    server.close();
    for (const socket of open) socket.destroy();
    await once(server, 'close');
  };
  return { close };
}

function endOf(text: string): { path: string } | { host: string; port: number } {
  if (text.startsWith('/')) return { path: text };
  const [, host, port] = /^([^:]+):([1-9]\d{0,4})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw new NetworkFault(`"${text}" is no end of a passage`, 'give host:port, or the path of a socket');
  return { host, port: Number(port) };
}
