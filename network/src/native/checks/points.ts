import { catalogs } from './catalogs.js';
import { certificateEnds } from './certificate-ends.js';
import { clocks, timeWindow } from './clocks.js';
import { epochs } from './epochs.js';
import { orderers, peers } from './heights.js';
import { keys } from './keys.js';
import { kubo } from './kubo.js';
import { independence, law } from './law.js';
import type { Point } from './point.js';
import { loopback, portsTaken } from './ports-taken.js';
import { revocations } from './revocations.js';
import { shardDoors } from './shard-doors.js';
import { space } from './space.js';
import { supply } from './supply.js';
import { tlsNames } from './tls-names.js';
import { versions } from './versions.js';

/** Point 20: there is nothing to look at yet. */
const backups: Point = {
  number: 20,
  title: 'backups',
  look: async () => ({ skipped: 'this network makes no backups' }),
};

/** All that is looked at, in the order of the numbers. */
export const points: readonly Point[] = [
  versions,
  portsTaken,
  space,
  clocks,
  tlsNames,
  certificateEnds,
  keys,
  revocations,
  peers,
  orderers,
  law,
  independence,
  timeWindow,
  loopback,
  kubo,
  shardDoors,
  epochs,
  supply,
  catalogs,
  backups,
];
