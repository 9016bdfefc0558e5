import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { holders } from '../holders.js';
import { type OrgSeat, tlsPaths } from '../layout.js';
import { isLoopback } from './listeners.js';
import { fail, type Outcome, type Point } from './point.js';

/** A server's certificate, and the name by which others connect to it. */
export interface NamedServer {
  readonly name: string;
  readonly host: string;
  readonly certificate: string;
}

const host = 'localhost';

/** Point 5: the names by which servers are called resolve, and stand in their TLS certificates. */
export const tlsNames: Point = {
  number: 5,
  title: 'names',
  look: async ({ network: { seats } }) => {
    const addresses = await lookup(host, { all: true }).catch(() => []);
    const servers = await Promise.all(seats.map(serversOf));
    return judgeNames(
      servers.flat(),
      addresses.map(({ address }) => address),
    );
  },
};

/** Says which certificates lack the name that they are asked by. */
export function judgeNames(servers: readonly NamedServer[], addresses: readonly string[]): Outcome {
  const wrong = servers.filter(
    ({ host: name, certificate }) => new X509Certificate(certificate).checkHost(name) === undefined,
  );
  const resolves = addresses.length > 0 && addresses.every(isLoopback);
  const flaws = wrong.map(({ name, host: called }) =>
    fail(`the TLS certificate of ${name} does not name ${called}`, 'enrol it anew with that name'),
  );
  const unknown = fail(`${host} is no address of this machine`, 'add "127.0.0.1 localhost" to /etc/hosts');
  return {
    says: `${servers.length - wrong.length} servers are who they are called`,
    flaws: resolves ? flaws : [unknown, ...flaws],
  };
}

async function serversOf(seat: OrgSeat): Promise<NamedServer[]> {
  const serving = holders.filter(({ serves }) => serves === true).map(({ id }) => id);
  const named = serving.map((id) => ({ name: `${seat.name}.${id}`, path: tlsPaths(seat, id).certificate }));
  const all = [...named, { name: `${seat.name}.ca`, path: join(seat.ca, 'tls-cert.pem') }];
  return Promise.all(
    all.map(async ({ name, path }) => ({ name, host, certificate: await readFile(path, 'utf8') })),
  );
}
