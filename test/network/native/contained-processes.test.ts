import { ContainedProcesses } from '@dstore/network/native/contained-processes.js';
import { untilReady } from '@dstore/network/native/wait.js';
import assert from 'node:assert/strict';

describe('ContainedProcesses', () => {
  it('starts nothing, stops nothing, and waits for what others start', async () => {
    const processes = new ContainedProcesses('/nowhere');
    const spec = { name: 'org1.peer', program: '/nowhere', args: [], cwd: '/nowhere', ports: [1] };
    assert.equal(await processes.start(spec), false);
    assert.deepEqual(await processes.names(), []);
    let asked = 0;
    await untilReady(processes, 'org1.peer', async () => (asked += 1) === 2);
    assert.equal(asked, 2);
  });
});
