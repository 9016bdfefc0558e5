import { common, msp } from '@hyperledger/fabric-protos';
import type { Identity } from '@dstore/organizations';
import { serializeIdentity } from './members.js';

/** An organization as the channel's configuration names it, roots in PEM. */
export interface Organization {
  readonly mspId: string;
  readonly identityRoot: string;
  readonly tlsRoot: string;
}

/** A channel configuration envelope that names the member organizations and the orderer's. */
export function configEnvelope(
  channel: string,
  sequence: number,
  organizations: readonly Organization[],
  orderer: Organization,
  signer: Identity,
): Uint8Array {
  const root = new common.ConfigGroup();
  root.getGroupsMap().set('Application', groupOf(organizations));
  root.getGroupsMap().set('Orderer', groupOf([orderer]));
  const config = new common.Config();
  config.setSequence(sequence);
  config.setChannelGroup(root);
  const content = new common.ConfigEnvelope();
  content.setConfig(config);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG);
  channelHeader.setChannelId(channel);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(serializeIdentity(signer.mspId, signer.certificate));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(content.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope.serializeBinary();
}

/** The member organizations that a configuration envelope names. */
export function organizationsOf(envelopeBytes: Uint8Array): Organization[] {
  const envelope = common.Envelope.deserializeBinary(envelopeBytes);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  const groups = config?.getChannelGroup()?.getGroupsMap().get('Application')?.getGroupsMap();
  return [...(groups?.entries() ?? [])].map(([mspId, group]) => {
    const value = group.getValuesMap().get('MSP')?.getValue_asU8();
    const wrapped = msp.MSPConfig.deserializeBinary(value ?? new Uint8Array());
    const fabric = msp.FabricMSPConfig.deserializeBinary(wrapped.getConfig_asU8());
    const pem = (roots: Uint8Array[]) => Buffer.from(roots[0] ?? []).toString('utf8');
    return {
      mspId: mspId,
      identityRoot: pem(fabric.getRootCertsList_asU8()),
      tlsRoot: pem(fabric.getTlsRootCertsList_asU8()),
    };
  });
}

function groupOf(organizations: readonly Organization[]): common.ConfigGroup {
  const group = new common.ConfigGroup();
  for (const { mspId, identityRoot, tlsRoot } of organizations) {
    const fabric = new msp.FabricMSPConfig();
    fabric.setName(mspId);
    fabric.setRootCertsList([Buffer.from(identityRoot)]);
    fabric.setTlsRootCertsList([Buffer.from(tlsRoot)]);
    const wrapped = new msp.MSPConfig();
    wrapped.setConfig(fabric.serializeBinary());
    const value = new common.ConfigValue();
    value.setValue(wrapped.serializeBinary());
    const member = new common.ConfigGroup();
    member.getValuesMap().set('MSP', value);
    group.getGroupsMap().set(mspId, member);
  }
  return group;
}
