import { createServer } from 'node:net';

/** Ports of servers lie below those that systems hand out by themselves. */
const [lowest, highest] = [10_000, 31_999];
const handed = new Set<number>();

/** A port of loopback that is free now, and was not answered before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (handed.has(port) || !(await isFree(port))) continue;
    handed.add(port);
    return port;
  }
  throw new Error('no port is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
