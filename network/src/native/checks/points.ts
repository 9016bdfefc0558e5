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
import { space } from './space.js';
import { supply } from './supply.js';
import { tlsNames } from './tls-names.js';
import { versions } from './versions.js';

/** A point that the services of the organizations would have to be asked for. */
const unasked = (number: number, title: string, why: string): Point => ({
  number,
  title,
  look: async () => ({ skipped: why }),
});

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
  unasked(16, 'shard doors', 'this network runs no shard doors'),
  epochs,
  supply,
  unasked(19, 'catalogs', 'this network runs no gateways, and only they can open their catalogs'),
  unasked(20, 'backups', 'this network makes no backups'),
];
