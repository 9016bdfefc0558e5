import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const blockBytes = 1 << 20;
/** The body of every large transfer: random bytes over and over, of which each MiB is compared on the way back. */
const block = randomBytes(blockBytes);
const headerLimit = 65_536;

/** A request with a large body or answer. */
export interface Request {
  readonly method: 'PUT' | 'GET' | 'DELETE' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes to send. */
  readonly sends?: number;
  /** Most bytes a second that are taken from the answer. */
  readonly paced?: number;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly bytes: number;
  /** Milliseconds to the first byte of the body, and to the last one. */
  readonly firstByteMs: number;
  readonly ms: number;
  /** Of a short answer. */
  readonly text: string;
}

/**
 * One HTTP exchange on a connection of its own with next to no work of the client: bodies go out of one buffer and come
 * into another. Rejects unless the answer is a success of the length it says, and, where the status is 200 or 206 of a
 * GET, made of the bytes that were put.
 */
export async function transfer(request: Request): Promise<Answer> {
  const url = new URL(request.url);
  const began = performance.now();
  const reading = new Reading(request, began);
  const socket = connect({
    host: url.hostname,
    port: Number(url.port),
    onread: {
      buffer: Buffer.allocUnsafe(blockBytes),
      callback: (size, buffer) => reading.take(size, buffer),
    },
  });
  socket.setNoDelay(true);
  socket.on('error', (error) => reading.fail(error));
  socket.on('close', () => reading.fail(new Error(`${request.method} ${url.pathname}: cut off`)));
  try {
    reading.pauses(socket);
    void send(socket, request, url).catch((error: unknown) => reading.fail(error as Error));
    const answer = await reading.done;
    if (answer.status >= 300)
      throw new Error(`${request.method} ${url.pathname}: ${answer.status} ${answer.text}`);
    return answer;
  } finally {
    socket.destroy();
  }
}

/** MB/s of so many bytes in so many milliseconds. */
export const rateOf = (bytes: number, ms: number) => bytes / 1000 / ms;

async function send(socket: Socket, { method, headers = {}, sends }: Request, url: URL): Promise<void> {
  const lines = Object.entries({
    host: url.host,
    connection: 'close',
    ...(sends === undefined ? {} : { 'content-length': String(sends) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`);
  for (let left = sends ?? 0; left > 0; left -= blockBytes)
    if (!socket.write(block.subarray(0, Math.min(left, blockBytes))))
      await new Promise((resolve) => socket.once('drain', resolve));
}

/** Takes an answer apart as it comes. */
class Reading {
  readonly #request: Request;
  readonly #began: number;
  readonly #result = Promise.withResolvers<Answer>();
  #head = Buffer.alloc(0);
  #status = 0;
  #length: number | undefined;
  #bytes = 0;
  #text = '';
  #firstByte = 0;
  #socket: Socket | undefined;

  constructor(request: Request, began: number) {
    this.#request = request;
    this.#began = began;
  }

  get done(): Promise<Answer> {
    return this.#result.promise;
  }

  fail(error: Error): void {
    this.#result.reject(error);
  }

  /** The socket that is paused to keep to a pace. */
  pauses(socket: Socket): void {
    this.#socket = socket;
  }

  take(size: number, buffer: Uint8Array): boolean {
    const piece = Buffer.from(buffer.buffer, buffer.byteOffset, size);
    if (this.#length !== undefined) this.#body(piece);
    else this.#headers(piece);
    return this.#pace();
  }

  #headers(piece: Buffer): void {
    this.#head = Buffer.concat([this.#head, piece]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#head.length > headerLimit) this.fail(new Error('an answer without an end of its headers'));
      return;
    }
    const text = this.#head.toString('latin1', 0, end);
    this.#status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
    if (this.#status === 100) {
      this.#head = this.#head.subarray(end + 4);
      return this.#headers(Buffer.alloc(0));
    }
    if (/^transfer-encoding: chunked/im.test(text)) this.#length = Infinity;
    else this.#length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0);
    this.#body(this.#head.subarray(end + 4));
  }

  #body(piece: Buffer): void {
    if (this.#bytes === 0 && piece.length > 0) this.#firstByte = performance.now() - this.#began;
    if (this.#request.method === 'GET' && this.#status < 300) this.#compare(piece);
    else this.#text = `${this.#text}${piece.toString()}`.slice(0, 500);
    this.#bytes += piece.length;
    const length = this.#length ?? 0;
    const isOver = length === Infinity ? this.#text.endsWith('0\r\n\r\n') : this.#bytes >= length;
    if (isOver) this.#finish();
  }

  #compare(piece: Buffer): void {
    for (let at = 0; at < piece.length;) {
      const from = (this.#bytes + at) % blockBytes;
      const size = Math.min(piece.length - at, blockBytes - from);
      if (block.compare(piece, at, at + size, from, from + size) !== 0 && this.#status === 200)
        return this.fail(new Error(`other bytes came back than were put, at ${this.#bytes + at}`));
      at += size;
    }
  }

  #finish(): void {
    this.#result.resolve({
      status: this.#status,
      bytes: this.#bytes,
      firstByteMs: this.#firstByte,
      ms: performance.now() - this.#began,
      text: this.#length === Infinity ? joined(this.#text) : this.#text,
    });
  }

  /** False, and true again later, when more came than the pace allows. */
  #pace(): boolean {
    const { paced } = this.#request;
    const socket = this.#socket;
    if (paced === undefined || socket === undefined) return true;
    const early = (this.#bytes / paced) * 1000 - (performance.now() - this.#began);
    if (early <= 1) return true;
    setTimeout(() => socket.resume(), early);
    return false;
  }
}

/** A short answer that came in chunks. */
function joined(text: string): string {
  const [, size = '0', rest = ''] = /^([\da-f]+)[^\r]*\r\n(.*)$/is.exec(text) ?? [];
  const length = parseInt(size, 16);
  return length === 0 ? '' : `${rest.slice(0, length)}${joined(rest.slice(length + 2))}`;
}
