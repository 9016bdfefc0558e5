import assert from 'node:assert/strict';

import { MemoryRepairBoard } from '@dstore/application/adapters/memory/memory-repair-board.js';

describe('MemoryRepairBoard', () => {
  it('shows the last state, and nothing before the first', () => {
    const board = new MemoryRepairBoard();
    assert.equal(board.read(), undefined);
    const state = {
      running: true,
      queued: 2,
      lost: 0,
      unplaced: 0,
      repairedStripes: 0,
      movedShards: 0,
      restoredShards: 0,
      bytes: 0,
      at: 1,
    };
    board.post(state);
    board.post({ ...state, running: false });
    assert.deepEqual(board.read(), { ...state, running: false });
  });
});
