import { majorityOf } from './epoch.js';

/** Organizations beside the provider's from which on a majority of them can be asked for. */
const leastOthers = 3;

const peerRole = 3;

/**
 * Who must endorse a change of a lease's tab: a majority of the organizations other than the provider's, as the bytes
 * of a SignaturePolicyEnvelope (hyperledger/fabric-protos, common/policies.proto). Undefined where there are fewer than
 * three others: the chaincode's own policy holds then. Every endorser must write the same bytes, so MSP ids are sorted.
 */
export function tabPolicy(organizations: readonly string[], provider: string): Buffer | undefined {
  const others = [...new Set(organizations)].filter((msp) => msp !== provider).sort();
  return others.length < leastOthers ? undefined : peersOutOf(majorityOf(others.length), others);
}

function peersOutOf(needed: number, mspIds: readonly string[]): Buffer {
  // signed_by is a member of a oneof: zero is written, or the rule would be empty.
  const rules = mspIds.map((_, index) => field(2, Buffer.concat([Buffer.of(1 << 3), varint(index)])));
  const nOutOf = Buffer.concat([Buffer.of(1 << 3), varint(needed), ...rules]);
  return Buffer.concat([field(2, field(2, nOutOf)), ...mspIds.map((msp) => field(3, principal(msp)))]);
}

/** MSPPrincipal of classification ROLE, which is zero and so left out. */
function principal(msp: string): Buffer {
  return field(2, Buffer.concat([field(1, Buffer.from(msp, 'utf8')), Buffer.of(2 << 3, peerRole)]));
}

function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const low = value & 127;
  return value < 128 ? Buffer.of(low) : Buffer.concat([Buffer.of(low | 128), varint(value >>> 7)]);
}
