import { offerIn } from '@dstore/chaincode/domain';

import type { Clock } from '../ports/clock.js';
import type { Door, Doors } from '../ports/door.js';
import { Fault } from '../ports/fault.js';
import type { Ledger } from '../ports/ledger.js';

/** Milliseconds for which the ledger is not asked again: doors move at an epoch's turn, and no epoch is as short. */
const freshMs = 5_000;

/** Finds the door of a disk as the ledger gives it, or gave it a few seconds ago. */
export class DiskDoors {
  readonly #ledger: Pick<Ledger, 'read'>;
  readonly #doors: Pick<Doors, 'at'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #known = new Map<string, { readonly until: number; readonly door: Promise<Door> }>();

  constructor(ledger: Pick<Ledger, 'read'>, doors: Pick<Doors, 'at'>, clock: Pick<Clock, 'now'>) {
    this.#ledger = ledger;
    this.#doors = doors;
    this.#clock = clock;
  }

  /** Rejects with Fault `door-unreachable` for a disk that nobody offered. */
  run(diskId: string): Promise<Door> {
    const now = this.#clock.now();
    const known = this.#known.get(diskId);
    if (known !== undefined && now < known.until) return known.door;
    const asked = { until: now + freshMs, door: this.#find(diskId) };
    this.#known.set(diskId, asked);
    asked.door.catch(() => this.#known.get(diskId) === asked && this.#known.delete(diskId));
    return asked.door;
  }

  async #find(diskId: string): Promise<Door> {
    const [disk, epoch] = await Promise.all([this.#ledger.read('disk', diskId), this.#ledger.read('epoch')]);
    if (disk === undefined)
      throw new Fault('door-unreachable', `the ledger knows no disk ${diskId}`, { retryable: false });
    return this.#doors.at(offerIn(disk, epoch?.number ?? 0n).door);
  }
}
