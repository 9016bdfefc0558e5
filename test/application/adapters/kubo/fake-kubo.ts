import { cidOf } from '@dstore/application/core/shard.js';
import { blake3 } from '@napi-rs/blake-hash';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a call in place of the daemon; false to let the daemon answer. */
export type Override = (path: string, response: ServerResponse, body: Buffer) => boolean;

const missing = (cid: string) => `block was not found locally (offline): ipld: could not find ${cid}`;

/** A daemon's configuration that is safe, as far as anybody looks at it. */
export function safeConfig(): Record<string, Record<string, unknown> | unknown[]> {
  const flatfs = { type: 'flatfs', mountpoint: '/blocks', sync: true };
  return {
    API: { HTTPHeaders: {} },
    Addresses: { API: '/ip4/127.0.0.1/tcp/5001', Gateway: '/ip4/127.0.0.1/tcp/8080' },
    AutoConf: { Enabled: false },
    Bootstrap: [],
    Datastore: { Spec: { type: 'mount', mounts: [flatfs, { type: 'levelds', mountpoint: '/' }] } },
    Gateway: { NoFetch: true },
    Provide: { Enabled: false },
    Routing: { Type: 'none' },
  };
}

/** As much of a Kubo daemon as a disk asks for, in this process: RPC and gateway on one port. */
export class FakeKubo {
  config: unknown = safeConfig();
  commandLine = 'ipfs\0daemon';
  stacks = '#\t0x1\tgithub.com/ipfs/kubo/core/node/libp2p.PNetChecker.func1.1+0xdc\n';
  capacityBytes = 1 << 30;
  override: Override = () => false;
  readonly blocks = new Map<string, Buffer>();
  readonly pins = new Set<string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<FakeKubo> {
    const kubo = new FakeKubo();
    kubo.#server.listen(0, '127.0.0.1');
    await once(kubo.#server, 'listening');
    return kubo;
  }

  get addresses(): { rpc: string; gateway: string } {
    const origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return { rpc: origin, gateway: origin };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const url = new URL(request.url ?? '/', 'http://kubo');
    const body = Buffer.concat(parts);
    const path = url.pathname.replace('/api/v0/', '');
    if (this.override(path, response, body)) return;
    const found = this.#route(path, url.searchParams.get('arg') ?? '', body);
    response.writeHead(found.status ?? 200).end(found.body);
  }

  #route(path: string, cid: string, body: Buffer): { status?: number; body: string | Buffer } {
    const json = (value: unknown, status = 200) => ({ status, body: JSON.stringify(value) });
    const no = (Message: string) => json({ Message, Code: 0, Type: 'error' }, 500);
    if (path.startsWith('/ipfs/')) return this.#gateway(path.slice('/ipfs/'.length));
    const block = this.blocks.get(cid);
    switch (path) {
      case 'config/show':
        return json(this.config);
      case '/debug/pprof/cmdline':
        return { body: this.commandLine };
      case '/debug/pprof/goroutine':
        return { body: this.stacks };
      case 'repo/stat':
        return json({ RepoSize: this.#size(), StorageMax: this.capacityBytes });
      case 'block/put':
        return json(this.#put(partIn(body)));
      case 'block/stat':
        return block === undefined ? no(missing(cid)) : json({ Key: cid, Size: block.length });
      case 'pin/rm':
        return this.pins.delete(cid) ? json({ Pins: [cid] }) : no('not pinned or pinned indirectly');
      case 'block/rm':
        if (this.pins.has(cid)) return json({ Hash: cid, Error: 'pinned: recursive' });
        this.blocks.delete(cid);
        return json({ Hash: cid });
      case 'refs/local':
        return {
          body: [...this.blocks.keys()].map((Ref) => `${JSON.stringify({ Ref, Err: '' })}\n`).join(''),
        };
      default:
        return { status: 404, body: '404 page not found' };
    }
  }

  #gateway(cid: string): { status?: number; body: string | Buffer } {
    const block = this.blocks.get(cid);
    return block === undefined
      ? { status: 404, body: `failed to resolve /ipfs/${cid}: ${missing(cid)}` }
      : { body: block };
  }

  /** Writes nothing over a block that is there, as flatfs does. */
  #put(bytes: Buffer): { Key: string; Size: number } {
    const cid = cidOf(blake3(bytes).toString('hex'));
    if (!this.blocks.has(cid)) this.blocks.set(cid, bytes);
    this.pins.add(cid);
    return { Key: cid, Size: bytes.length };
  }

  #size(): number {
    return [...this.blocks.values()].reduce((sum, { length }) => sum + length, 0);
  }
}

/** The content of the only part of a multipart body (RFC 2046). */
function partIn(body: Buffer): Buffer {
  const end = body.indexOf('\r\n');
  const from = body.indexOf('\r\n\r\n') + 4;
  return body.subarray(from, body.lastIndexOf(`\r\n${body.toString('latin1', 0, end)}--`));
}
