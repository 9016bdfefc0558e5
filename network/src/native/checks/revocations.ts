import { revokedSerials } from '@dstore/organizations';

import { openCa, registrarSecret } from '../ca-server.js';
import type { OrgSeat } from '../layout.js';
import { fail, type Outcome, type Point } from './point.js';

/** Serial numbers that an organization's CA has revoked, and those that a part of the channel knows as revoked. */
export interface Revocations {
  readonly mspId: string;
  readonly byCa: readonly string[];
  /** By the part of the channel: `Application`, `Orderer`. */
  readonly inChannel: Readonly<Record<string, readonly string[]>>;
}

const parts = ['Application', 'Orderer'] as const;

/** Point 8: what CAs have revoked is revoked in the channel, without which nobody takes note. */
export const revocations: Point = {
  number: 8,
  title: 'revocations',
  look: async ({ network: { seats }, channel }) => {
    const copy = await channel();
    const all = seats.map(async (seat): Promise<Revocations> => {
      const known = (part: string) =>
        (copy.revocations.get(`${part}.${seat.mspId}`) ?? []).flatMap(revokedSerials);
      const inChannel = Object.fromEntries(parts.map((part) => [part, known(part)]));
      return { mspId: seat.mspId, byCa: revokedSerials(await crlOf(seat)), inChannel };
    });
    return judgeRevocations(await Promise.all(all));
  },
};

/** Says whose revocations have not reached which part of the channel. */
export function judgeRevocations(all: readonly Revocations[]): Outcome {
  const flaws = all.flatMap(({ mspId, byCa, inChannel }) =>
    Object.entries(inChannel).flatMap(([part, known]) => {
      const missing = byCa.filter((serial) => !known.includes(serial));
      const fix = 'put the CRL of the CA into the MSP of the organization by a config update';
      return missing.length === 0
        ? []
        : [fail(`${missing.length} revoked by the CA of ${mspId} still count in ${part}`, fix)];
    }),
  );
  return { says: `${all.reduce((sum, { byCa }) => sum + byCa.length, 0)} revoked`, flaws };
}

async function crlOf(seat: OrgSeat): Promise<string> {
  const ca = await openCa(seat, 'identity');
  try {
    return await ca.crl(await ca.enroll('registrar', await registrarSecret(seat, 'identity')));
  } finally {
    ca.close();
  }
}
