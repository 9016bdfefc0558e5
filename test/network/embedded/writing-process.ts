import { EmbeddedNetwork } from '@dstore/network/embedded';

import { enrolled, ledgerOf, toyOptions } from './world.js';

// Run by crash.test.ts in a process of its own: creates vaults without end and names each one that is on the ledger.
const [directory = '', round = ''] = process.argv.slice(2);
const network = await EmbeddedNetwork.open(toyOptions(directory, { snapshotBytes: 100_000 }));
const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'alice'));

async function write(lane: number): Promise<never> {
  for (let index = 0; ; index += 1) {
    const vaultId = `r${round}-${lane}-${index}`;
    await ledger.submit('VaultContract:CreateVault', { vaultId });
    process.send?.(vaultId);
  }
}

await Promise.all([write(0), write(1), write(2), write(3)]);
