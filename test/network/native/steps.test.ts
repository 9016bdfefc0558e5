import { takeSteps } from '@dstore/network/native/steps.js';
import assert from 'node:assert/strict';

describe('takeSteps', () => {
  it('takes steps in order, says what each did, and ends with the sum', async () => {
    const said: string[] = [];
    const taken: string[] = [];
    const step = (title: string, done?: string) => ({
      title,
      run: async () => {
        taken.push(title);
        return done;
      },
    });
    await takeSteps([step('one', '4 certificates'), step('two')], (line) => said.push(line));
    assert.deepEqual(taken, ['one', 'two']);
    assert.match(said[0] ?? '', /^one +\d+\.\d s {2}4 certificates$/);
    assert.match(said[1] ?? '', /^two +\d+\.\d s$/);
    assert.match(said[2] ?? '', /^in all +\d+\.\d s$/);
  });

  it('stops at the first that fails', async () => {
    const fail = { title: 'one', run: () => Promise.reject(new Error('no')) };
    const never = { title: 'two', run: async () => assert.fail('is not taken') };
    await assert.rejects(
      takeSteps([fail, never], () => undefined),
      /^Error: no$/,
    );
  });
});
