import { linesOf } from '@dstore/network/commands/doctor.js';
import { fail, warn } from '@dstore/network/native/checks/point.js';
import { points } from '@dstore/network/native/checks/points.js';
import assert from 'node:assert/strict';

describe('network:doctor', () => {
  it('looks at twenty points, each once, in their order', () => {
    assert.deepEqual(
      points.map(({ number }) => number),
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
  });

  it('writes a line for each, and below it what is wrong and what to do', () => {
    const flaws = [fail('a key is open', 'close it'), warn('a disk is small', 'buy one')];
    assert.deepEqual(linesOf({ number: 7, title: 'keys', state: 'fail', says: '2 keys', flaws }), [
      ' 7 fail    keys           2 keys',
      '   fail    a key is open',
      '           fix: close it',
      '   warn    a disk is small',
      '           fix: buy one',
    ]);
  });
});
