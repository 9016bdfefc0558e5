import { majorityOf, satisfies, satisfiesMajority } from '@dstore/network/embedded/policy.js';
import { common } from '@hyperledger/fabric-protos';
import assert from 'node:assert/strict';

import { allOf } from '../../conformance/ledger-contracts.js';

const signer = (mspId: string, organizationalUnit = 'peer') => ({
  mspId,
  certificate: { organizationalUnit },
});
const signers = (...mspIds: string[]) => mspIds.map((mspId) => signer(mspId));

/** k of the organizations' peers. */
function kOf(k: number, mspIds: readonly string[]): Uint8Array {
  const policy = common.SignaturePolicyEnvelope.deserializeBinary(allOf(mspIds));
  policy.getRule()?.getNOutOf()?.setN(k);
  return policy.serializeBinary();
}

describe('satisfies', () => {
  it('counts each organization once, and any k of them', () => {
    const policy = kOf(2, ['A', 'B', 'C']);
    assert.ok(satisfies(policy, signers('A', 'C')));
    assert.ok(satisfies(policy, signers('D', 'B', 'C')));
    assert.equal(satisfies(policy, signers('A')), false);
    assert.equal(satisfies(policy, signers('A', 'A')), false);
    assert.equal(satisfies(policy, signers('A', 'D')), false);
    assert.equal(satisfies(policy, []), false);
  });

  it('takes peers only where it asks for peers', () => {
    assert.equal(satisfies(kOf(1, ['A']), [signer('A', 'client')]), false);
    assert.equal(satisfies(kOf(1, ['A']), [signer('A', 'admin')]), false);
  });

  it('holds nested rules', () => {
    const outer = common.SignaturePolicyEnvelope.deserializeBinary(allOf(['A', 'B', 'C']));
    const [a, b, c] = outer.getRule()?.getNOutOf()?.getRulesList() ?? [];
    const either = new common.SignaturePolicy.NOutOf();
    either.setN(1);
    either.setRulesList([b as common.SignaturePolicy, c as common.SignaturePolicy]);
    const inner = new common.SignaturePolicy();
    inner.setNOutOf(either);
    const both = new common.SignaturePolicy.NOutOf();
    both.setN(2);
    both.setRulesList([a as common.SignaturePolicy, inner]);
    outer.getRule()?.setNOutOf(both);
    assert.ok(satisfies(outer.serializeBinary(), signers('A', 'C')));
    assert.equal(satisfies(outer.serializeBinary(), signers('B', 'C')), false);
  });

  it('is satisfied by nobody when it does not parse or names nobody', () => {
    assert.equal(satisfies(Buffer.from('nonsense'), signers('A')), false);
    assert.equal(satisfies(new Uint8Array(), signers('A')), false);
  });
});

describe('satisfiesMajority', () => {
  it('asks for peers of more than half of the organizations', () => {
    for (let count = 1; count <= 9; count += 1) {
      const all = Array.from({ length: count }, (_, index) => `Org${index}`);
      const enough = Math.floor(count / 2) + 1;
      assert.equal(majorityOf(count), enough);
      assert.ok(satisfiesMajority(all, signers(...all.slice(0, enough))));
      assert.equal(satisfiesMajority(all, signers(...all.slice(0, enough - 1))), false);
    }
    assert.equal(satisfiesMajority(['A', 'B'], signers('A', 'A', 'X')), false);
    assert.equal(satisfiesMajority(['A'], [signer('A', 'client')]), false);
  });
});
