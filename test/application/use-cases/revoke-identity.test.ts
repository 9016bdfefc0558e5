import assert from 'node:assert/strict';

import { RevokeIdentity } from '@dstore/application/use-cases/revoke-identity.js';
import { Refusal } from '@dstore/chaincode/domain';

import { LedgerRows } from '../rows-ledger.js';

describe('revoke-identity', () => {
  const order: string[] = [];
  const identities = {
    list: async () => [{ id: 'alice', roles: [] }],
    revoke: async (id: string) => (order.push(`ca ${id}`), 2),
  };
  const ledgerThat = (answer: () => void) =>
    new LedgerRows({
      'MemberContract:SetState': ({ id, state }) => {
        answer();
        order.push(`ledger ${id} ${state}`);
        return {};
      },
    }).as('Org1MSP', 'admin');
  beforeEach(() => (order.length = 0));

  it('tells the ledger first, where it counts at once', async () => {
    const useCase = new RevokeIdentity(
      identities,
      ledgerThat(() => undefined),
    );
    assert.equal(await useCase.run('alice', 'keycompromise'), 2);
    assert.deepEqual(order, ['ledger alice revoked', 'ca alice']);
  });

  it('leaves members alone whom the certificate authority does not know', async () => {
    await new RevokeIdentity(
      identities,
      ledgerThat(() => undefined),
    ).run('founder', 'unspecified');
    assert.deepEqual(order, ['ca founder']);
  });

  it('goes on where the ledger has no such member, and stops where it refuses otherwise', async () => {
    const refusing = (code: 'member-unknown' | 'role-missing') =>
      ledgerThat(() => {
        throw new Refusal(code, 'no');
      });
    await new RevokeIdentity(identities, refusing('member-unknown')).run('alice', 'unspecified');
    assert.deepEqual(order, ['ca alice']);
    await assert.rejects(
      new RevokeIdentity(identities, refusing('role-missing')).run('alice', 'unspecified'),
      Refusal,
    );
    assert.deepEqual(order, ['ca alice']);
  });
});
