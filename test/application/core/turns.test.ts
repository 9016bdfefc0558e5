import assert from 'node:assert/strict';
import { Turns } from '@dstore/application/core/turns.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('Turns', () => {
  it('lets work on one name follow in order, on others go at once, and goes on after a failure', async () => {
    const turns = new Turns();
    const said: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = turns.take('a', async () => {
      await gate.promise;
      said.push('first');
      throw new Error('no');
    });
    const failed = assert.rejects(first, /no/);
    const second = turns.take('a', async () => void said.push('second'));
    await turns.take('b', async () => void said.push('other'));
    assert.deepEqual(said, ['other']);
    gate.resolve();
    await failed;
    await second;
    assert.deepEqual(said, ['other', 'first', 'second']);
  });

  it('ends when all that was begun has ended', async () => {
    const turns = new Turns();
    const gate = Promise.withResolvers<void>();
    let ended = false;
    const work = turns.take('a', () => gate.promise);
    const end = turns.end().then(() => (ended = true));
    await turn();
    assert.equal(ended, false);
    gate.resolve();
    await Promise.all([work, end]);
    assert.equal(ended, true);
  });
});
