import assert from 'node:assert/strict';
import { connect as connectPlain } from 'node:net';
import { memberOf } from '@dstore/application/door/member-roots.js';
import type { ShardDoor } from '@dstore/application/door/create-door.js';
import { type Authority, parseCertificate, type TlsCredentials } from '@dstore/organizations';
import { isDenial } from '../../conformance/disk.js';
import { type Authorities, certify, foundAuthorities, startDoor, UseCasesOfTests } from './door-of-tests.js';
import { answerOn, connectAs, sendRaw } from './raw-client.js';

describe('the shard door and its callers', () => {
  let authorities: Authorities;
  let members: Authority[];
  let useCases: UseCasesOfTests;
  let door: ShardDoor;
  let url: string;

  before(async () => {
    authorities = await foundAuthorities();
  });
  after(() => authorities.close());
  beforeEach(async () => {
    members = [authorities.org1, authorities.org2];
    useCases = new UseCasesOfTests();
    ({ door, url } = await startDoor(authorities, useCases, { members: () => members }));
  });
  afterEach(() => door.close());

  /** Status of GET /v1/disk, or what ended the connection before. With TLS 1.3 that may come after the handshake. */
  const ask = async (tls?: TlsCredentials): Promise<number | 'no connection'> => {
    try {
      const socket = await connectAs(url, tls, authorities.org2);
      return (await sendRaw(socket, { path: '/v1/disk' })).status || 'no connection';
    } catch {
      return 'no connection';
    }
  };

  it('S-17 knows a member by the organization that signed and the common name', async () => {
    assert.equal(await ask(await certify(authorities.org1, 'alice')), 200);
    assert.equal(await ask(await certify(authorities.org2, 'alice')), 200);
    assert.deepEqual(useCases.callers, ['Org1MSP/alice', 'Org2MSP/alice']);
  });

  it('S-17 lets nobody speak without a certificate, or with one of an outsider', async () => {
    assert.equal(await ask(), 'no connection');
    assert.equal(await ask(await certify(authorities.outsider, 'alice')), 'no connection');
    assert.deepEqual(useCases.callers, []);
  });

  it('A-88 is not misled by a root of the same subject', async () => {
    assert.equal(await ask(await certify(authorities.namesake, 'alice')), 'no connection');
    members = [authorities.org1, authorities.namesake, authorities.org2];
    const accountOf = async (authority: Authority) => {
      const roots = members.map((member, index) => ({ mspId: `Org${index}MSP`, tlsRoot: member.tlsRoot }));
      return memberOf((await certify(authority, 'alice')).certificate, roots).account.msp;
    };
    assert.equal(await accountOf(authorities.org1), 'Org0MSP');
    assert.equal(await accountOf(authorities.namesake), 'Org1MSP');
    assert.equal(await accountOf(authorities.org2), 'Org2MSP');
  });

  it('A-88 gives a member of another organization no name that its root may not give', async () => {
    assert.equal(await ask(await certify(authorities.org2, 'Org1MSP')), 200);
    assert.deepEqual(useCases.callers, ['Org2MSP/Org1MSP']);
  });

  it('A-88 refuses a certificate that two organizations answer for, one that has ended, and names that are no ids', async () => {
    const { org1, org2 } = authorities;
    const { certificate } = await certify(org1, 'alice');
    const roots = [org1, org2].map(({ mspId, tlsRoot }) => ({ mspId, tlsRoot }));
    const both = [...roots, { mspId: 'Org3MSP', tlsRoot: org1.tlsRoot }];
    assert.throws(() => memberOf(certificate, both), isDenial('certificate-untrusted'));
    assert.throws(() => memberOf(certificate, roots.slice(1)), isDenial('certificate-untrusted'));
    assert.throws(() => memberOf(org1.tlsRoot, roots), isDenial('certificate-untrusted'));
    assert.throws(() => memberOf('no certificate', roots), isDenial('certificate-untrusted'));
    for (const id of ['a/b', ' alice', 'a'.repeat(64), 'ä'])
      assert.throws(
        () => memberOf(certificateOf[id] as string, roots),
        isDenial('certificate-untrusted'),
        id,
      );
  });

  const certificateOf: Record<string, string> = {};
  before(async () => {
    for (const id of ['a/b', ' alice', 'a'.repeat(64), 'ä'])
      certificateOf[id] = (await certify(authorities.org1, id)).certificate;
  });

  it('S-17 refuses a revoked member on every path, on the next request', async () => {
    const alice = await certify(authorities.org1, 'alice');
    assert.equal(await ask(alice), 200);
    useCases.revoked.add('Org1MSP/alice');
    for (const path of ['/v1/disk', '/v1/nothing', '/v1/shards/odd']) {
      const answer = await sendRaw(await connectAs(url, alice, authorities.org2), { path });
      assert.equal(answer.status, 403);
      assert.equal((JSON.parse(answer.body) as { code: string }).code, 'member-revoked');
    }
  });

  it('S-17 refuses a certificate that its organization took back, also on a connection that is open', async () => {
    const [alice, bob] = [await certify(authorities.org1, 'alice'), await certify(authorities.org1, 'bob')];
    const stranger = await certify(authorities.org2, 'alice');
    const { serialNumber } = parseCertificate(alice.certificate);
    const crls: Record<string, string> = { Org1MSP: await authorities.org1.revocationList([], 'tls') };
    const checked = await startDoor(authorities, useCases, { crls });
    const statusOf = async (tls: TlsCredentials) =>
      (await sendRaw(await connectAs(checked.url, tls, authorities.org2), { path: '/v1/disk' })).status;
    try {
      assert.equal(await statusOf(alice), 200);
      const open = await connectAs(checked.url, alice, authorities.org2);
      crls['Org1MSP'] = await authorities.org1.revocationList([serialNumber], 'tls');
      const answer = await sendRaw(open, { path: '/v1/disk' });
      assert.equal(answer.status, 401);
      assert.equal((JSON.parse(answer.body) as { code: string }).code, 'certificate-untrusted');
      assert.deepEqual(
        [await statusOf(alice), await statusOf(bob), await statusOf(stranger)],
        [401, 200, 200],
      );
    } finally {
      await checked.door.close();
    }
  });

  it('S-17 lets nobody of an organization pass whose revocation list is not its own', async () => {
    const [alice, other] = [
      await certify(authorities.org1, 'alice'),
      await certify(authorities.org2, 'alice'),
    ];
    for (const crl of [
      '',
      await authorities.org1.revocationList([]),
      await authorities.namesake.revocationList([], 'tls'),
    ]) {
      const roots = [
        { mspId: 'Org1MSP', tlsRoot: authorities.org1.tlsRoot, crl },
        { mspId: 'Org2MSP', tlsRoot: authorities.org2.tlsRoot },
      ];
      assert.throws(() => memberOf(alice.certificate, roots), isDenial('certificate-untrusted'));
      assert.equal(memberOf(other.certificate, roots).account.msp, 'Org2MSP');
    }
  });

  it('knows an organization from when it joins, and no longer from when it leaves', async () => {
    const guest = await certify(authorities.outsider, 'guest');
    assert.equal(await ask(guest), 'no connection');
    members = [...members, authorities.outsider];
    assert.equal(await ask(guest), 200);
    const open = await connectAs(url, guest, authorities.org2);
    members = members.slice(0, 2);
    assert.equal(await ask(guest), 'no connection');
    assert.equal((await sendRaw(open, { path: '/v1/disk' })).status, 401);
  });

  it('S-17 answers no plain HTTP', async () => {
    const { hostname, port } = new URL(url);
    const socket = connectPlain(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write('GET /v1/disk HTTP/1.1\r\nhost: door\r\n\r\n');
    const { head } = await answerOn(socket as never);
    assert.doesNotMatch(head, /HTTP\/1/);
    assert.deepEqual(useCases.callers, []);
  });

  it('F-11 gives up on a handshake that never ends', async () => {
    const patient = await startDoor(authorities, useCases, { limits: { handshakeMs: 100 } });
    try {
      const { hostname, port } = new URL(patient.url);
      const socket = connectPlain(Number(port), hostname);
      socket.on('error', () => undefined);
      await answerOn(socket as never);
    } finally {
      await patient.door.close();
    }
  });
});
