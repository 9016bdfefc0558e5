import { finalTerms } from '@dstore/chaincode/domain';

import { type HealthSummary, healthSummary, repairOrder, type Standing } from '../core/health.js';
import type { RepairBoard, RepairState } from '../ports/repair-board.js';
import type { StripeMap } from '../ports/stripe-map.js';
import type { AssessedLease, Assessment } from './assess-health.js';

/** Stripes of the repair queue that are named one by one. */
const mostQueued = 100;

/** A lease as the health of a vault shows it. */
export interface LeaseHealth {
  readonly leaseId: string;
  readonly diskId: string;
  readonly standing: Standing;
  readonly epochsLeft: bigint;
  /** Whether its term ends within the notice that the reader asked for. */
  readonly expiring: boolean;
  readonly losses: number;
}

/** The health of a vault: what `GET /v1/health` says. */
export interface VaultHealth {
  readonly epoch: bigint;
  readonly stripes: HealthSummary;
  /** Versions with bytes in a stripe that may lose no further shard. */
  readonly versionsAtRisk: number;
  readonly versionsLost: number;
  readonly leases: readonly LeaseHealth[];
  /** The first stripes to be repaired, in order. */
  readonly queue: readonly { readonly stripeId: string; readonly margin: number; readonly missing: number }[];
  readonly repair: RepairState | undefined;
}

/** Answers how a vault stands: stripes by margin, versions at risk, leases that end soon, the repair queue. */
export class ReadHealth {
  readonly #assess: { run(): Promise<Assessment> };
  readonly #map: Pick<StripeMap, 'versionsIn'>;
  readonly #board: Pick<RepairBoard, 'read'>;
  readonly #expiryNotice: bigint;

  /** `expiryNotice`: epochs before its end from which a lease is called expiring. */
  constructor(
    assess: { run(): Promise<Assessment> },
    map: Pick<StripeMap, 'versionsIn'>,
    board: Pick<RepairBoard, 'read'>,
    expiryNotice = 24n,
  ) {
    this.#assess = assess;
    this.#map = map;
    this.#board = board;
    this.#expiryNotice = expiryNotice;
  }

  async run(): Promise<VaultHealth> {
    const { epoch, stripes, leases } = await this.#assess.run();
    const idsWhere = (test: (margin: number) => boolean) =>
      stripes
        .filter(({ margin, missing }) => missing.length > 0 && test(margin))
        .map((each) => each.stripe.stripeId);
    const [versionsAtRisk, versionsLost] = await Promise.all([
      this.#map.versionsIn(idsWhere((margin) => margin <= 0)),
      this.#map.versionsIn(idsWhere((margin) => margin < 0)),
    ]);
    const queue = repairOrder(stripes)
      .slice(0, mostQueued)
      .map(({ stripe, margin, missing }) => ({ stripeId: stripe.stripeId, margin, missing: missing.length }));
    return {
      epoch,
      stripes: healthSummary(stripes),
      versionsAtRisk,
      versionsLost,
      leases: [...leases.values()].map((lease) => this.#leaseHealth(lease, epoch)),
      queue,
      repair: this.#board.read(),
    };
  }

  #leaseHealth({ lease, tab, standing }: AssessedLease, epoch: bigint): LeaseHealth {
    const left = finalTerms(lease).lastEpoch - epoch;
    const epochsLeft = left > 0n ? left : 0n;
    return {
      leaseId: lease.leaseId,
      diskId: lease.diskId,
      standing,
      epochsLeft,
      expiring: lease.state === 'active' && epochsLeft <= this.#expiryNotice,
      losses: tab.losses.length,
    };
  }
}
