import assert from 'node:assert/strict';

import { chooseNotes, shortage } from '@dstore/application/core/note-choice.js';
import fc from 'fast-check';

const held = (...amounts: bigint[]) => amounts.map((amount, at) => ({ noteId: `n${at}`, amount }));
const sum = (notes: readonly { amount: bigint }[]) => notes.reduce((total, note) => total + note.amount, 0n);
const short = { name: 'Refusal', code: 'notes-short' };

describe('note choice', () => {
  it('knows what is missing, counting no more notes than a transaction may name', () => {
    assert.equal(shortage([], 7n), 7n);
    assert.equal(shortage(held(3n, 3n), 7n), 1n);
    assert.equal(shortage(held(3n, 4n), 7n), 0n);
    const dust = held(...Array.from({ length: 100 }, () => 1n));
    assert.equal(shortage(dust, 100n), 36n);
  });

  it('spends nothing for nothing', () => {
    assert.deepEqual(chooseNotes(held(5n), 0n), []);
  });

  it('takes the smallest note that suffices', () => {
    assert.deepEqual(chooseNotes(held(9n, 5n, 7n, 4n), 5n), [{ noteId: 'n1', amount: 5n }]);
  });

  it('takes the largest first when none suffices', () => {
    assert.deepEqual(
      chooseNotes(held(1n, 5n, 3n), 7n).map((note) => note.noteId),
      ['n1', 'n2'],
    );
  });

  it('refuses what the notes do not hold, or only more notes than a transaction may name', () => {
    assert.throws(() => chooseNotes([], 1n), short);
    assert.throws(() => chooseNotes(held(3n, 3n), 7n), short);
    const dust = held(...Array.from({ length: 100 }, () => 1n));
    assert.equal(chooseNotes(dust, 64n).length, 64);
    assert.throws(() => chooseNotes(dust, 65n), short);
  });

  it('never takes a note without which the rest would suffice', () => {
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 50n }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 1n, max: 50n }), (drawn, amount) => {
        const notes = held(...drawn);
        fc.pre(sum(notes) >= amount);
        const chosen = chooseNotes(notes, amount);
        assert.ok(sum(chosen) >= amount);
        for (const note of chosen) assert.ok(sum(chosen) - note.amount < amount);
      }),
    );
  });
});
