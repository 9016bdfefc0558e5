import { readOrganizationConfig } from '@dstore/application/organization-config.js';
import { seatOf } from '@dstore/network/native';
import { gatewaySettings, providerSettings } from '@dstore/network/native/application-settings.js';
import { holdersOf } from '@dstore/network/native/holders.js';
import { readOrgs } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

const orgs = await readOrgs(fileURLToPath(new URL('../../../../organizations', import.meta.url)));
const seats = orgs.map((org) => seatOf('/net', org));
const [, seat] = seats;
assert.ok(seat !== undefined);

const read = (settings: object) =>
  readOrganizationConfig({ argv: [], env: {}, folder: '/', file: JSON.stringify(settings) });

describe('settings of the processes of an organization', () => {
  it('are ones that a provider takes, and name every disk of its description', () => {
    const { provider, admin, roles } = read(providerSettings(seat, seats, 'dstore'));
    assert.deepEqual(roles, ['provider', 'keeper']);
    assert.equal(admin?.id, 'admin');
    assert.deepEqual(
      provider?.disks.map(({ diskId, capacityBytes, price }) => [diskId, capacityBytes, price]),
      seat.org.sites
        .flatMap(({ disks }) => disks)
        .map(({ disk, capacityBytes, price }) => [disk, capacityBytes, price]),
    );
    const ports = provider.disks.map(({ door }) => door.listen.port);
    assert.equal(new Set(ports).size, ports.length);
  });

  it('are ones that a gateway takes', () => {
    const { vault, http } = read(gatewaySettings(seat, seats, 'dstore'));
    assert.equal(vault?.owner.id, 'owner');
    assert.equal(http?.port, seat.ports.http);
  });

  it("ask the organization's own peer first, then all others", () => {
    const { peers } = read(gatewaySettings(seat, seats, 'dstore')).ledger;
    assert.equal(peers[0]?.mspId, seat.mspId);
    assert.deepEqual(peers.map(({ mspId }) => mspId).sort(), seats.map(({ mspId }) => mspId).sort());
  });

  it('name only who is enrolled', () => {
    const ids = holdersOf(seat.org).map(({ id }) => id);
    const { provider, admin } = read(providerSettings(seat, seats, 'dstore'));
    const { vault } = read(gatewaySettings(seat, seats, 'dstore'));
    for (const member of [
      admin,
      vault?.owner,
      provider?.member,
      ...(provider?.disks ?? []).map((d) => d.agent),
    ])
      assert.ok(ids.includes(member?.id ?? ''), member?.id);
  });
});
