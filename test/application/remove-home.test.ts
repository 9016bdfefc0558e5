import { leftAlone, removed, removeHome } from '@dstore/application/remove-home.js';
import { DirectoryLock } from '@dstore/network/embedded';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('removeHome', () => {
  let folder: string;
  let home: string;
  let said: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstore-reset-'));
    home = join(folder, 'home');
    said = [];
    for (const name of ['network', 'vault', 'disks/d1']) await mkdir(join(home, name), { recursive: true });
    await writeFile(join(home, 'disks', 'd1', 'shard'), Buffer.alloc(2_500_000));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const say = (text: string) => said.push(text);
  const asking = (answer?: string, yes = false) => ({ say, ask: async () => answer, yes });

  it('F-23 says what lies there, asks, and removes it at a yes', async () => {
    assert.equal(await removeHome(home, asking('yes')), removed);
    assert.equal(existsSync(home), false);
    assert.match(said.join('\n'), /disks {2}2\.5 MB {2}the shards and lease books/);
    assert.match(said.join('\n'), /vault {2}0\.0 MB {2}the owner's catalog, master key/);
  });

  for (const answer of ['', 'no', 'y', 'YES', undefined])
    it(`F-23 removes nothing when the answer is ${answer ?? 'not to be had'}`, async () => {
      assert.equal(await removeHome(home, asking(answer)), leftAlone);
      assert.ok(existsSync(join(home, 'disks', 'd1', 'shard')));
      assert.match(said.at(-1) ?? '', /--yes/);
    });

  it('does not ask when the answer is given', async () => {
    const ask = async () => assert.fail('asked');
    assert.equal(await removeHome(home, { say, ask, yes: true }), removed);
    assert.equal(existsSync(home), false);
  });

  it('has nothing to do where nothing is', async () => {
    assert.equal(await removeHome(join(folder, 'never'), asking()), removed);
    assert.match(said[0] ?? '', /Nothing to remove/);
  });

  it('F-23 leaves alone what is no home, whatever is answered', async () => {
    await rm(join(home, 'network'), { recursive: true });
    assert.equal(await removeHome(home, asking('yes', true)), leftAlone);
    assert.ok(existsSync(home));
  });

  it('F-23 leaves a home alone that a process uses', async () => {
    const lock = await DirectoryLock.take(join(home, 'network'));
    assert.equal(await removeHome(home, asking('yes', true)), leftAlone);
    assert.match(said[0] ?? '', /A gateway runs in/);
    await lock.release();
    await mkdir(join(home, 'network', 'native', 'run'), { recursive: true });
    await writeFile(join(home, 'network', 'native', 'run', 'peer.pid'), '1');
    assert.equal(await removeHome(home, asking('yes', true)), leftAlone);
    assert.match(said[1] ?? '', /network:down/);
    assert.ok(existsSync(home));
  });

  it('S-16 removes a link, and not what it points to', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'kept'), 'kept');
    await symlink(elsewhere, join(home, 'link'));
    assert.equal(await removeHome(home, asking('yes')), removed);
    assert.ok(existsSync(join(elsewhere, 'kept')));
  });
});
