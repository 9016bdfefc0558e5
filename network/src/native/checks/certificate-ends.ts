import { certificateExpiries, parseCertificate } from '@dstore/organizations';

import { fail, type Outcome, type Point, warn } from './point.js';

/** When a certificate ends, and where it is. */
export interface CertificateEnd {
  readonly place: string;
  readonly daysLeft: number;
}

const day = 24 * 60 * 60 * 1000;
const fewDays = 30;

/** Point 6: no certificate ends soon, on disk or in the channel's configuration. */
export const certificateEnds: Point = {
  number: 6,
  title: 'certificates',
  look: async ({ folder, now, channel }) => {
    const onDisk = await certificateExpiries(folder, now);
    const copies = (await channel()).certificates.map(({ place, pem }) => ({
      place: `channel: ${place}`,
      daysLeft: Math.floor((parseCertificate(pem).notAfter - now) / day),
    }));
    return judgeEnds([...onDisk.map(({ path, daysLeft }) => ({ place: path, daysLeft })), ...copies]);
  },
};

/** Fails for those that have ended, warns for those that will within 30 days. */
export function judgeEnds(ends: readonly CertificateEnd[]): Outcome {
  const fix = 'enrol its holder anew; what is copied into the channel needs a config update';
  const sorted = [...ends].sort((a, b) => a.daysLeft - b.daysLeft);
  const flaws = sorted
    .filter(({ daysLeft }) => daysLeft < fewDays)
    .map(({ place, daysLeft }) =>
      daysLeft < 0 ? fail(`${place} has ended`, fix) : warn(`${place} ends in ${daysLeft} days`, fix),
    );
  const [first] = sorted;
  const soonest = first === undefined ? '' : `, the first ends in ${first.daysLeft} days`;
  return { says: `${ends.length} certificates${soonest}`, flaws };
}
