import { RevocationList } from '@dstore/organizations';
import { type common, msp } from '@hyperledger/fabric-protos';

/** Both hold a definition of every organization, and Fabric refuses a channel in which they differ. */
const groups = ['Application', 'Orderer'];

/**
 * Sets an organization's list of revoked certificates, PEM, in a channel's configuration. Answers whether that changed
 * anything: a newer list of the same certificates does not. Throws RangeError when the channel does not know it.
 */
export function setRevocationList(config: common.Config, mspId: string, crl: string): boolean {
  const definitions = groups.map((group) => definitionIn(config, group, mspId));
  const stale = definitions.filter(({ fabric }) => !holds(fabric, crl));
  for (const { value, wrapped, fabric } of definitions) {
    fabric.setRevocationListList([Buffer.from(crl)]);
    wrapped.setConfig(fabric.serializeBinary());
    if (stale.length > 0) value.setValue(wrapped.serializeBinary());
  }
  return stale.length > 0;
}

/** Serial numbers that the channel knows as revoked by an organization. */
export function revokedIn(config: common.Config, mspId: string): ReadonlySet<string> {
  const { fabric } = definitionIn(config, 'Application', mspId);
  return serialsOf(fabric);
}

function definitionIn(config: common.Config, group: string, mspId: string) {
  const member = config.getChannelGroup()?.getGroupsMap().get(group)?.getGroupsMap().get(mspId);
  const value = member?.getValuesMap().get('MSP');
  if (value === undefined) throw new RangeError(`the channel knows no ${mspId} in ${group}`);
  const wrapped = msp.MSPConfig.deserializeBinary(value.getValue_asU8());
  const fabric = msp.FabricMSPConfig.deserializeBinary(wrapped.getConfig_asU8());
  return { value, wrapped, fabric };
}

function holds(fabric: msp.FabricMSPConfig, crl: string): boolean {
  const known = serialsOf(fabric);
  const wanted = RevocationList.read(crl, rootOf(fabric)).serials;
  return known.size === wanted.size && [...wanted].every((serial) => known.has(serial));
}

function serialsOf(fabric: msp.FabricMSPConfig): Set<string> {
  const lists = fabric.getRevocationListList_asU8().map((pem) => Buffer.from(pem).toString('utf8'));
  return new Set(lists.flatMap((pem) => [...RevocationList.read(pem, rootOf(fabric)).serials]));
}

function rootOf(fabric: msp.FabricMSPConfig): string {
  return Buffer.from(fabric.getRootCertsList_asU8()[0] ?? []).toString('utf8');
}
