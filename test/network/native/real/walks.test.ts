import { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import { type Identity, requestCertificate, selfSignedClient } from '@dstore/organizations';
import { groundOf } from '@dstore/network/commands/doctor.js';
import { revocationSteps } from '@dstore/network/native';
import { examine } from '@dstore/network/native/checks/point.js';
import { points } from '@dstore/network/native/checks/points.js';
import { enrolOne } from '@dstore/network/native/enrolment.js';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';

import { ConsortiumOfProcesses, until } from './consortium-of-processes.js';

interface Audit {
  readonly epoch: string;
  readonly diskId: string;
  readonly paid: string;
}
interface Lease {
  readonly diskId: string;
  readonly collateral: string;
  readonly escrow: string;
}
interface Health {
  readonly stripes: number;
  readonly full: number;
  readonly versionsLost: number;
}

/** Seconds; the law allows 10, and clocks up to 1 s apart then: a busy machine is late by more. */
const epochSeconds = 20;
const segment = 2 ** 20;
/** Sealing adds a header of 40 bytes and a tag of 16 to the first segment. */
const sizes = [0, 1, 1_000, segment - 57, segment - 56, segment - 55, 3 * segment + 17, 12_000_000];
const silent = 'org2.provider';

describe('the walks on real Fabric, four organizations and SmartBFT', () => {
  let consortium: ConsortiumOfProcesses;

  before(async () => {
    consortium = await ConsortiumOfProcesses.bringUp(epochSeconds);
  });
  after(() => consortium?.close());

  it('puts and gets, whatever the size', async () => {
    for (const size of sizes) await consortium.put(`size-${size}`, size);
    await consortium.holdInvariants();
  });

  it('is well by its doctor, who looks at all but backups', async () => {
    const ground = groundOf(consortium.network, consortium.folder, Date.now());
    const found = await Promise.all(points.map((point) => examine(point, ground)));
    const flaws = found.flatMap((point) => point.flaws.map(({ state, says }) => `${state}: ${says}`));
    // Preimages for short epochs do not last 90 days.
    const short = /^warn: the preimages of Org\dMSP end in \d+ days$/;
    assert.deepEqual(
      flaws.filter((flaw) => !short.test(flaw)),
      [],
    );
    assert.deepEqual(
      found.filter(({ state }) => state === 'skipped').map(({ number }) => number),
      [20],
    );
  });

  it('certifies a member over REST, and takes its word back there', async () => {
    const id = 'ruth';
    const secret = (
      await consortium.administer<{ secret: string }>('/v1/identities', { id, roles: ['owner'] })
    ).secret;
    const { pem, privateKey } = await requestCertificate({ commonName: id });
    const answer = await fetch(`${consortium.network.gateway?.url}/v1/identities/${id}/enrollment`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
      body: pem,
    });
    const chain = await answer.text();
    assert.equal(answer.status, 200, chain);
    const certificate = /^.*?-----END CERTIFICATE-----\n/s.exec(chain)?.[0] ?? '';
    const ledger = await ledgerOf(consortium, { mspId: 'Org1MSP', id, certificate, privateKey });
    await ledger.submit('MemberContract:Enlist', {});
    await ledger.submit('VaultContract:CreateVault', { vaultId: id });
    const path = `/v1/identities/${id}/revocation`;
    assert.deepEqual(await consortium.administer(path, { reason: 'superseded' }), { certificates: 1 });
    assert.equal((await ledger.read('member', 'Org1MSP', id))?.state, 'revoked');
    await assert.rejects(ledger.submit('VaultContract:CreateVault', { vaultId: 'another' }), /revoked/);
    ledger.close();
  });

  it('lets a member through a door of another organization until it is revoked, and an outsider never', async () => {
    const [seat, other] = consortium.network.seats;
    assert.ok(seat !== undefined && other !== undefined);
    await enrolOne(seat, { id: 'max', type: 'client', roles: 'owner', tls: 'tls' });
    const member = await consortium.member('Org1MSP', 'max');
    await member.submit('MemberContract:Enlist', {});
    member.close();
    const tls = join(seat.folder, 'max', 'tls');
    const keys = {
      cert: await readFile(join(tls, 'certificate.pem'), 'utf8'),
      key: await readFile(join(tls, 'key.pem'), 'utf8'),
    };
    const door = { port: other.ports.door, ca: await readFile(other.tlsRoot, 'utf8') };
    assert.equal((await knock({ ...door, ...keys })).status, 200);
    for (const step of revocationSteps(consortium.network, 'dstore', {
      mspId: 'Org1MSP',
      id: 'max',
      reason: 'keycompromise',
    }))
      await step.run();
    await until('the list at the door', async () => {
      const { status, text } = await knock({ ...door, ...keys });
      assert.notEqual(status, 200);
      return text.includes('the certificate is revoked') ? text : undefined;
    });
    const outsider = await selfSignedClient('max', Date.now());
    const pem = outsider.privateKey.export({ type: 'pkcs8', format: 'pem' });
    await assert.rejects(knock({ ...door, cert: outsider.certificate, key: pem }));
  });

  it('pays every disk for an epoch that it proved', async () => {
    const paid = await until('eight proven audits in one epoch', async () => {
      const { items } = await consortium.json<{ items: Audit[] }>('/v1/audits?verdict=proven');
      const byEpoch = Map.groupBy(items, ({ epoch }) => epoch);
      return [...byEpoch.values()].find((audits) => new Set(audits.map(({ diskId }) => diskId)).size === 8);
    });
    for (const { paid: credits } of paid) assert.ok(BigInt(credits) > 0n);
    await consortium.holdInvariants();
  });

  it('reads everything while a provider is silent', async () => {
    await consortium.network.supervisor.signal(silent, 'SIGSTOP');
    await consortium.holdInvariants();
  });

  it('calls the default of who stays silent: collateral and escrow go to the owner', async () => {
    const mine = async () =>
      BigInt((await consortium.json<{ free: string }>('/v1/accounts/Org1MSP/owner')).free);
    const before = await mine();
    const ended = await until('two defaults', async () => {
      const { items } = await consortium.json<{ items: Lease[] }>('/v1/leases?state=defaulted');
      const disks = new Set(items.map(({ diskId }) => diskId));
      return ['org2-d1', 'org2-d2'].every((disk) => disks.has(disk)) ? items : undefined;
    });
    for (const { collateral, escrow } of ended) assert.equal(BigInt(collateral) + BigInt(escrow), 0n);
    assert.ok((await mine()) > before);
    await consortium.holdInvariants();
  });

  it('repairs onto the disks that are left, to full redundancy', async () => {
    const health = await until('full redundancy', async () => {
      const now = await consortium.json<Health>('/v1/health');
      return now.full === now.stripes ? now : undefined;
    });
    assert.equal(health.versionsLost, 0);
    await consortium.holdInvariants();
  });

  it('takes a provider back that was away', async () => {
    await consortium.network.supervisor.signal(silent, 'SIGCONT');
    await consortium.put('after', 100_000);
    await consortium.holdInvariants();
  });
});

/** A member's ledger through the peer of the first organization. */
async function ledgerOf({ network, organizations }: ConsortiumOfProcesses, identity: Identity) {
  return new FabricLedger({
    client: await network.connect('Org1MSP'),
    channel: network.shared.channel,
    chaincode: 'dstore',
    identity,
    endorsingOrganizations: () => organizations,
  });
}

/** What a door tells somebody of its disk. Rejects when TLS ends before. */
async function knock(options: {
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string | Buffer;
}): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request({ ...options, host: 'localhost', path: '/v1/disk', agent: false }, (answer) => {
      let text = '';
      answer
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => resolve({ status: answer.statusCode, text }))
        .on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}
