import { NetworkFault } from '@dstore/network/fault.js';
import { type ProcessSpec, Supervisor } from '@dstore/network/native/supervisor.js';
import { stopAll } from '@dstore/network/native/stop-all.js';
import { tailOf, untilReady } from '@dstore/network/native/wait.js';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { inDirectory } from '../embedded/world.js';

/** A supervisor on a fresh folder; whatever it started is stopped. */
function supervised<T>(use: (supervisor: Supervisor, folder: string) => Promise<T>): Promise<T> {
  return inDirectory(async (folder) => {
    const supervisor = new Supervisor(folder);
    try {
      return await use(supervisor, folder);
    } finally {
      await stopAll(supervisor);
    }
  });
}

function running(folder: string, script: string, ports: number[] = []): ProcessSpec {
  return { name: 'org1.peer', program: process.execPath, args: ['-e', script], cwd: folder, ports };
}

const forever = 'console.log("hello"); setInterval(() => {}, 1000)';

describe('Supervisor', () => {
  if (process.platform === 'win32') return;

  it('starts a process once, finds it again, and stops it', async () => {
    await supervised(async (supervisor, folder) => {
      assert.equal(await supervisor.start(running(folder, forever)), true);
      const pid = await supervisor.pidOf('org1.peer');
      assert.ok(pid !== undefined);
      assert.equal(await supervisor.start(running(folder, forever)), false);
      assert.equal(await new Supervisor(folder).pidOf('org1.peer'), pid);
      assert.deepEqual(await supervisor.names(), ['org1.peer']);
      while (!(await tailOf(supervisor.logOf('org1.peer'), 100)).includes('hello')) await setTimeout(10);
      await supervisor.stop('org1.peer');
      assert.equal(await supervisor.pidOf('org1.peer'), undefined);
      assert.deepEqual(await supervisor.names(), []);
    });
  });

  it('takes no process for its own that has the same id by chance', async () => {
    await supervised(async (supervisor, folder) => {
      await supervisor.start(running(folder, forever));
      await supervisor.stop('org1.peer');
      await writeFile(join(folder, 'run', 'org1.peer.pid'), `${process.pid}\n`);
      assert.equal(await supervisor.pidOf('org1.peer'), undefined);
      await supervisor.stop('org1.peer');
      assert.deepEqual(await supervisor.names(), []);
    });
  });

  it('starts a process anew after it was killed', async () => {
    await supervised(async (supervisor, folder) => {
      await supervisor.start(running(folder, forever));
      await supervisor.signal('org1.peer', 'SIGKILL');
      while ((await supervisor.pidOf('org1.peer')) !== undefined) await setTimeout(10);
      assert.deepEqual(await supervisor.names(), ['org1.peer']);
      assert.equal(await supervisor.start(running(folder, forever)), true);
    });
  });

  it('revives what was killed as it was started, and nothing that was stopped', async () => {
    await supervised(async (supervisor, folder) => {
      const script = 'console.log(process.env.NAMED); setInterval(() => {}, 1000)';
      await supervisor.start({ ...running(folder, script), env: { NAMED: 'as told' } });
      await supervisor.signal('org1.peer', 'SIGKILL');
      while ((await supervisor.pidOf('org1.peer')) !== undefined) await setTimeout(10);
      assert.equal(await new Supervisor(folder).revive('org1.peer'), true);
      assert.equal(await supervisor.revive('org1.peer'), false);
      const lines = async () => (await tailOf(supervisor.logOf('org1.peer'), 100)).match(/as told/g) ?? [];
      while ((await lines()).length === 0) await setTimeout(10);
      await supervisor.stop('org1.peer');
      assert.equal(await supervisor.revive('org1.peer'), false);
      assert.deepEqual(await supervisor.names(), []);
    });
  });

  it('says who wants which port when another program has it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      await supervised((supervisor, folder) =>
        assert.rejects(supervisor.start(running(folder, forever, [port])), (error) => {
          assert.ok(error instanceof NetworkFault);
          assert.equal(
            error.message,
            `org1.peer can't listen on port ${port} of 127.0.0.1: another program does`,
          );
          return true;
        }),
      );
    } finally {
      server.close();
    }
  });

  it('hands a process no environment but what is named', async () => {
    await supervised(async (supervisor, folder) => {
      const script =
        'console.log("env", Object.keys(process.env).sort().join()); setInterval(() => {}, 1000)';
      await supervisor.start({ ...running(folder, script), env: { NAMED: '1' } });
      let text = '';
      while (!text.includes('\n')) text = await tailOf(supervisor.logOf('org1.peer'), 1000);
      const allowed = /^(?:HOME|NAMED|NETWORK_PROCESS|PATH|PWD|OLDPWD|SHLVL|_|no_proxy|__.*)$/;
      const names = text.trim().replace('env ', '').split(',');
      assert.ok(names.includes('NAMED'));
      assert.deepEqual(
        names.filter((name) => !allowed.test(name)),
        [],
      );
    });
  });
});

describe('untilReady', () => {
  if (process.platform === 'win32') return;

  it('asks until the answer is yes, through errors', async () => {
    await supervised(async (supervisor, folder) => {
      await supervisor.start(running(folder, forever));
      let asked = 0;
      await untilReady(supervisor, 'org1.peer', async () => {
        asked += 1;
        if (asked === 1) throw new Error('not yet');
        return asked === 3;
      });
      assert.equal(asked, 3);
    });
  });

  it('ends with the last words of a process that ended', async () => {
    await supervised(async (supervisor, folder) => {
      await supervisor.start(running(folder, 'console.error("panic: no ledger"); process.exitCode = 2'));
      await assert.rejects(
        untilReady(supervisor, 'org1.peer', async () => false),
        /org1\.peer has ended; its last words: panic: no ledger$/,
      );
    });
  });

  it('says that the disk is full when the process says so', async () => {
    await supervised(async (supervisor, folder) => {
      await supervisor.start(running(folder, 'console.error("write x: no space left on device")'));
      await assert.rejects(
        untilReady(supervisor, 'org1.peer', async () => false),
        (error) => error instanceof NetworkFault && /the disk is full: make room/.test(error.fix),
      );
    });
  });
});
