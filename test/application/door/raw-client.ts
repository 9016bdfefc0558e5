import { connect, type TLSSocket } from 'node:tls';
import type { Authority, TlsCredentials } from '@dstore/organizations';

/** What to send, byte for byte. */
export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** A TLS connection with a certificate, past its handshake; rejects where the server refuses. */
export async function connectAs(
  url: string,
  tls: TlsCredentials | undefined,
  root: Authority,
): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  const own = tls === undefined ? {} : { cert: tls.certificate, key: tls.privateKey };
  const socket = connect({ host: hostname, port: Number(port), ca: root.tlsRoot, ...own });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return socket;
}

/** Sends a request as it is and reads the answer until the connection ends; status 0 when there was none. */
export async function sendRaw(socket: TLSSocket, request: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', path, headers = {}, body = '' } = request;
  const length =
    body.length > 0 && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
      ? { 'content-length': String(body.length) }
      : {};
  const all = { host: 'door', connection: 'close', ...length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  if (body.length > 0) socket.write(body);
  return answerOn(socket);
}

/** Reads what comes until the connection ends. */
export async function answerOn(socket: TLSSocket): Promise<RawAnswer> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await new Promise<void>((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
  const text = Buffer.concat(pieces).toString('utf8');
  const [head = '', ...body] = text.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: body.join('\r\n\r\n') };
}
