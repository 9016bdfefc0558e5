import { certificateExpiries } from '@dstore/organizations';
import { basename, dirname, join } from 'node:path';

import { NetworkFault } from '../fault.js';

/**
 * Throws NetworkFault when a certificate of a network has ended: every connection with it would fail, and none would say
 * why. `now` is in milliseconds since 1970.
 */
export async function insistUnexpired(networkFolder: string, now: number): Promise<void> {
  const found = await certificateExpiries(join(networkFolder, 'organizations'), now).catch(() => []);
  const [first] = found.filter(({ notAfter }) => notAfter <= now);
  if (first === undefined) return;
  const path = join(networkFolder, 'organizations', first.path);
  const ended = new Date(first.notAfter).toISOString().slice(0, 10);
  throw new NetworkFault(`the certificate ${path} of ${first.commonName} ended on ${ended}`, fixOf(path));
}

function fixOf(path: string): string {
  if (/[/\\]orderer[/\\]/.test(path))
    return "it stands in the channel's configuration: set the clock back, renew it for the same key, update the channel; or network:reset";
  const folder = dirname(path);
  const own = basename(folder) === 'signcerts' ? dirname(folder) : folder;
  return `move ${own} away and run network:up: it enrols anew`;
}
