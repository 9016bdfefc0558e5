/*
 * The reference of what goes through REST: the least that stores an object on this machine. One process, node:http, one
 * copy in a file, synced before it is acknowledged; no key, no code, no other party. `node plain-server.js FOLDER`
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const folder = process.argv[2] ?? '.';
const highWaterMark = 1 << 20;

async function put(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  await pipeline(request, createWriteStream(path, { highWaterMark, flush: true }));
  response.writeHead(201, { 'content-length': 0 }).end();
}

async function get(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const { size } = await stat(path);
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const start = range === null ? 0 : Number(range[1]);
  const end = range === null ? size - 1 : Number(range[2]);
  response.writeHead(range === null ? 200 : 206, { 'content-length': end - start + 1 });
  await pipeline(createReadStream(path, { start, end, highWaterMark }), response);
}

async function remove(response: ServerResponse, path: string): Promise<void> {
  await rm(path);
  response.writeHead(204).end();
}

const server = createServer((request, response) => {
  const path = join(folder, encodeURIComponent(request.url ?? ''));
  const { method } = request;
  const done =
    method === 'PUT'
      ? put(request, response, path)
      : method === 'GET'
        ? get(request, response, path)
        : remove(response, path);
  done.catch((error: unknown) => response.destroy(error as Error));
});
// Fails at once where the folder is not there.
await (await open(folder, 'r')).close();
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`serves http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
