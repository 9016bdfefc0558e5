import type { Row } from '@dstore/chaincode/domain';

import {
  type PlacedShard,
  type Standing,
  standingOf,
  stripeHealth,
  type StripeHealth,
} from '../core/health.js';
import type { Ledger } from '../ports/ledger.js';
import type { StripeMap } from '../ports/stripe-map.js';
import type { Suspects } from '../ports/suspects.js';

/** A lease that shards of the vault lie under, as it stands in the epoch of the assessment. */
export interface AssessedLease {
  readonly lease: Row<'lease'>;
  readonly tab: Row<'tab'>;
  readonly standing: Standing;
}

/** The health of a vault at one moment. */
export interface Assessment {
  readonly epoch: bigint;
  readonly stripes: readonly StripeHealth[];
  /** By lease id; leases that the ledger does not know are absent, and their shards missing. */
  readonly leases: ReadonlyMap<string, AssessedLease>;
}

/** Finds out how every stripe of a vault stands, from the catalog, the ledger and what readers noted. */
export class AssessHealth {
  readonly #map: Pick<StripeMap, 'stripes'>;
  readonly #ledger: Pick<Ledger, 'read'>;
  readonly #suspects: Pick<Suspects, 'has'>;
  readonly #graceEpochs: bigint;

  constructor(means: {
    readonly map: Pick<StripeMap, 'stripes'>;
    readonly ledger: Pick<Ledger, 'read'>;
    readonly suspects: Pick<Suspects, 'has'>;
    /** Missed epochs after which a silent lease is given up. */
    readonly graceEpochs: bigint;
  }) {
    this.#map = means.map;
    this.#ledger = means.ledger;
    this.#suspects = means.suspects;
    this.#graceEpochs = means.graceEpochs;
  }

  async run(): Promise<Assessment> {
    const epoch = (await this.#ledger.read('epoch'))?.number ?? 0n;
    const leases = new Map<string, AssessedLease>();
    const asked = new Set<string>();
    const stripes = [];
    for await (const stripe of this.#map.stripes()) {
      stripes.push(stripe);
      const unknown = stripe.shards.filter(({ leaseId }) => !asked.has(leaseId));
      for (const { leaseId } of unknown) {
        asked.add(leaseId);
        const assessed = await this.#assess(leaseId, epoch);
        if (assessed !== undefined) leases.set(leaseId, assessed);
      }
    }
    const standing = (leaseId: string) => leases.get(leaseId)?.standing ?? 'gone';
    const reported = lossesOf(leases);
    const isLost = (shard: PlacedShard) => reported.has(lossKey(shard)) || this.#suspects.has(shard);
    return { epoch, leases, stripes: stripes.map((stripe) => stripeHealth(stripe, standing, isLost)) };
  }

  async #assess(leaseId: string, epoch: bigint): Promise<AssessedLease | undefined> {
    const [lease, tab] = await Promise.all([
      this.#ledger.read('lease', leaseId),
      this.#ledger.read('tab', leaseId),
    ]);
    if (lease === undefined || tab === undefined) return undefined;
    return { lease, tab, standing: standingOf(lease, tab, epoch, this.#graceEpochs) };
  }
}

function lossesOf(leases: ReadonlyMap<string, AssessedLease>): ReadonlySet<string> {
  const keys = [...leases.values()].flatMap(({ lease, tab }) =>
    tab.losses.map(({ digest }) => lossKey({ leaseId: lease.leaseId, digest })),
  );
  return new Set(keys);
}

function lossKey({ leaseId, digest }: Pick<PlacedShard, 'leaseId' | 'digest'>): string {
  return `${leaseId}/${digest}`;
}
