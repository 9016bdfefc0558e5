import { Refusal } from '@dstore/chaincode/domain';
import { EmbeddedNetwork } from '@dstore/network/embedded';
import assert from 'node:assert/strict';

import { isFault, ledgerConformance } from '../../conformance/ledger.js';
import { toyContracts, VaultContract } from '../../conformance/ledger-contracts.js';
import {
  contractOf,
  embeddedWorld,
  enrolled,
  inDirectory,
  ledgerOf,
  toyOptions,
  withNetwork,
  withToy,
} from './world.js';

ledgerConformance('the embedded network', embeddedWorld);

type Create = VaultContract['CreateVault'];
const others = toyContracts.filter((contract) => contract !== VaultContract);

/** Writes something else each time it runs: its endorsers never agree. */
let calls = 0;
class WaveringVaultContract extends VaultContract {
  override async CreateVault(...[ctx, argument]: Parameters<Create>) {
    await ctx.stub.putState('vault-calls', Buffer.from(`${(calls += 1)}`));
    return super.CreateVault(ctx, argument);
  }
}

/** Gives any vault to whoever asks. */
class LenientVaultContract extends VaultContract {
  override async CreateVault(...[ctx, argument]: Parameters<Create>) {
    const { vaultId } = JSON.parse(argument) as { vaultId: string };
    await ctx.stub.putState(`vault/${vaultId}`, Buffer.from('mine'));
    return '{}';
  }
}

class DecliningVaultContract extends VaultContract {
  override async CreateVault(): Promise<string> {
    throw new Error('out of order');
  }
}

describe('EmbeddedNetwork', () => {
  it('refuses a directory that is open already', async () => {
    await inDirectory((directory) =>
      withNetwork(toyOptions(directory), async () => {
        await assert.rejects(EmbeddedNetwork.open(toyOptions(directory)), /in use by process/);
      }),
    );
  });

  it('admits an organization for good', async () => {
    await inDirectory(async (directory) => {
      await withNetwork(toyOptions(directory), async (network) => {
        const before = network.height;
        await network.addOrganization('Org4MSP');
        await network.addOrganization('Org4MSP');
        assert.equal(network.height, before + 1);
        const zoe = await enrolled(network, 'Org4MSP', 'zoe');
        await ledgerOf(network, zoe).submit('VaultContract:CreateVault', { vaultId: 'new' });
      });
      await withNetwork(toyOptions(directory), async (network) => {
        assert.deepEqual(network.organizations, ['Org1MSP', 'Org2MSP', 'Org3MSP', 'Org4MSP']);
      });
    });
  });

  it('keeps its state hash over a restart, with a snapshot and without', async () => {
    for (const snapshotBytes of [1, Number.MAX_SAFE_INTEGER])
      await inDirectory(async (directory) => {
        const options = toyOptions(directory, { snapshotBytes });
        const before = await withNetwork(options, async (network) => {
          const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'alice'));
          for (const vaultId of ['a', 'b', 'c'])
            await ledger.submit('VaultContract:CreateVault', { vaultId });
          return { hash: network.stateHash(), height: network.height };
        });
        await withNetwork(options, async (network) => {
          assert.deepEqual({ hash: network.stateHash(), height: network.height }, before);
        });
      });
  });

  it('refuses somebody whom no organization vouches for', async () => {
    await withToy({}, async (network) => {
      const posing = { ...(await enrolled(network, 'Org1MSP', 'alice')), mspId: 'Org2MSP' };
      await assert.rejects(
        ledgerOf(network, posing).submit('VaultContract:CreateVault', { vaultId: 'books' }),
        isFault('endorsement-refused'),
      );
    });
  });

  it('A-45 refuses what a modified chaincode endorsed alone, and beside an honest one', async () => {
    await withToy({ modified: { Org1MSP: [LenientVaultContract, ...others] } }, async (network) => {
      const alice = await enrolled(network, 'Org1MSP', 'alice');
      const before = network.stateHash();
      await assert.rejects(
        ledgerOf(network, alice).submit('VaultContract:CreateVault', { vaultId: 'books' }),
        isFault('endorsers-disagree'),
      );
      await assert.rejects(
        contractOf(network, alice).submit('VaultContract:CreateVault', {
          arguments: ['{"vaultId":"books"}'],
          endorsingOrganizations: ['Org1MSP'],
        }),
        /ENDORSEMENT_POLICY_FAILURE/,
      );
      assert.equal(network.stateHash(), before);
    });
  });

  it('lets a majority go on when one organization declines', async () => {
    await withToy({ modified: { Org3MSP: [DecliningVaultContract, ...others] } }, async (network) => {
      const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'alice'));
      await ledger.submit('VaultContract:CreateVault', { vaultId: 'books' });
      await assert.rejects(ledger.submit('VaultContract:CreateVault', { vaultId: 'books' }), Refusal);
    });
  });

  it('A-120 leaves out, of four organizations, the one that answers differently or declines', async () => {
    const organizations = ['Org1MSP', 'Org2MSP', 'Org3MSP', 'Org4MSP'];
    for (const odd of organizations)
      for (const [law, transient] of [
        [LenientVaultContract, undefined],
        [DecliningVaultContract, { bundle: Buffer.of(1) }],
      ] as const)
        await withToy({ organizations, modified: { [odd]: [law, ...others] } }, async (network) => {
          const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'alice'));
          const options = transient === undefined ? {} : { transient };
          await ledger.submit('VaultContract:CreateVault', { vaultId: 'books' }, options);
          assert.notEqual(await ledger.read('vault', 'books'), undefined);
        });
  });

  it('gives up, changing nothing, on endorsers that never agree', async () => {
    await withToy({ contracts: [WaveringVaultContract, ...others] }, async (network) => {
      const ledger = ledgerOf(network, await enrolled(network, 'Org1MSP', 'alice'));
      const { height } = network;
      await assert.rejects(
        ledger.submit('VaultContract:CreateVault', { vaultId: 'books' }),
        isFault('endorsers-disagree'),
      );
      assert.equal(network.height, height);
    });
  });

  it('A-24 refuses a transaction endorsed in one state and ordered in another', async () => {
    await withToy({}, async (network) => {
      const alice = await enrolled(network, 'Org1MSP', 'alice');
      const early = await contractOf(network, alice)
        .newProposal('DiskContract:FundPool', { arguments: ['{"amount":"5","diskId":"d1","notes":[]}'] })
        .endorse();
      const ledger = ledgerOf(network, alice);
      await ledger.submit('DiskContract:FundPool', { diskId: 'd1', amount: 7n, notes: [] });
      const status = await (await early.submit()).getStatus();
      assert.equal(status.code, 11);
      assert.equal((await ledger.read('pool', 'd1'))?.collateral, 7n);
    });
  });

  it('takes a transaction once, however often it is submitted', async () => {
    await withToy({}, async (network) => {
      const alice = await enrolled(network, 'Org1MSP', 'alice');
      const transaction = await contractOf(network, alice)
        .newProposal('DiskContract:FundPool', { arguments: ['{"amount":"5","diskId":"d1","notes":[]}'] })
        .endorse();
      await (await transaction.submit()).getStatus();
      const before = network.stateHash();
      const again = await (await transaction.submit()).getStatus();
      assert.equal(again.successful, true, 'the status is that of the first');
      assert.equal(network.stateHash(), before);
    });
  });
});
