import { EmbeddedNetwork } from '@dstore/network/embedded';
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { enrolled, inDirectory, ledgerOf, toyOptions, withNetwork } from './world.js';

const writer = fileURLToPath(new URL('./writing-process.js', import.meta.url));

/** Starts a process that creates vaults without end, and kills it once it has acknowledged so many. */
async function killedWhileWriting(directory: string, round: number, count: number): Promise<string[]> {
  const child = fork(writer, [directory, `${round}`], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const acknowledged: string[] = [];
  const exit = once(child, 'exit');
  child.on('message', (vaultId) => {
    acknowledged.push(vaultId as string);
    if (acknowledged.length === count) child.kill('SIGKILL');
  });
  const [, signal] = (await exit) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL');
  return acknowledged;
}

async function fill(directory: string, count: number): Promise<{ hash: string; height: number }> {
  return withNetwork(toyOptions(directory), async (network) => {
    const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'alice'));
    for (let index = 0; index < count; index += 1)
      await ledger.submit('VaultContract:CreateVault', { vaultId: `v${index}` });
    return { hash: network.stateHash(), height: network.height };
  });
}

const blocksOf = (directory: string) => join(directory, 'blocks');

describe('embedded network after a crash', function () {
  this.timeout(60_000);

  it('F-102 has every transaction that it acknowledged before kill -9', async () => {
    await inDirectory(async (directory) => {
      const acknowledged: string[] = [];
      for (const round of [1, 2, 3]) {
        acknowledged.push(...(await killedWhileWriting(directory, round, 20 * round)));
        await withNetwork(toyOptions(directory), async (network) => {
          const ledger = ledgerOf(network, await enrolled(network, 'Org2MSP', 'bob'));
          for (const vaultId of acknowledged)
            assert.ok((await ledger.read('vault', vaultId)) !== undefined, vaultId);
        });
      }
    });
  });

  it('F-102 replays the blocks when the snapshot is missing or wrong, to the same state', async () => {
    await inDirectory(async (directory) => {
      const before = await fill(directory, 5);
      const snapshot = join(blocksOf(directory), 'snapshot');
      const bytes = await readFile(snapshot);
      bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
      const damages = [() => writeFile(snapshot, bytes), () => rm(snapshot)];
      for (const damage of damages) {
        await damage();
        await withNetwork(toyOptions(directory), async (network) => {
          assert.deepEqual({ hash: network.stateHash(), height: network.height }, before);
        });
      }
    });
  });

  it('F-102 refuses to open when blocks that a snapshot saw are gone', async () => {
    await inDirectory(async (directory) => {
      await fill(directory, 2);
      const segment = (await readdir(blocksOf(directory))).find((name) => name.endsWith('.log')) as string;
      const path = join(blocksOf(directory), segment);
      const bytes = await readFile(path);
      await writeFile(path, bytes.subarray(0, bytes.length - 10));
      await assert.rejects(EmbeddedNetwork.open(toyOptions(directory)), /but a snapshot of/);
    });
  });

  it('lets go of the directory when it can not open it', async () => {
    await inDirectory(async (directory) => {
      await fill(directory, 1);
      const path = join(blocksOf(directory), 'blocks-000000000000.log');
      const whole = await readFile(path);
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(100) ^ 1, 100);
      await writeFile(path, damaged);
      await assert.rejects(EmbeddedNetwork.open(toyOptions(directory)), /fails its checksum/);
      await writeFile(path, whole);
      await withNetwork(toyOptions(directory), async (network) => assert.equal(network.height, 2));
    });
  });

  it('reopens many transactions to the same state, whether from snapshots or from blocks', async () => {
    await inDirectory(async (directory) => {
      const before = await withNetwork(toyOptions(directory, { snapshotBytes: 500_000 }), async (network) => {
        const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'alice'));
        for (let round = 0; round < 8; round += 1)
          await Promise.all(
            Array.from({ length: 50 }, (_, index) =>
              ledger.submit('VaultContract:CreateVault', { vaultId: `v${round}-${index}` }),
            ),
          );
        return { hash: network.stateHash(), height: network.height };
      });
      for (const forget of [false, true]) {
        if (forget) await rm(join(blocksOf(directory), 'snapshot'));
        await withNetwork(toyOptions(directory), async (network) => {
          assert.deepEqual({ hash: network.stateHash(), height: network.height }, before);
          const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'alice'));
          await assert.rejects(ledger.submit('VaultContract:CreateVault', { vaultId: 'v7-49' }), /exists/);
        });
      }
    });
  });
});
