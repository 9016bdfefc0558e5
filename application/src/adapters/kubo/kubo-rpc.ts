import type { KuboCall } from './kubo-call.js';
import { KuboNo, strange } from './kubo-errors.js';
import type { KuboSelf } from './kubo-settings.js';

const mostAnswerBytes = 4_096;
const mostConfigBytes = 1 << 20;
const mostStacksBytes = 16 << 20;

/** A daemon's space in bytes: what its repository takes, and the most that it may. */
export interface KuboSpace {
  readonly usedBytes: number;
  readonly mostBytes: number;
}

/** Kubo's RPC as far as a disk needs it; nothing here asks other daemons for anything. */
export class KuboRpc {
  readonly #call: KuboCall;

  constructor(call: KuboCall) {
    this.#call = call;
  }

  /** Stores and pins a raw block; answers the CID under which the daemon keeps it. */
  async putBlock(bytes: Uint8Array): Promise<string> {
    const answer = await this.#call.run({
      method: 'POST',
      path: '/api/v0/block/put?cid-codec=raw&mhtype=blake3&pin=true',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: [head, bytes, tail],
      mostBytes: mostAnswerBytes,
    });
    return textAt(json(answer), 'Key');
  }

  /** A block's size in bytes; undefined when it is not there. */
  async sizeOf(cid: string): Promise<number | undefined> {
    const answer = await this.#ask(`block/stat?arg=${cid}&offline=true`, ({ isMissing }) => isMissing);
    return answer === undefined ? undefined : numberAt(json(answer), 'Size');
  }

  /** Lets a block go, and its pin. */
  async removeBlock(cid: string): Promise<void> {
    await this.#ask(`pin/rm?arg=${cid}`, ({ isUnpinned }) => isUnpinned);
    const answer = json((await this.#ask(`block/rm?arg=${cid}&force=true`)) as Buffer);
    const error = (answer as { Error?: unknown }).Error;
    if (typeof error === 'string') throw new KuboNo(200, error);
  }

  /** CIDs of all blocks, raw whatever they are. */
  async *blocks(): AsyncGenerator<string> {
    for await (const line of this.#call.lines({ method: 'POST', path: '/api/v0/refs/local' })) {
      const answer = json(Buffer.from(line, 'latin1'));
      const error = (answer as { Err?: unknown }).Err;
      if (typeof error === 'string' && error !== '') throw new KuboNo(200, error);
      yield textAt(answer, 'Ref');
    }
  }

  async space(): Promise<KuboSpace> {
    const answer = json((await this.#ask('repo/stat?size-only=true')) as Buffer);
    return { usedBytes: numberAt(answer, 'RepoSize'), mostBytes: numberAt(answer, 'StorageMax') };
  }

  /**
   * What the daemon says of itself. No answer tells of the swarm key; a daemon that read one has a goroutine that looks
   * for peers from its start to its end (Kubo's core/node/libp2p/pnet.go).
   */
  async self(): Promise<KuboSelf> {
    const config = json((await this.#ask('config/show', undefined, mostConfigBytes)) as Buffer);
    const profile = (path: string) =>
      this.#call.run({ method: 'GET', path: `/debug/pprof/${path}`, mostBytes: mostStacksBytes });
    const stacks = (await profile('goroutine?debug=1')).toString('latin1');
    const commandLine = (await profile('cmdline')).toString('utf8').split('\0');
    return { config, commandLine, hasSwarmKey: /\blibp2p\.PNetChecker\b/.test(stacks) };
  }

  async #ask(
    path: string,
    isNone: (no: KuboNo) => boolean = () => false,
    mostBytes = mostAnswerBytes,
  ): Promise<Buffer | undefined> {
    try {
      return await this.#call.run({ method: 'POST', path: `/api/v0/${path}`, mostBytes });
    } catch (error) {
      if (error instanceof KuboNo && isNone(error)) return undefined;
      throw error;
    }
  }
}

// Its blocks are ciphertext of ours; a fixed boundary can be met in one by chance only, and would be refused by its digest.
const boundary = 'dstore-5f1d9a60c3b84e77b2a6';
const head = Buffer.from(
  `--${boundary}\r\nContent-Disposition: form-data; name="data"; filename="block"\r\nContent-Type: application/octet-stream\r\n\r\n`,
);
const tail = Buffer.from(`\r\n--${boundary}--\r\n`);

function json(answer: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(answer.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw strange('Kubo answered what can not be read', error);
  }
  throw strange('Kubo answered what can not be read');
}

function textAt(answer: unknown, name: string): string {
  const value = (answer as Record<string, unknown>)[name];
  if (typeof value !== 'string') throw strange(`Kubo answered without ${name}`);
  return value;
}

function numberAt(answer: unknown, name: string): number {
  const value = (answer as Record<string, unknown>)[name];
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw strange(`Kubo answered without ${name}`);
  return value as number;
}
