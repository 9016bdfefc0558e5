import { ContainedProcesses, startFile } from '@dstore/network/native/contained-processes.js';
import { untilReady } from '@dstore/network/native/wait.js';
import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('ContainedProcesses', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contained-processes-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const spec = (name: string) => ({
    name,
    program: '/nowhere',
    args: [],
    cwd: join(folder, name),
    ports: [1],
  });

  it('starts nothing itself, but leaves the file that a container waits for, and the folder it works in', async () => {
    const processes = new ContainedProcesses(folder);
    await assert.rejects(access(startFile(folder, 'org1.peer')), { code: 'ENOENT' });
    assert.equal(await processes.start(spec('org1.peer')), false);
    await access(startFile(folder, 'org1.peer'));
    assert.deepEqual((await readdir(folder)).sort(), ['org1.peer', 'run']);
    assert.deepEqual(await readdir(join(folder, 'run')), ['org1.peer.start']);
    assert.equal(await processes.start(spec('org1.peer')), false);
  });

  it('stops nothing: whoever asked has its id, too', async () => {
    const processes = new ContainedProcesses(folder);
    await processes.start(spec('org1.peer'));
    await processes.stop('org1.peer');
    assert.equal(await processes.pidOf('org1.peer'), 1);
    assert.deepEqual(await processes.names(), []);
  });

  it('waits for what others start', async () => {
    const processes = new ContainedProcesses(folder);
    let asked = 0;
    await untilReady(processes, 'org1.peer', async () => (asked += 1) === 2);
    assert.equal(asked, 2);
  });
});
