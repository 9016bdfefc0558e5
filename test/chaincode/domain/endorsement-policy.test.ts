import assert from 'node:assert/strict';
import { majorityOf, tabPolicy } from '@dstore/chaincode/domain';
import { common, msp } from '@hyperledger/fabric-protos';

const some = (count: number) => Array.from({ length: count }, (_, at) => `Org${at + 1}MSP`);

/** What the policy says, as Fabric's own messages read it. */
function meaningOf(bytes: Uint8Array) {
  const envelope = common.SignaturePolicyEnvelope.deserializeBinary(bytes);
  const rule = envelope.getRule()?.getNOutOf();
  const principals = envelope.getIdentitiesList().map((identity) => {
    assert.equal(identity.getPrincipalClassification(), msp.MSPPrincipal.Classification.ROLE);
    const role = msp.MSPRole.deserializeBinary(identity.getPrincipal_asU8());
    assert.equal(role.getRole(), msp.MSPRole.MSPRoleType.PEER);
    return role.getMspIdentifier();
  });
  const signers = rule?.getRulesList().map((each) => {
    assert.equal(each.getTypeCase(), common.SignaturePolicy.TypeCase.SIGNED_BY);
    return principals[each.getSignedBy()] as string;
  });
  assert.equal(envelope.getVersion(), 0);
  return { needed: rule?.getN(), signers: signers ?? [], principals };
}

describe('domain/endorsement-policy', () => {
  it('A-147 asks for peers of a majority of the organizations other than the provider’s', () => {
    for (let count = 4; count <= 40; count += 1) {
      const organizations = some(count);
      const others = organizations.slice(1).sort();
      const { needed, signers, principals } = meaningOf(tabPolicy(organizations, 'Org1MSP') as Buffer);
      assert.deepEqual(signers, others);
      assert.deepEqual(principals, others);
      assert.equal(needed, majorityOf(others.length));
    }
  });

  it('A-120 asks for what its table prints: of three others two, of four three', () => {
    const needed = [4, 5, 6, 7, 8].map(
      (count) => meaningOf(tabPolicy(some(count), 'Org1MSP') as Buffer).needed,
    );
    assert.deepEqual(needed, [2, 3, 3, 4, 4]);
  });

  it('leaves it to the chaincode’s own policy where there are fewer than three others', () => {
    for (const count of [1, 2, 3]) assert.equal(tabPolicy(some(count), 'Org1MSP'), undefined);
    assert.equal(tabPolicy(['A', 'B', 'C', 'C'], 'A'), undefined);
  });

  it('A-71 is one string of bytes in whatever order and however often organizations are named', () => {
    const organizations = some(6);
    const bytes = tabPolicy(organizations, 'Org3MSP');
    assert.deepEqual(tabPolicy([...organizations].reverse(), 'Org3MSP'), bytes);
    assert.deepEqual(tabPolicy([...organizations, ...organizations], 'Org3MSP'), bytes);
    assert.notDeepEqual(tabPolicy(organizations, 'Org4MSP'), bytes);
  });

  it('carries MSP ids of 63 characters, and a hundred of them', () => {
    const long = Array.from({ length: 200 }, (_, at) => `${at}`.padStart(63, 'M'));
    const { signers, needed } = meaningOf(tabPolicy(long, long[0] as string) as Buffer);
    assert.deepEqual([signers.length, needed], [199, 100]);
    assert.deepEqual(signers, [...long.slice(1)].sort());
  });
});
