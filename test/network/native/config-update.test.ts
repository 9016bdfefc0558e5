import { Authority } from '@dstore/organizations';
import { configIn, signedUpdate } from '@dstore/network/native/config-update.js';
import { common, msp } from '@hyperledger/fabric-protos';
import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';

import { inDirectory } from '../embedded/world.js';

describe('an update of the channel', () => {
  it('carries the signature of each who agrees over its header and the update, and of no other bytes', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(directory, 'Org1MSP');
      const signers = await Promise.all(
        ['admin', 'other'].map((id) => authority.issueIdentity({ id, type: 'admin' })),
      );
      const update = Buffer.from('an update');
      const envelope = common.Envelope.deserializeBinary(signedUpdate('dstore', update, signers));
      const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
      const header = common.ChannelHeader.deserializeBinary(
        payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
      );
      assert.equal(header.getType(), common.HeaderType.CONFIG_UPDATE);
      assert.equal(header.getChannelId(), 'dstore');
      const content = common.ConfigUpdateEnvelope.deserializeBinary(payload.getData_asU8());
      assert.deepEqual(Buffer.from(content.getConfigUpdate_asU8()), update);
      assert.equal(content.getSignaturesList().length, 2);
      content.getSignaturesList().forEach((signature, at) => {
        const headerBytes = signature.getSignatureHeader_asU8();
        const { publicKey } = new X509Certificate(signers[at]?.certificate ?? '');
        const holds = (bytes: Uint8Array) =>
          verify('sha256', bytes, publicKey, signature.getSignature_asU8());
        assert.ok(holds(Buffer.concat([headerBytes, update])));
        assert.equal(holds(Buffer.concat([headerBytes, Buffer.from('another')])), false);
        const creator = msp.SerializedIdentity.deserializeBinary(
          common.SignatureHeader.deserializeBinary(headerBytes).getCreator_asU8(),
        );
        assert.equal(creator.getMspid(), 'Org1MSP');
      });
    });
  });

  it('starts from a block that holds a configuration', () => {
    const config = new common.Config();
    config.setSequence(7);
    const content = new common.ConfigEnvelope();
    content.setConfig(config);
    const payload = new common.Payload();
    payload.setData(content.serializeBinary());
    const envelope = new common.Envelope();
    envelope.setPayload(payload.serializeBinary());
    const data = new common.BlockData();
    data.setDataList([envelope.serializeBinary()]);
    const header = new common.BlockHeader();
    header.setNumber(64);
    const block = new common.Block();
    block.setHeader(header);
    block.setData(data);
    const found = configIn(block.serializeBinary());
    assert.equal(found.block, 64n);
    assert.equal(found.config.getSequence(), 7);
    assert.throws(() => configIn(new common.Block().serializeBinary()), /no configuration/);
  });
});
