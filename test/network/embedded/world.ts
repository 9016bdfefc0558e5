import { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import { type EmbeddedOptions, EmbeddedNetwork } from '@dstore/network/embedded';
import { type Identity, signLowS } from '@dstore/organizations';
import { connect, type Contract, type Gateway, hash } from '@hyperledger/fabric-gateway';
import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type LedgerWorld } from '../../conformance/ledger.js';
import { toyContracts } from '../../conformance/ledger-contracts.js';

/** How tests open the toy network below a directory. */
export function toyOptions(directory: string, changes: Partial<EmbeddedOptions> = {}): EmbeddedOptions {
  return {
    directory,
    channel: 'dstore',
    chaincodeName: 'toy',
    organizations: ['Org1MSP', 'Org2MSP', 'Org3MSP'],
    contracts: toyContracts,
    timeWindowSeconds: 10,
    ...changes,
  };
}

/** A ledger as one identity sees it. */
export function ledgerOf(
  network: EmbeddedNetwork,
  identity: Identity,
  endorsing: readonly string[] = network.organizations,
): FabricLedger {
  return new FabricLedger({
    client: network.client(),
    channel: network.channel,
    chaincode: network.chaincodeName,
    identity,
    endorsingOrganizations: () => endorsing,
    jitter: () => 0,
  });
}

/** A fresh client identity of an organization. */
export function enrolled(network: EmbeddedNetwork, mspId: string, id: string): Promise<Identity> {
  return network.authority(mspId).issueIdentity({ id, type: 'client' });
}

/** Fabric's own client library over the network, without our adapter. */
export function gatewayOf(network: EmbeddedNetwork, identity: Identity): Gateway {
  return connect({
    client: network.client(),
    identity: { mspId: identity.mspId, credentials: Buffer.from(identity.certificate) },
    signer: async (message) => signLowS(identity.privateKey, message),
    hash: hash.none,
  });
}

/** The toy chaincode, or another, through Fabric's own client library. */
export function contractOf(network: EmbeddedNetwork, identity: Identity, name = 'toy'): Contract {
  return gatewayOf(network, identity).getNetwork(network.channel).getContract(name);
}

/** A fresh directory that `use` may fill; removed whatever happens. */
export async function inDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'dstore-network-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** An embedded network with the toy law, closed whatever happens. */
export async function withNetwork<T>(
  options: EmbeddedOptions,
  use: (network: EmbeddedNetwork) => Promise<T>,
): Promise<T> {
  const network = await EmbeddedNetwork.open(options);
  try {
    return await use(network);
  } finally {
    await network.close();
  }
}

/** A fresh toy network in a fresh directory. */
export function withToy<T>(
  changes: Partial<EmbeddedOptions>,
  use: (network: EmbeddedNetwork) => Promise<T>,
): Promise<T> {
  return inDirectory((directory) => withNetwork(toyOptions(directory, changes), use));
}

/** The embedded network as the ledger conformance suite wants it. */
export async function embeddedWorld(): Promise<LedgerWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'dstore-network-'));
  let shift = 0;
  const open = () => EmbeddedNetwork.open(toyOptions(directory, { now: () => Date.now() + shift }));
  let network = await open();
  return {
    ledger: async (msp, id, endorsing) => ledgerOf(network, await enrolled(network, msp, id), endorsing),
    shiftClock: (milliseconds) => {
      shift = milliseconds;
    },
    recorded: () => bytesBelow(directory),
    restart: async () => {
      await network.close();
      network = await open();
    },
    close: async () => {
      await network.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function bytesBelow(directory: string): Promise<Buffer> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name)))));
}
