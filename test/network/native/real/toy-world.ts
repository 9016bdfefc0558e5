import { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import type { Law } from '@dstore/network/native';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { LedgerWorld } from '../../../conformance/ledger.js';
import type { RunningNetwork } from './running-network.js';
import { shiftOwnClock } from './shifted-clock.js';

const contracts = fileURLToPath(new URL('../../../conformance/ledger-contracts.js', import.meta.url));

/** The toy law as a package that chaincode servers can run. */
export async function toyLaw(folder: string): Promise<Law> {
  await mkdir(folder, { recursive: true });
  const manifest = { name: 'toy', version: '1.0.0', main: 'index.js' };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const main = `exports.contracts = require(${JSON.stringify(contracts)}).toyContracts;\n`;
  await writeFile(join(folder, 'index.js'), main);
  return { label: 'toy', folder, slot: 1, probe: ['LedgerContract:Read', '{"kind":"epoch","parts":[]}'] };
}

let worlds = 0;

/** A world of its own for each test, on one network: the toy law under one more name sees no other's rows. */
export async function nativeWorld(running: RunningNetwork, law: Law): Promise<LedgerWorld> {
  const { network } = running;
  const definition = { name: `toy${(worlds += 1)}`, version: '1', sequence: 1 };
  await network.define(law, definition);
  const opened: { close(): void }[] = [];
  const closeAll = () => opened.splice(0).forEach((each) => each.close());
  return {
    ledger: async (msp, id, endorsing = running.organizations) => {
      await network.enrol(msp, { id, type: 'client' });
      const client = await network.connect(msp);
      const ledger = new FabricLedger({
        client,
        channel: network.shared.channel,
        chaincode: definition.name,
        identity: await network.identity(msp, id),
        endorsingOrganizations: () => endorsing,
      });
      opened.push(ledger, client);
      return ledger;
    },
    // Nobody can move the clocks of real peers, and the other way round is the same.
    shiftClock: (milliseconds) => shiftOwnClock(-milliseconds),
    recorded: () => ledgersOf(running),
    restart: async () => {
      closeAll();
      await network.down();
      await network.up();
      await network.deploy(law, { name: 'toy', version: '1', sequence: 1 });
    },
    close: async () => {
      shiftOwnClock(0);
      closeAll();
    },
  };
}

/** Bytes of every file that a peer or an orderer keeps. */
async function ledgersOf({ network }: RunningNetwork): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const { folder } of network.seats)
    for (const node of ['peer', 'orderer'])
      for (const entry of await readdir(join(folder, node), { recursive: true, withFileTypes: true }))
        if (entry.isFile())
          parts.push(await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.of()));
  return Buffer.concat(parts);
}
