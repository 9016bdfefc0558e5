import { common, msp } from '@hyperledger/fabric-protos';
import type { Member } from './members.js';

type Rule = InstanceType<typeof common.SignaturePolicy>;
type Principal = InstanceType<typeof msp.MSPPrincipal>;
type Signer = Pick<Member, 'mspId'> & { readonly certificate: { readonly organizationalUnit: string } };

const { MSPRoleType } = msp.MSPRole;
/** Organizational units by the role that a policy asks for; a member may have any. */
const units: Readonly<Record<number, string>> = {
  [MSPRoleType.ADMIN]: 'admin',
  [MSPRoleType.CLIENT]: 'client',
  [MSPRoleType.PEER]: 'peer',
  [MSPRoleType.ORDERER]: 'orderer',
};

/**
 * Whether the signers satisfy a SignaturePolicyEnvelope: each signer counts for one principal.
 * A policy that does not parse is satisfied by nobody.
 */
export function satisfies(policy: Uint8Array, signers: readonly Signer[]): boolean {
  try {
    const envelope = common.SignaturePolicyEnvelope.deserializeBinary(policy);
    const rule = envelope.getRule();
    const used = signers.map(() => false);
    return rule !== undefined && holds(rule, envelope.getIdentitiesList(), signers, used);
  } catch {
    return false;
  }
}

/** Whether peers of more than half of the organizations are among the signers: the channel's default policy. */
export function satisfiesMajority(mspIds: readonly string[], signers: readonly Signer[]): boolean {
  const peers = signers.filter(({ certificate }) => certificate.organizationalUnit === 'peer');
  const present = new Set(peers.map(({ mspId }) => mspId).filter((mspId) => mspIds.includes(mspId)));
  return present.size >= majorityOf(mspIds.length);
}

/** The least number of organizations that is more than half of them. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** Fabric's own walk: marks signers as used only when the branch that used them held. */
function holds(
  rule: Rule,
  principals: readonly Principal[],
  signers: readonly Signer[],
  used: boolean[],
): boolean {
  const branch = rule.getNOutOf();
  if (branch !== undefined) {
    const trial = [...used];
    const held = branch.getRulesList().filter((part) => {
      const attempt = [...trial];
      const good = holds(part, principals, signers, attempt);
      if (good) trial.splice(0, trial.length, ...attempt);
      return good;
    }).length;
    if (held < branch.getN()) return false;
    used.splice(0, used.length, ...trial);
    return true;
  }
  const principal = principals[rule.getSignedBy()];
  const index = signers.findIndex(
    (signer, at) => used[at] === false && principal !== undefined && isPrincipal(principal, signer),
  );
  if (index >= 0) used[index] = true;
  return index >= 0;
}

function isPrincipal(principal: Principal, signer: Signer): boolean {
  if (principal.getPrincipalClassification() !== msp.MSPPrincipal.Classification.ROLE) return false;
  const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
  if (role.getMspIdentifier() !== signer.mspId) return false;
  const unit = units[role.getRole()];
  return unit === undefined || unit === signer.certificate.organizationalUnit;
}
