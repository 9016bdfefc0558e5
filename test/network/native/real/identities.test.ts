import { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import { type LawCode, Refusal } from '@dstore/chaincode/domain';
import { openMember, parseCertificate, RevocationList, signLowS } from '@dstore/organizations';
import { crlPaths, refuses } from '@dstore/network/native';
import { connect, GatewayError, hash, type Transaction } from '@hyperledger/fabric-gateway';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { runCommand } from '../../../application/cli/command-of-tests.js';
import { NativeConsortium } from './native-consortium.js';
import { bringUp, type RunningNetwork } from './running-network.js';

const main = createRequire(import.meta.url).resolve('@dstore/network/commands/main.js');
const variables = ['DSTORE_HOME', 'DSTORE_ORGANIZATIONS'] as const;

describe('members of a real consortium', () => {
  let running: RunningNetwork;
  let consortium: NativeConsortium;
  const variablesBefore = new Map<string, string | undefined>();

  before(async () => {
    running = await bringUp();
    for (const name of variables) variablesBefore.set(name, process.env[name]);
    process.env['DSTORE_HOME'] = running.folder;
    process.env['DSTORE_ORGANIZATIONS'] = join(running.folder, 'organizations');
    consortium = await NativeConsortium.open(running);
    await consortium.found();
  });
  after(async () => {
    for (const [name, value] of variablesBefore)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    consortium.close();
    await running.close();
  });

  const identity = async (verb: string, stdin: string, ...more: string[]) =>
    runCommand(['identity', verb, '--org', 'org2', ...more], { stdin: Buffer.from(`${stdin}\n`) });
  const kept = (id: string) => join(running.folder, 'members', 'org2', id);

  async function ledgerOf(
    id: string,
    peer = 'Org2MSP',
  ): Promise<{ ledger: FabricLedger; close: () => void }> {
    const client = await running.network.connect(peer);
    const ledger = new FabricLedger({
      client,
      channel: running.network.shared.channel,
      chaincode: 'dstore',
      identity: await openMember(kept(id)),
      endorsingOrganizations: () => running.organizations,
    });
    return { ledger, close: () => (ledger.close(), client.close()) };
  }

  /** Runs the network's own command. */
  async function command(...args: string[]): Promise<{ code: number; said: string }> {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => (said += part));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  }

  it('enrols by the command, and acts on the ledger by the roles of its certificate', async () => {
    const made = await identity('register', '', '--id', 'zoe', '--roles', 'owner');
    assert.equal(made.code, 0, made.err);
    const secret = made.out.toString().trim();
    const wrong = await identity('enroll', 'wrong', '--id', 'zoe');
    assert.equal(wrong.code, 6);
    assert.match(wrong.err, /the secret of zoe is wrong/);
    const enrolled = await identity('enroll', secret, '--id', 'zoe');
    assert.equal(enrolled.code, 0, enrolled.err);
    const spent = await identity('enroll', secret, '--id', 'zoe', '--out', join(running.folder, 'again'));
    assert.match(spent.err, /the secret of zoe is spent/);
    const { ledger, close } = await ledgerOf('zoe');
    try {
      await ledger.submit('MemberContract:Enlist', {});
      await ledger.submit('VaultContract:CreateVault', { vaultId: 'zoe' });
      await assert.rejects(
        ledger.submit('MemberContract:SetState', { id: 'owner', state: 'revoked' }),
        isRefusalOf('role-missing'),
      );
    } finally {
      close();
    }
  });

  it('keeps its account when it renews, also for a fresh key', async () => {
    for (const more of [[], ['--fresh-key']]) {
      const renewed = await identity('renew', '', '--id', 'zoe', ...more);
      assert.equal(renewed.code, 0, renewed.err);
    }
    const { ledger, close } = await ledgerOf('zoe');
    try {
      await ledger.submit('MemberContract:Enlist', {});
      assert.deepEqual((await ledger.read('vault', 'zoe'))?.owner, { msp: 'Org2MSP', id: 'zoe' });
    } finally {
      close();
    }
  });

  it('is refused by peers and orderers once it is revoked, by one command', async () => {
    const zoe = await openMember(kept('zoe'));
    const client = await running.network.connect('Org2MSP');
    const gateway = connect({
      client,
      identity: { mspId: 'Org2MSP', credentials: Buffer.from(zoe.certificate) },
      signer: async (message) => signLowS(zoe.privateKey, message),
      hash: hash.none,
    });
    try {
      const contract = gateway.getNetwork(running.network.shared.channel).getContract('dstore');
      const endorse = (): Promise<Transaction> =>
        contract.newProposal('MemberContract:Enlist', { arguments: ['{}'] }).endorse();
      const endorsed = await endorse();
      assert.equal(await refuses(running.network, 'Org1MSP', zoe, 'dstore'), false);
      const from = performance.now();
      const { code, said } = await command(
        'revoke',
        '--org',
        'org2',
        '--id',
        'zoe',
        '--reason',
        'keycompromise',
      );
      console.log(said.replace(/^/gm, '      '));
      assert.equal(code, 0, said);
      for (const msp of running.organizations)
        assert.ok(await refuses(running.network, msp, zoe, 'dstore'), msp);
      console.log(`      refused by every peer after ${Math.round(performance.now() - from)} ms`);
      await assert.rejects(endorse());
      await assert.rejects(endorsed.submit(), (error: unknown) => {
        assert.ok(error instanceof GatewayError, String(error));
        assert.match(error.details.map(({ message }) => message).join('; '), /FORBIDDEN/);
        return true;
      });
    } finally {
      gateway.close();
      client.close();
    }
    const seat = running.network.seat('Org2MSP');
    const root = await readFile(join(seat.msp, 'cacerts', 'ca.pem'), 'utf8');
    const list = RevocationList.read(await readFile(crlPaths(seat).identity, 'utf8'), root);
    assert.equal(list.serials.size, 3);
    assert.equal((await consortium.seats[0]?.owner.read('member', 'Org2MSP', 'zoe'))?.state, 'revoked');
    const renewed = await identity('renew', '', '--id', 'zoe');
    assert.equal(renewed.code, 6, renewed.err);
    assert.match(renewed.err, /was revoked/);
  });

  it('changes nothing when it is revoked again, and goes on where an earlier try ended', async () => {
    const again = await command('revoke', '--org', 'org2', '--id', 'zoe');
    assert.equal(again.code, 0, again.said);
    assert.match(again.said, /channel configuration +\S+ s {2}as it should be since block \d+/);
    await rm(crlPaths(running.network.seat('Org2MSP')).identity);
    assert.equal((await command('revoke', '--org', 'org2', '--id', 'zoe')).code, 0);
  });

  it('S-17 is tried at each peer where its key is at hand, and its TLS certificate goes on the list for doors', async () => {
    const secret = (await identity('register', '', '--ca', 'tls', '--id', 'disk-9')).out.toString().trim();
    const tls = await identity('enroll', secret, '--ca', 'tls', '--id', 'disk-9');
    assert.equal(tls.code, 0, tls.err);
    const member = await identity('register', '', '--id', 'disk-9', '--roles', 'provider');
    assert.equal(member.code, 0, member.err);
    assert.equal((await command('revoke', '--org', 'org2', '--id', 'disk-9')).code, 0);
    const seat = running.network.seat('Org2MSP');
    const list = RevocationList.read(
      await readFile(crlPaths(seat).tls, 'utf8'),
      await readFile(seat.tlsRoot, 'utf8'),
    );
    const { certificate } = await openMember(kept('disk-9.tls'));
    assert.ok(list.has(parseCertificate(certificate).serialNumber));
    const { code, said } = await command('revoke', '--org', 'org3', '--id', 'owner');
    assert.equal(code, 0, said);
    assert.match(said, /refused by each peer +\S+ s {2}4 peers/);
  });

  it('revokes whom the TLS CA alone knows, though neither ledger nor channel have heard of it', async () => {
    const secret = (await identity('register', '', '--ca', 'tls', '--id', 'door-9')).out.toString().trim();
    const enrolled = await identity('enroll', secret, '--ca', 'tls', '--id', 'door-9');
    assert.equal(enrolled.code, 0, enrolled.err);
    const { code, said } = await command('revoke', '--org', 'org2', '--id', 'door-9');
    assert.equal(code, 0, said);
    assert.match(said, /certificate authorities +\S+ s {2}1 certificates/);
    assert.match(said, /channel configuration +\S+ s {2}as it should be/);
    const seat = running.network.seat('Org2MSP');
    const root = await readFile(seat.tlsRoot, 'utf8');
    const list = RevocationList.read(await readFile(crlPaths(seat).tls, 'utf8'), root);
    const { certificate } = await openMember(kept('door-9.tls'));
    assert.ok(list.has(parseCertificate(certificate).serialNumber));
    const again = await command('revoke', '--org', 'org2', '--id', 'door-9');
    assert.match(again.said, /certificate authorities +\S+ s {2}were told before/);
  });

  it('says whom it does not know, and what it would do', async () => {
    const nobody = await command('revoke', '--org', 'org2', '--id', 'nobody');
    assert.equal(nobody.code, 1);
    assert.match(nobody.said, /nobody is nobody whom a CA of org2 knows\n {2}fix: dstore identity ls/);
    const explained = await command('revoke', '--org', 'org2', '--id', 'zoe', '--explain');
    assert.equal(explained.code, 0);
    assert.match(explained.said, /configtxlator compute_update/);
    for (const [args, why] of [
      [['--org', 'org9', '--id', 'zoe'], /no organization org9/],
      [['--org', 'org2'], /whom to revoke/],
      [['--org', 'org2', '--id', 'zoe', '--reason', 'whim'], /no reason whim/],
      [['--org', 'org2', '--id', 'admin'], /signs its own revocation/],
      [['--org', 'org2', '--id', 'zoe', '--force'], /no --force/],
    ] as const) {
      const { code, said } = await command('revoke', ...args);
      assert.equal(code, 1, said);
      assert.match(said, why);
      assert.match(said, /\n {2}fix: /);
    }
  });

  it('F-09 leaves everything but enrolment alone while a CA is stopped', async () => {
    await running.network.supervisor.stop('org2.ca');
    const { code, err } = await identity('enroll', 'x', '--id', 'max');
    assert.equal(code, 7, err);
    assert.match(err, /nothing listens there.*\nNext: npm run network:up/);
    const [seat] = consortium.seats;
    await seat?.owner.submit('VaultContract:CreateVault', { vaultId: 'quiet' });
  });
});

const isRefusalOf = (code: LawCode) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error));
  assert.equal(error.code, code);
  return true;
};
