import type { RepairBoard, RepairState } from '../../ports/repair-board.js';

/** The last state that was posted in this process. */
export class MemoryRepairBoard implements RepairBoard {
  #state: RepairState | undefined;

  post(state: RepairState): void {
    this.#state = state;
  }

  read(): RepairState | undefined {
    return this.#state;
  }
}
