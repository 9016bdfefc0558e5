import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { applicationFolder } from '../application-settings.js';
import type { OrgSeat } from '../layout.js';
import { fail, type Outcome, type Point, warn } from './point.js';

/** How far a gateway's catalog is behind its vault's head; of one that did not answer, why. */
export type CatalogView =
  | { readonly vaultId: string; readonly revision: bigint; readonly catalogRevision: bigint }
  | { readonly silence: string };

/** Milliseconds that a gateway may take. */
const patience = 3_000;

/** Point 19: the gateway answers, its catalog opens with the master key and has all that the ledger has. */
export const catalogs: Point = {
  number: 19,
  title: 'catalogs',
  look: async ({ network: { seats, options } }) => {
    const [seat] = seats;
    if (options.application === undefined || seat === undefined)
      return { skipped: 'this network runs no gateways, and only they can open their catalogs' };
    return judgeCatalog(await viewOf(seat));
  },
};

/** Says when a gateway is silent, or behind. */
export function judgeCatalog(view: CatalogView): Outcome {
  if ('silence' in view)
    return {
      says: 'no gateway answers',
      flaws: [
        fail(
          `the gateway does not answer: ${view.silence}`,
          'npm run network:up starts it; npm run network:logs says why it ended',
        ),
      ],
    };
  const { vaultId, revision, catalogRevision } = view;
  const says = `${vaultId} at revision ${catalogRevision}`;
  if (revision === catalogRevision) return { says, flaws: [] };
  const lag = `the catalog of ${vaultId} is at revision ${catalogRevision}, the ledger at ${revision}`;
  return { says, flaws: [warn(lag, 'ask again; if it stays behind, restart the gateway: it catches up')] };
}

async function viewOf(seat: OrgSeat): Promise<CatalogView> {
  try {
    const token = await readFile(join(applicationFolder(seat, 'gateway'), 'gateway.token'), 'utf8');
    const answer = await fetch(`http://127.0.0.1:${seat.ports.http}/v1/vault`, {
      headers: { authorization: `Bearer ${token.trim()}` },
      signal: AbortSignal.timeout(patience),
    });
    if (!answer.ok) return { silence: `it says ${answer.status}` };
    const { vaultId, revision, catalogRevision } = (await answer.json()) as Record<string, string>;
    return {
      vaultId: String(vaultId),
      revision: BigInt(revision ?? ''),
      catalogRevision: BigInt(catalogRevision ?? ''),
    };
  } catch (error) {
    return { silence: error instanceof Error ? error.message : String(error) };
  }
}
