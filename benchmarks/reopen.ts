/*
 * Claim: an embedded ledger of 100,000 transactions opens in less than 5 s, also as a kill leaves it. Beside it: what
 * reading its blocks from the file system takes. `--objects=N` for another number of transactions.
 */
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedNetwork } from '@dstore/network/embedded';
import { enrolled, ledgerOf, toyOptions } from '#test/network/embedded/world.js';

import { options } from './options.js';
import { report, times, verdict, withUnit } from './report.js';
import { progress, Scratch } from './scratch.js';

const transactions = options.objects;
const lanes = 64;
const toy = (directory: string) => toyOptions(directory, { organizations: ['Org1MSP'] });

/** Commits so many transactions; `meanwhile` sees the directory before the network is closed. */
async function fill(directory: string, meanwhile: () => Promise<unknown>): Promise<void> {
  const network = await EmbeddedNetwork.open(toy(directory));
  const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'alice'));
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < transactions; index = next++) {
      await ledger.submit('VaultContract:CreateVault', { vaultId: `v${index}` });
      if (index % 10_000 === 9_999) progress(`${index + 1} of ${transactions} transactions`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await meanwhile();
  ledger.close();
  await network.close();
}

/** Milliseconds until a network that is there can be asked; rejects when it does not have the last transaction. */
async function opened(directory: string): Promise<number> {
  const began = performance.now();
  const network = await EmbeddedNetwork.open(toy(directory));
  const ms = performance.now() - began;
  const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'bob'));
  const last = await ledger.read('vault', `v${transactions - 1}`);
  ledger.close();
  await network.close();
  if (last === undefined) throw new Error('the last transaction is gone');
  return ms;
}

const named = (directory: string, pattern: RegExp) =>
  readdir(directory, { recursive: true }).then((names) => names.filter((name) => pattern.test(name)));

/** Milliseconds and bytes of reading and hashing all blocks. */
async function read(directory: string): Promise<{ ms: number; bytes: number }> {
  const began = performance.now();
  const hash = createHash('sha256');
  let bytes = 0;
  for (const name of await named(directory, /blocks-[^/]*$/)) {
    const file = await readFile(join(directory, name));
    hash.update(file);
    bytes += file.length;
  }
  hash.digest();
  return { ms: performance.now() - began, bytes };
}

await Scratch.use(async (scratch) => {
  const [closed, killed, bare] = ['closed', 'killed', 'bare'].map((name) => join(scratch.folder, name)) as [
    string,
    string,
    string,
  ];
  await fill(closed, async () => {
    await cp(closed, killed, { recursive: true });
    await cp(closed, bare, { recursive: true });
  });
  for (const directory of [killed, bare])
    for (const name of await named(directory, /(?:^|\/)lock$/)) await rm(join(directory, name));
  for (const name of await named(bare, /snapshot/)) await rm(join(bare, name), { force: true });
  const { ms: reading, bytes } = await read(closed);
  const [afterClose, afterKill, fromBlocks] = [
    await opened(closed),
    await opened(killed),
    await opened(bare),
  ];
  const line = (name: string, ms: number) => ({
    name,
    figure: withUnit(ms, 'ms'),
    compared: times(ms, reading, 'reading the blocks'),
  });
  report({
    title: 'opening an embedded ledger',
    setting: `${transactions} transactions of a toy law with one endorser, ${(bytes / 1e6).toFixed(0)} MB of blocks; once each`,
    lines: [
      line('after it was closed', afterClose),
      line('as a kill leaves it', afterKill),
      line('from its blocks alone', fromBlocks),
      { name: 'reading and hashing the blocks', figure: withUnit(reading, 'ms') },
    ],
    verdicts: [
      verdict('opens, closed or killed', { most: 5000 }, Math.max(afterClose, afterKill), {
        unit: 'ms',
        ratio: times(Math.max(afterClose, afterKill), reading, 'reading the blocks'),
      }),
    ],
  });
});
