import { majorityOf } from '../domain/index.js';

/** Fewest other organizations for which a lease's tab gets a policy of its own; protocol section 7. */
const fewestOthers = 3;

/**
 * The endorsement policy of `tab/<leaseId>`: a majority of the active organizations other than the provider's, as the
 * bytes of Fabric's SignaturePolicyEnvelope; undefined where the consortium is too small for one.
 */
export function tabPolicy(organizations: readonly string[], provider: string): Uint8Array | undefined {
  const others = organizations.filter((msp) => msp !== provider).sort();
  return others.length < fewestOthers ? undefined : peersOf(others, majorityOf(others.length));
}

/** SignaturePolicyEnvelope { version 0, NOutOf(n, signed_by i ...), identities: MSPRole PEER of each MSP }. */
function peersOf(msps: readonly string[], n: number): Uint8Array {
  // The `signed_by` oneof is written even when it is 0, as protobuf demands for a member of a oneof.
  const rules = msps.map((_, index) => field(2, Buffer.concat([tag(1, 0), varint(index)])));
  const rule = field(2, field(2, Buffer.concat([tag(1, 0), varint(n), ...rules])));
  const peer = Buffer.concat([tag(2, 0), varint(3)]);
  const identities = msps.map((msp) =>
    field(3, field(2, Buffer.concat([field(1, Buffer.from(msp, 'utf8')), peer]))),
  );
  return Buffer.concat([rule, ...identities]);
}

function tag(number: number, wireType: number): Buffer {
  return varint((number << 3) | wireType);
}

function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([tag(number, 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
