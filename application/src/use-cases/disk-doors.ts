import { offerIn } from '@dstore/chaincode/domain';

import type { Door, Doors } from '../ports/door.js';
import { Fault } from '../ports/fault.js';
import type { Ledger } from '../ports/ledger.js';

/** Finds the door of a disk as the ledger gives it, or the rows that stand for it. */
export class DiskDoors {
  readonly #ledger: Pick<Ledger, 'read'>;
  readonly #doors: Pick<Doors, 'at'>;

  constructor(ledger: Pick<Ledger, 'read'>, doors: Pick<Doors, 'at'>) {
    this.#ledger = ledger;
    this.#doors = doors;
  }

  /** Rejects with Fault `door-unreachable` for a disk that nobody offered. */
  async run(diskId: string): Promise<Door> {
    const [disk, epoch] = await Promise.all([this.#ledger.read('disk', diskId), this.#ledger.read('epoch')]);
    if (disk === undefined)
      throw new Fault('door-unreachable', `the ledger knows no disk ${diskId}`, { retryable: false });
    return this.#doors.at(offerIn(disk, epoch?.number ?? 0n).door);
  }
}
