import assert from 'node:assert/strict';
import { AdmitMember } from '@dstore/application/use-cases/admit-member.js';
import type { Row } from '@dstore/chaincode/domain';

import { LedgerRows } from '../rows-ledger.js';

const account = { msp: 'Org1', id: 'owner' };

function admission(org?: Row<'org'>['state'], member?: Row<'member'>['state']): AdmitMember {
  const rows = new LedgerRows();
  if (org !== undefined) rows.set('org', ['Org1'], { v: 1, msp: 'Org1', state: org, since: 0n });
  if (member !== undefined) rows.set('member', ['Org1', 'owner'], { v: 1, account, state: member });
  return new AdmitMember(rows.as('Org2', 'd2'));
}

describe('AdmitMember', () => {
  it('lets an active member of an active organization pass', async () => {
    await admission('active', 'active').run(account);
  });

  const refusals = [
    [undefined, 'active', 'member-unknown'],
    ['active', undefined, 'member-unknown'],
    ['suspended', 'active', 'org-suspended'],
    ['active', 'revoked', 'member-revoked'],
  ] as const;
  for (const [org, member, code] of refusals)
    it(`S-17 refuses a ${member ?? 'missing'} member of a ${org ?? 'missing'} organization as ${code}`, async () => {
      await assert.rejects(admission(org, member).run(account), { code });
    });

  it('A-88 knows a member by organization and id together', async () => {
    const admit = admission('active', 'active');
    await assert.rejects(admit.run({ msp: 'Org2', id: 'owner' }), { code: 'member-unknown' });
    await assert.rejects(admit.run({ msp: 'Org1', id: 'other' }), { code: 'member-unknown' });
  });
});
