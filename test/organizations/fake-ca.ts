import { Authority } from '@dstore/organizations';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A request as a CA got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A server that answers as a Fabric CA would, whatever `answer` says, and an authority that vouches for it. */
export async function withCa<T>(
  folder: string,
  answer: (received: Received) => unknown,
  use: (ca: { port: number; tlsRoot: string; authority: Authority; received: Received[] }) => Promise<T>,
): Promise<T> {
  const authority = await Authority.create(join(folder, 'ca'), 'Org1MSP');
  const tls = await authority.issueTls({ id: 'ca', type: 'client' });
  const received: Received[] = [];
  const server = createServer({ cert: tls.certificate, key: tls.privateKey }, (request, response) => {
    const { method = '', url = '', headers } = request;
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const one = { method, path: url, authorization: headers.authorization, body };
      received.push(one);
      void Promise.resolve(answer(one)).then((answered) => {
        response.statusCode = (answered as { success?: boolean }).success === false ? 401 : 200;
        response.end(typeof answered === 'string' ? answered : JSON.stringify(answered));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await use({ port, tlsRoot: authority.tlsRoot, authority, received });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
