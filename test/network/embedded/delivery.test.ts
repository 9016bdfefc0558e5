import { codesOf, headerHash } from '@dstore/network/embedded/block.js';
import { organizationsOf } from '@dstore/network/embedded/config-block.js';
import type { EmbeddedNetwork } from '@dstore/network/embedded';
import type { Identity } from '@dstore/organizations';
import { type CloseableAsyncIterable, GatewayError, type Network } from '@hyperledger/fabric-gateway';
import type { common } from '@hyperledger/fabric-protos';
import assert from 'node:assert/strict';

import { contractOf, enrolled, gatewayOf, withToy } from './world.js';

async function withBlocks(use: (network: EmbeddedNetwork, alice: Identity, seen: Network) => Promise<void>) {
  await withToy({}, async (network) => {
    const alice = await enrolled(network, 'Org1MSP', 'alice');
    for (const vaultId of ['a', 'b'])
      await contractOf(network, alice).submitTransaction(
        'VaultContract:CreateVault',
        JSON.stringify({ vaultId }),
      );
    await use(network, alice, gatewayOf(network, alice).getNetwork('dstore'));
  });
}

async function take<T>(events: CloseableAsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  try {
    for await (const event of events) if (taken.push(event) === count) break;
    return taken;
  } finally {
    events.close();
  }
}

describe('delivery', () => {
  it('sends whole blocks that hang together by their hashes', async () => {
    await withBlocks(async (_network, _alice, seen) => {
      const blocks = await take(await seen.getBlockEvents({ startBlock: 0n }), 3);
      const [genesis, first, second] = blocks as [common.Block, common.Block, common.Block];
      assert.equal(genesis.getHeader()?.getPreviousHash_asU8().length, 0);
      assert.deepEqual(Buffer.from(first.getHeader()?.getPreviousHash_asU8() ?? []), headerHash(genesis));
      assert.deepEqual(Buffer.from(second.getHeader()?.getPreviousHash_asU8() ?? []), headerHash(first));
      assert.deepEqual([codesOf(first), codesOf(second)], [[0], [0]]);
    });
  });

  it('names the member organizations and their roots in the first block', async () => {
    await withBlocks(async (network, _alice, seen) => {
      const [genesis] = await take(await seen.getBlockEvents({ startBlock: 0n }), 1);
      const organizations = organizationsOf(genesis?.getData()?.getDataList_asU8()[0] ?? new Uint8Array());
      assert.deepEqual(
        organizations.map(({ mspId }) => mspId),
        network.organizations,
      );
      for (const { mspId, identityRoot, tlsRoot } of organizations) {
        assert.equal(identityRoot, network.authority(mspId).identityRoot);
        assert.equal(tlsRoot, network.authority(mspId).tlsRoot);
      }
    });
  });

  it('sends filtered blocks with transaction ids and codes', async () => {
    await withBlocks(async (_network, _alice, seen) => {
      const [block] = await take(await seen.getFilteredBlockEvents({ startBlock: 2n }), 1);
      assert.equal(block?.getNumber(), 2);
      const [transaction] = block?.getFilteredTransactionsList() ?? [];
      assert.match(transaction?.getTxid() ?? '', /^[0-9a-f]{64}$/);
      assert.equal(transaction?.getTxValidationCode(), 0);
    });
  });

  it('begins with the next block when no start is given, though nobody reads yet', async () => {
    await withBlocks(async (network, alice, seen) => {
      const blocks = await seen.getBlockEvents();
      const events = await seen.getChaincodeEvents('toy');
      await contractOf(network, alice).submitTransaction('VaultContract:CreateVault', '{"vaultId":"late"}');
      const [block] = await take(blocks, 1);
      assert.equal(block?.getHeader()?.getNumber(), 3);
      const [event] = await take(events, 1);
      assert.match(Buffer.from(event?.payload ?? []).toString(), /"late"/);
    });
  });

  it('refuses streams to somebody who is no member', async () => {
    await withBlocks(async (network, alice) => {
      const posing = gatewayOf(network, { ...alice, mspId: 'Org2MSP' }).getNetwork('dstore');
      const isDenied = (error: unknown) => error instanceof GatewayError && error.code === 7;
      await assert.rejects(take(await posing.getChaincodeEvents('toy', { startBlock: 0n }), 1), isDenied);
      await assert.rejects(take(await posing.getBlockEvents({ startBlock: 0n }), 1), isDenied);
    });
  });

  it('has no events of a chaincode of another name', async () => {
    await withBlocks(async (network, alice, seen) => {
      const events = await seen.getChaincodeEvents('other', { startBlock: 0n });
      const waiting = take(events, 1);
      await contractOf(network, alice).submitTransaction('VaultContract:CreateVault', '{"vaultId":"late"}');
      events.close();
      await assert.rejects(waiting, (error: unknown) => error instanceof GatewayError && error.code === 1);
    });
  });
});
