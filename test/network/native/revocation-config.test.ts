import { Authority } from '@dstore/organizations';
import { revokedIn, setRevocationList } from '@dstore/network/native/revocation-config.js';
import { common, msp } from '@hyperledger/fabric-protos';
import assert from 'node:assert/strict';
import { join } from 'node:path';

import { inDirectory } from '../embedded/world.js';

/** A channel of two organizations, each defined in both groups. */
function channelOf(roots: Readonly<Record<string, string>>): common.Config {
  const channel = new common.ConfigGroup();
  for (const name of ['Application', 'Orderer']) {
    const group = new common.ConfigGroup();
    for (const [mspId, root] of Object.entries(roots)) group.getGroupsMap().set(mspId, memberOf(mspId, root));
    channel.getGroupsMap().set(name, group);
  }
  const config = new common.Config();
  config.setChannelGroup(channel);
  return config;
}

function memberOf(mspId: string, root: string): common.ConfigGroup {
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(mspId);
  fabric.setRootCertsList([Buffer.from(root)]);
  const wrapped = new msp.MSPConfig();
  wrapped.setConfig(fabric.serializeBinary());
  const value = new common.ConfigValue();
  value.setValue(wrapped.serializeBinary());
  value.setModPolicy('Admins');
  const member = new common.ConfigGroup();
  member.getValuesMap().set('MSP', value);
  return member;
}

const definition = (config: common.Config, group: string, mspId: string) => {
  const member = config.getChannelGroup()?.getGroupsMap().get(group)?.getGroupsMap().get(mspId);
  return Buffer.from(member?.getValuesMap().get('MSP')?.getValue_asU8() ?? []).toString('hex');
};

function withChannel(use: (config: common.Config, authority: Authority) => Promise<void>): Promise<void> {
  return inDirectory(async (directory) => {
    const authority = await Authority.create(join(directory, '1'), 'Org1MSP');
    const other = await Authority.create(join(directory, '2'), 'Org2MSP');
    await use(channelOf({ Org1MSP: authority.identityRoot, Org2MSP: other.identityRoot }), authority);
  });
}

describe('the revocation list of a channel', () => {
  it('is the same in both groups, or Fabric would refuse the channel, and nobody else is touched', async () => {
    await withChannel(async (config, authority) => {
      const other = definition(config, 'Application', 'Org2MSP');
      assert.ok(setRevocationList(config, 'Org1MSP', await authority.revocationList(['0a', '0b'])));
      assert.deepEqual([...revokedIn(config, 'Org1MSP')].sort(), ['a', 'b']);
      assert.equal(revokedIn(config, 'Org2MSP').size, 0);
      assert.equal(definition(config, 'Application', 'Org1MSP'), definition(config, 'Orderer', 'Org1MSP'));
      for (const group of ['Application', 'Orderer'])
        assert.equal(definition(config, group, 'Org2MSP'), other);
    });
  });

  it('is left alone when a newer list names the same certificates, and replaced when it names others', async () => {
    await withChannel(async (config, authority) => {
      setRevocationList(config, 'Org1MSP', await authority.revocationList(['0a']));
      const before = Buffer.from(config.serializeBinary()).toString('hex');
      assert.equal(setRevocationList(config, 'Org1MSP', await authority.revocationList(['0a'])), false);
      assert.equal(Buffer.from(config.serializeBinary()).toString('hex'), before);
      assert.ok(setRevocationList(config, 'Org1MSP', await authority.revocationList(['0a', '0c'])));
      assert.deepEqual([...revokedIn(config, 'Org1MSP')].sort(), ['a', 'c']);
    });
  });

  it('must be signed by the organization, and the channel must know it', async () => {
    await withChannel(async (config, authority) => {
      const list = await authority.revocationList(['0a']);
      assert.throws(() => setRevocationList(config, 'Org2MSP', list), /not signed/);
      assert.throws(() => setRevocationList(config, 'Org9MSP', list), RangeError);
    });
  });
});
