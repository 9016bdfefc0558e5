import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { composeFile, containerHome } from '../native/compose-file.js';
import { sharedOf } from '../native/genesis.js';
import { seatOf } from '../native/layout.js';
import { channel, type CommandContext, networkFolder, organizations, ownLaw } from './place.js';

/** Where the file lies in this repository. */
export const composePath = fileURLToPath(new URL('../../../docker-compose.yaml', import.meta.url));

/** The text of docker-compose.yaml for this repository's organizations. */
export async function composeText(): Promise<string> {
  const folder = networkFolder({ DSTORE_HOME: containerHome });
  const seats = (await organizations({})).map((org) => seatOf(folder, org));
  return composeFile({
    folder,
    seats,
    shared: sharedOf(folder, channel),
    law: ownLaw(),
    timeWindowSeconds: 120,
  });
}

/** Writes docker-compose.yaml. */
export async function compose({ say }: CommandContext): Promise<number> {
  await writeFile(composePath, await composeText());
  say(`Wrote ${composePath}.`);
  return 0;
}
