import { CaRefusal, CaUnreachable, parseCertificate } from '@dstore/organizations';
import { openNetwork } from '@dstore/network/commands/open-network.js';
import { openCa, registrarSecret } from '@dstore/network/native/ca-server.js';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { writeOrgs } from './org-folder.js';

const main = createRequire(import.meta.url).resolve('@dstore/network/commands/main.js');

/** Milliseconds after which the command is killed, one try after another: into CAs, enrolments, nodes, law. */
const cuts = [400, 1_500, 3_000, 4_500, 4_500, 4_500, 2_500, 4_000, 5_500, 7_000, 8_000];

describe('network:up', () => {
  let folder: string;
  const environment = () => ({
    ...process.env,
    DSTORE_HOME: folder,
    DSTORE_ORGANIZATIONS: join(folder, 'organizations'),
  });
  const open = () => openNetwork({ environment: environment(), say: () => undefined });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstore-native-'));
    await writeOrgs(join(folder, 'organizations'), 4);
  });
  after(async () => {
    await (await open()).down();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs the command, kills it after a while if one is given; answers exit code and what it said. */
  async function command(
    verb: string,
    milliseconds?: number,
  ): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [main, verb], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => (said += part));
    const closed = once(child, 'close') as Promise<[number | null]>;
    if (milliseconds !== undefined) {
      await setTimeout(milliseconds);
      child.kill('SIGKILL');
    }
    const [code] = await closed;
    return { code, said };
  }

  it('finishes what earlier tries began, wherever those were killed', async () => {
    for (const cut of cuts) {
      const { said } = await command('up', cut);
      console.log(`      killed after ${cut} ms, steps done: ${said.split('\n').length - 1}`);
    }
    const { code, said } = await command('up');
    console.log(said.replace(/^/gm, '      '));
    assert.equal(code, 0, said);
    assert.equal((await command('status')).code, 0);
  });

  it('says which process is down', async () => {
    const network = await open();
    // The watch would have it up again before anybody could ask.
    await network.supervisor.stop('network.watch');
    await network.supervisor.signal('org2.peer', 'SIGKILL');
    while ((await network.supervisor.pidOf('org2.peer')) !== undefined) await setTimeout(10);
    const { code, said } = await command('status');
    assert.equal(code, 1);
    assert.match(said, /^org2\.peer +down/m);
    const again = await command('up');
    assert.equal(again.code, 0, again.said);
  });

  it('has CAs that enrol, renew, list and revoke', async () => {
    const [seat] = (await open()).seats;
    assert.ok(seat !== undefined);
    const ca = await openCa(seat, 'identity');
    try {
      const registrar = await ca.enroll('registrar', await registrarSecret(seat, 'identity'));
      const attributes = { 'dstore.roles': 'owner' };
      const secret = await ca.register(registrar, { id: 'zoe', type: 'client', attributes });
      const zoe = await ca.enroll('zoe', secret);
      assert.equal(parseCertificate(zoe.certificate).attributes['dstore.roles'], 'owner');
      const renewed = await ca.reenroll(zoe);
      assert.notEqual(renewed.certificate, zoe.certificate);
      assert.equal((await ca.certificates(registrar, 'zoe')).length, 2);
      const known = (await ca.identities(registrar)).find(({ id }) => id === 'zoe');
      assert.equal(known?.attributes['dstore.roles'], 'owner');
      await assert.rejects(
        ca.register(registrar, { id: 'zoe', type: 'client' }),
        isRefusal('already-registered'),
      );
      await assert.rejects(ca.enroll('zoe', 'wrong'), isRefusal('not-authenticated'));
      await assert.rejects(ca.enroll('nobody', 'wrong'), isRefusal('not-authenticated'));
      await assert.rejects(ca.revoke(zoe, { id: 'registrar' }), isRefusal('not-permitted'));
      assert.equal((await ca.revoke(registrar, { id: 'zoe' }, 'keycompromise')).length, 2);
      assert.match(await ca.crl(registrar), /^-----BEGIN X509 CRL-----/);
      await assert.rejects(ca.reenroll(zoe), isRefusal('not-authenticated'));
    } finally {
      ca.close();
    }
  });

  it('has nothing left running after network:down, and says of a stopped CA that it is', async () => {
    const [seat] = (await open()).seats;
    assert.ok(seat !== undefined);
    assert.equal((await command('down')).code, 0);
    assert.deepEqual(await (await open()).supervisor.names(), []);
    const ca = await openCa(seat, 'tls');
    await assert.rejects(ca.chain(), CaUnreachable);
    ca.close();
    assert.equal((await command('reset')).code, 6);
  });
});

function isRefusal(kind: CaRefusal['kind']): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CaRefusal, String(error));
    assert.equal(error.kind, kind, error.message);
    return true;
  };
}
