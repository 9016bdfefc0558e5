import { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import { Refusal } from '@dstore/chaincode/domain';
import type { EmbeddedNetwork, GatewayClient } from '@dstore/network/embedded';
import { serviceError } from '@dstore/network/embedded/grpc.js';
import { status } from '@grpc/grpc-js';
import assert from 'node:assert/strict';

import { isFault } from '../../../conformance/ledger.js';
import { enrolled, ledgerOf, withToy } from '../../../network/embedded/world.js';

type Call = (error: unknown, answer?: unknown) => void;
type Unary = (path: string, a: unknown, b: unknown, c: unknown, d: unknown, callback: Call) => void;

/** What goes wrong with a call: `pass` hands it on to the network. */
type Trouble = (
  method: string,
  pass: (callback: Call) => void,
  callback: Call,
  network: EmbeddedNetwork,
) => void;

/** A client of the network with trouble on its line. */
function troubled(network: EmbeddedNetwork, trouble: Trouble): GatewayClient {
  const client = network.client();
  const unary = client.makeUnaryRequest.bind(client) as unknown as Unary;
  const makeUnaryRequest: Unary = (path, serialize, deserialize, request, options, callback) => {
    const pass = (then: Call) => unary(path, serialize, deserialize, request, options, then);
    trouble(path.split('/').at(-1) as string, pass, callback, network);
  };
  return Object.assign(Object.create(client) as GatewayClient, { makeUnaryRequest });
}

async function withTrouble(
  trouble: Trouble,
  use: (ledger: FabricLedger, network: EmbeddedNetwork, pauses: number[]) => Promise<void>,
): Promise<void> {
  await withToy({}, async (network) => {
    const pauses: number[] = [];
    const ledger = new FabricLedger({
      client: troubled(network, trouble),
      channel: 'dstore',
      chaincode: 'toy',
      identity: await enrolled(network, 'Org1MSP', 'alice'),
      endorsingOrganizations: () => network.organizations,
      jitter: () => 0.5,
      sleep: async (milliseconds) => {
        pauses.push(milliseconds);
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    await use(ledger, network, pauses);
  });
}

const unavailable = () => serviceError(status.UNAVAILABLE, 'request already processed');
const on =
  (
    wanted: string,
    trouble: (pass: (callback: Call) => void, callback: Call, network: EmbeddedNetwork) => void,
  ): Trouble =>
  (method, pass, callback, network) =>
    method === wanted ? trouble(pass, callback, network) : pass(callback);

/** Ends once the network has a block more than it had. */
async function blockAfter(network: EmbeddedNetwork, height: number): Promise<void> {
  while (network.height === height) await new Promise((resolve) => setImmediate(resolve));
}

describe('FabricLedger', () => {
  it('knows whose ledger it is', async () => {
    await withTrouble(
      (_method, pass, callback) => pass(callback),
      async (ledger) => {
        assert.deepEqual(ledger.caller, { msp: 'Org1MSP', id: 'alice' });
        assert.equal(ledger.channel, 'dstore');
      },
    );
  });

  it('finds a transaction that was ordered although submit failed', async () => {
    const lost = on('Submit', (pass, callback, network) => {
      const { height } = network;
      pass(() => void blockAfter(network, height).then(() => callback(unavailable())));
    });
    await withTrouble(lost, async (ledger) => {
      const { block } = await ledger.submit('VaultContract:CreateVault', { vaultId: 'books' });
      assert.equal(block, 1n);
      await assert.rejects(ledger.submit('VaultContract:CreateVault', { vaultId: 'books' }), Refusal);
    });
  });

  it('finds a transaction whose commit status did not come in time', async () => {
    const late = on('CommitStatus', (pass, callback) =>
      pass(() => callback(serviceError(status.DEADLINE_EXCEEDED, 'Deadline exceeded'))),
    );
    await withTrouble(late, async (ledger) => {
      const { block } = await ledger.submit('VaultContract:CreateVault', { vaultId: 'books' });
      assert.equal(block, 1n);
    });
  });

  it('sends nothing again while an outcome is unknown', async () => {
    let submits = 0;
    const swallowed = on('Submit', (_pass, callback) => {
      submits += 1;
      callback(unavailable());
    });
    await withTrouble(swallowed, async (ledger, network) => {
      const { height } = network;
      await assert.rejects(
        ledger.submit('VaultContract:CreateVault', { vaultId: 'books' }),
        isFault('outcome-unknown'),
      );
      assert.deepEqual([submits, network.height], [1, height]);
    });
  });

  it('says so when nobody answers', async () => {
    const dead: Trouble = (_method, _pass, callback) => callback(unavailable());
    await withTrouble(dead, async (ledger) => {
      const unavailableFault = isFault('ledger-unavailable');
      await assert.rejects(ledger.submit('VaultContract:CreateVault', { vaultId: 'a' }), unavailableFault);
      await assert.rejects(ledger.read('vault', 'a'), unavailableFault);
      await assert.rejects(ledger.list('vault', []), unavailableFault);
    });
  });

  it('proposes five times under contention, with growing pauses, and then gives up', async () => {
    let rival: (() => Promise<unknown>) | undefined;
    const contended = on('Submit', (pass, callback) => {
      void rival?.().then(() => pass(callback));
    });
    await withTrouble(contended, async (ledger, network, pauses) => {
      const bob = ledgerOf(network, await enrolled(network, 'Org2MSP', 'bob'));
      rival = () => bob.submit('DiskContract:FundPool', { diskId: 'd1', amount: 1n, notes: [] });
      await assert.rejects(
        ledger.submit('DiskContract:FundPool', { diskId: 'd1', amount: 100n, notes: [] }),
        isFault('ledger-contended'),
      );
      assert.deepEqual(pauses, [40, 80, 160, 320]);
      assert.equal((await ledger.read('pool', 'd1'))?.collateral, 5n);
    });
  });

  it('stops before the next proposal once its signal aborted', async () => {
    await withTrouble(
      (_method, pass, callback) => pass(callback),
      async (ledger, network) => {
        const { height } = network;
        const signal = AbortSignal.abort(new Error('enough'));
        const submitted = ledger.submit('VaultContract:CreateVault', { vaultId: 'a' }, { signal });
        await assert.rejects(submitted, /enough/);
        assert.equal(network.height, height);
      },
    );
  });
});
