import { type EmbeddedNetwork } from '@dstore/network/embedded';
import type { Identity } from '@dstore/organizations';
import { serializeIdentity } from '@dstore/network/embedded/members.js';
import { EndorseError, GatewayError } from '@hyperledger/fabric-gateway';
import { gateway } from '@hyperledger/fabric-protos';
import assert from 'node:assert/strict';

import { contractOf, enrolled, gatewayOf, withToy } from './world.js';

const create = (vaultId: string) => ({ arguments: [JSON.stringify({ vaultId })] });

function withAlice(use: (network: EmbeddedNetwork, alice: Identity) => Promise<void>): Promise<void> {
  return withToy({}, async (network) => use(network, await enrolled(network, 'Org1MSP', 'alice')));
}

/** Asserts that a call fails in the client library's own way, and that the network goes on. */
async function fails(call: Promise<unknown>, pattern: RegExp): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof GatewayError, String(error));
    assert.match(`${error.message} ${error.details.map(({ message }) => message).join(' ')}`, pattern);
    return true;
  });
}

describe('Gateway', () => {
  it('says in its details which organization declined and why', async () => {
    await withAlice(async (network, alice) => {
      const contract = contractOf(network, alice);
      await contract.submit('VaultContract:CreateVault', create('books'));
      await assert.rejects(contract.submit('VaultContract:CreateVault', create('books')), (error) => {
        assert.ok(error instanceof EndorseError);
        assert.equal(error.code, 10);
        assert.deepEqual(error.details.map(({ mspId }) => mspId).sort(), network.organizations);
        assert.match(
          error.details[0]?.message ?? '',
          /^chaincode response 500, vault-exists: vault books exists$/,
        );
        return true;
      });
    });
  });

  it('refuses a proposal that somebody else signed', async () => {
    await withAlice(async (network, alice) => {
      const { privateKey } = await enrolled(network, 'Org1MSP', 'mallory');
      const forged = contractOf(network, { ...alice, privateKey });
      await fails(forged.submit('VaultContract:CreateVault', create('books')), /signature .* is not valid/);
      await fails(forged.evaluate('LedgerContract:Read'), /signature .* is not valid/);
    });
  });

  it('refuses an organization that is no member, and a chaincode that is not served', async () => {
    await withAlice(async (network, alice) => {
      const contract = contractOf(network, alice);
      const options = { ...create('books'), endorsingOrganizations: ['Org9MSP'] };
      await fails(contract.submit('VaultContract:CreateVault', options), /endorsing peer of Org9MSP/);
      await fails(contractOf(network, alice, 'other').submit('x'), /no endorsers for chaincode other/);
    });
  });

  it('refuses a certificate outside its validity', async () => {
    const years = 3300 * 24 * 60 * 60 * 1000;
    let now = Date.now() - years;
    await withToy({ now: () => now }, async (network) => {
      const old = await enrolled(network, 'Org1MSP', 'alice');
      now = Date.now();
      await fails(contractOf(network, old).evaluate('x'), /certificate of the creator does not count now/);
    });
  });

  it('endorses for the caller alone when transient data goes to nobody in particular', async () => {
    await withAlice(async (network, alice) => {
      const transaction = await contractOf(network, alice)
        .newProposal('AuditContract:SubmitProofs', {
          arguments: ['{"diskId":"d1","epoch":"1"}'],
          transientData: { bundle: Buffer.from('x') },
        })
        .endorse();
      const status = await (await transaction.submit()).getStatus();
      assert.equal(status.code, 10);
    });
  });

  it('refuses to endorse a transaction id again', async () => {
    await withAlice(async (network, alice) => {
      const proposal = contractOf(network, alice).newProposal('VaultContract:CreateVault', create('books'));
      await (await (await proposal.endorse()).submit()).getStatus();
      await fails(proposal.endorse(), /duplicate transaction found/);
    });
  });

  it('lets a deadline end the wait for a transaction that nobody submitted', async () => {
    await withAlice(async (network, alice) => {
      const request = new gateway.CommitStatusRequest();
      request.setChannelId('dstore');
      request.setTransactionId('0'.repeat(64));
      request.setIdentity(serializeIdentity(alice.mspId, alice.certificate));
      const signed = new gateway.SignedCommitStatusRequest();
      signed.setRequest(request.serializeBinary());
      const commit = gatewayOf(network, alice).newCommit(signed.serializeBinary());
      await assert.rejects(commit.getStatus({ deadline: Date.now() + 20 }), (error) => {
        assert.ok(error instanceof GatewayError);
        assert.equal(error.code, 4);
        return true;
      });
    });
  });
});
