import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { Consortium, identity } from '../consortium.js';
import type { Identity } from '../memory-ledger.js';

describe('contracts/member-contract', () => {
  it('enlists any certificate of an active organization, again to change the key', async () => {
    const world = await Consortium.founded();
    const member = identity('Org3', 'new');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const hpkeKey = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65).toString('base64');
    await world.ledger.submit(member, 'MemberContract:Enlist', {});
    await world.ledger.submit(member, 'MemberContract:Enlist', { hpkeKey });
    assert.equal(world.ledger.row('member', 'Org3', 'new')?.hpkeKey, hpkeKey);
    const refuses = world.ledger.refuses.bind(world.ledger);
    await refuses('key-malformed', member, 'MemberContract:Enlist', { hpkeKey: 'AAAA' });
    const offCurve = Buffer.alloc(65, 4).toString('base64');
    await refuses('key-malformed', member, 'MemberContract:Enlist', { hpkeKey: offCurve });
    await refuses('organization-unknown', identity('Org9', 'new'), 'MemberContract:Enlist', {});
    await refuses('id-malformed', identity('Org3', 'a/b'), 'MemberContract:Enlist', {});
  });

  it('lets an org admin revoke and restore members of its own organization', async () => {
    const world = await Consortium.founded();
    const [first, second] = world.admins as [Identity, Identity];
    const revoke = { id: 'owner', state: 'revoked' } as const;
    const refuses = world.ledger.refuses.bind(world.ledger);
    await refuses('member-unknown', second, 'MemberContract:SetState', revoke);
    await refuses('role-missing', world.owner, 'MemberContract:SetState', revoke);
    await world.ledger.submit(first, 'MemberContract:SetState', revoke);
    await refuses('member-revoked', world.owner, 'MemberContract:Enlist', {});
    await world.ledger.submit(first, 'MemberContract:SetState', { id: 'owner', state: 'active' });
    await world.ledger.submit(world.owner, 'MemberContract:Enlist', {});
  });
});
