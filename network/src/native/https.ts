import { readFile } from 'node:fs/promises';
import { request } from 'node:https';

/** Paths of what a client of mutual TLS needs. */
export interface ClientPaths {
  readonly certificate: string;
  readonly key: string;
  readonly root: string;
}

/** An answer; `date` is the server's time in milliseconds since 1970, in whole seconds, if it told. */
export interface HttpsAnswer {
  readonly status: number;
  readonly text: string;
  readonly date: number | undefined;
}

/** What a client of mutual TLS needs, PEM. */
export interface ClientKeys {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly ca: string | Buffer;
}

/** What a server of this machine answers to GET. Rejects when it does not within 3 s. */
export async function getOverTls(port: number, path: string, client: ClientPaths): Promise<HttpsAnswer> {
  const [cert, key, ca] = await Promise.all([
    readFile(client.certificate),
    readFile(client.key),
    readFile(client.root),
  ]);
  return getWithKeys(port, path, { cert, key, ca });
}

/** The same for somebody whose keys lie in no file. */
export function getWithKeys(port: number, path: string, keys: ClientKeys): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const options = { host: 'localhost', port, path, ...keys, timeout: 3_000, agent: false };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      const date = Date.parse(response.headers.date ?? '');
      const told = { status: response.statusCode ?? 0, date: Number.isNaN(date) ? undefined : date };
      response.on('error', reject).on('end', () => resolve({ ...told, text }));
    });
    sent.on('error', reject).on('timeout', () => sent.destroy(new Error('no answer within 3 s')));
    sent.end();
  });
}
