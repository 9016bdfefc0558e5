import { readFile } from 'node:fs/promises';
import { request } from 'node:https';

/** Paths of what a client of mutual TLS needs. */
export interface ClientPaths {
  readonly certificate: string;
  readonly key: string;
  readonly root: string;
}

/** What a server of this machine answers to GET. Rejects when it does not within 3 s. */
export async function getOverTls(
  port: number,
  path: string,
  client: ClientPaths,
): Promise<{ status: number; text: string }> {
  const [cert, key, ca] = await Promise.all([
    readFile(client.certificate),
    readFile(client.key),
    readFile(client.root),
  ]);
  return new Promise((resolve, reject) => {
    const options = { host: 'localhost', port, path, cert, key, ca, timeout: 3_000, agent: false };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject).on('timeout', () => sent.destroy(new Error('no answer within 3 s')));
    sent.end();
  });
}
