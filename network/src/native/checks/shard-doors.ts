import { selfSignedClient } from '@dstore/organizations';
import { readFile } from 'node:fs/promises';

import { type ClientKeys, getOverTls, getWithKeys } from '../https.js';
import { type OrgSeat, tlsPaths } from '../layout.js';
import { fail, type Flaw, type Outcome, type Point } from './point.js';

/** What a shard door did for a member and for a stranger. */
export interface DoorView {
  readonly disk: string;
  /** Why the organization's own owner got no answer over mutual TLS; undefined when there was one. */
  readonly silence: string | undefined;
  /** Whether somebody got in whose certificate no organization signed. */
  readonly takesStrangers: boolean;
}

/** Point 16: each shard door answers members over mutual TLS, and nobody else. */
export const shardDoors: Point = {
  number: 16,
  title: 'shard doors',
  look: async ({ network: { seats, options }, now }) => {
    if (options.application === undefined) return { skipped: 'this network runs no shard doors' };
    const stranger = await selfSignedClient('stranger', now);
    const looks = seats.flatMap((seat) =>
      seat.org.sites
        .flatMap(({ disks }) => disks)
        .map(({ disk }, at) => viewOf(seat, disk, seat.ports.door + at, stranger)),
    );
    return judgeDoors(await Promise.all(looks));
  },
};

/** Says which doors are silent, and which let strangers in. */
export function judgeDoors(views: readonly DoorView[]): Outcome {
  const flaws = views.flatMap(({ disk, silence, takesStrangers }): Flaw[] => [
    ...(silence === undefined
      ? []
      : [fail(`the door of ${disk} does not answer: ${silence}`, 'npm run network:up starts its provider')]),
    ...(takesStrangers
      ? [fail(`the door of ${disk} takes any certificate`, 'see that nothing else listens on its port')]
      : []),
  ]);
  return { says: `${views.length} doors`, flaws };
}

async function viewOf(
  seat: OrgSeat,
  disk: string,
  port: number,
  stranger: Awaited<ReturnType<typeof selfSignedClient>>,
): Promise<DoorView> {
  const silence = await getOverTls(port, '/v1/disk', tlsPaths(seat, 'owner')).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const keys: ClientKeys = {
    cert: stranger.certificate,
    key: stranger.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ca: await readFile(seat.tlsRoot),
  };
  const takesStrangers = await getWithKeys(port, '/v1/disk', keys).then(
    () => true,
    () => false,
  );
  return { disk, silence, takesStrangers };
}
