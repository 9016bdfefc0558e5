import { headerHash } from '@dstore/network/embedded/block.js';
import { common, peer } from '@hyperledger/fabric-protos';
import assert from 'node:assert/strict';

import { contractOf, enrolled, withToy } from './world.js';

describe('querySystem', () => {
  it('answers for blocks, transactions and the height as qscc does', async () => {
    await withToy({}, async (network) => {
      const alice = await enrolled(network, 'Org1MSP', 'alice');
      const proposal = contractOf(network, alice).newProposal('VaultContract:CreateVault', {
        arguments: ['{"vaultId":"books"}'],
      });
      const txId = proposal.getTransactionId();
      await (await (await proposal.endorse()).submit()).getStatus();
      const system = contractOf(network, alice, 'qscc');
      const ask = (name: string, ...args: string[]) => system.evaluateTransaction(name, 'dstore', ...args);

      const info = common.BlockchainInfo.deserializeBinary(await ask('GetChainInfo'));
      const block = common.Block.deserializeBinary(await ask('GetBlockByNumber', '1'));
      assert.equal(info.getHeight(), 2);
      assert.deepEqual(Buffer.from(info.getCurrentblockhash_asU8()), headerHash(block));
      const processed = peer.ProcessedTransaction.deserializeBinary(await ask('GetTransactionByID', txId));
      assert.equal(processed.getValidationcode(), 0);
      assert.deepEqual(
        processed.getTransactionenvelope()?.serializeBinary(),
        block.getData()?.getDataList_asU8()[0],
      );
      const same = common.Block.deserializeBinary(await ask('GetBlockByTxID', txId));
      assert.equal(same.getHeader()?.getNumber(), 1);

      await assert.rejects(ask('GetTransactionByID', 'none'), /no such transaction ID \[none\]/);
      await assert.rejects(ask('GetBlockByNumber', '2'), /no such block/);
      await assert.rejects(ask('GetBlockByNumber', 'x'), /no such block/);
      await assert.rejects(ask('Other'), /Requested function Other not found/);
      await assert.rejects(system.evaluateTransaction('GetChainInfo', 'else'), /channel else is not served/);
    });
  });
});
