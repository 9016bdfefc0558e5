import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMember, parseCertificate } from '@dstore/organizations';
import { CaOfTests } from '../../../organizations/ca-of-tests.js';
import { withCa } from '../../../organizations/fake-ca.js';
import { type Ran, runCommand } from '../command-of-tests.js';

describe('dstore identity', () => {
  let folder = '';
  let ca: CaOfTests;
  let port = 0;
  let end: () => void;
  let ended: Promise<void>;
  let home: string | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstore-identity-'));
    home = process.env['DSTORE_HOME'];
    process.env['DSTORE_HOME'] = folder;
    ca = new CaOfTests();
    await mkdir(join(folder, 'org1'));
    const org = `name: org1\nmspId: Org1MSP\nbasePort: 20100\nsites: [{ site: s, region: r, disks: [{ disk: d, store: kubo, capacity: 1GiB, price: '4', collateralRate: '2' }] }]\n`;
    await writeFile(join(folder, 'org1', 'org.yaml'), org);
    await writeFile(join(folder, 'registrar'), 'root secret\n');
    await new Promise<void>((resolve, reject) => {
      ended = withCa(
        folder,
        (received) => ca.answer(received),
        async (world) => {
          ca.authority = world.authority;
          port = world.port;
          await writeFile(join(folder, 'root.pem'), world.authority.tlsRoot);
          const until = new Promise<void>((done) => (end = done));
          resolve();
          await until;
        },
      );
      ended.catch(reject);
    });
  });
  afterEach(async () => {
    end();
    await ended;
    if (home === undefined) delete process.env['DSTORE_HOME'];
    else process.env['DSTORE_HOME'] = home;
    await rm(folder, { recursive: true });
  });

  const org = () => ['--org', join(folder, 'org1', 'org.yaml')];
  const address = () => ['--ca-address', `localhost:${port}`, '--ca-root', join(folder, 'root.pem')];
  const identity = (verb: string, ...more: string[]) =>
    runCommand(['identity', verb, ...org(), ...address(), ...more]);
  const asRegistrar = (verb: string, ...more: string[]) =>
    identity(verb, '--registrar-secret-file', join(folder, 'registrar'), ...more);
  const enroll = (id: string, secret: string, ...more: string[]) =>
    runCommand(['identity', 'enroll', ...org(), ...address(), '--id', id, ...more], {
      stdin: Buffer.from(`${secret}\n`),
    });
  const kept = (id: string) => join(folder, 'members', 'org1', id);

  function refuses({ code, err }: Ran, exit: number, why: RegExp, next: RegExp): void {
    assert.equal(code, exit, err);
    assert.match(err, why);
    assert.match(/^Next: (.*)$/m.exec(err)?.[1] ?? '', next);
  }

  it('enrols by id and secret; the key is made here and kept for its owner only', async () => {
    const made = await asRegistrar('register', '--id', 'alice', '--roles', 'owner,treasurer');
    assert.equal(made.code, 0, made.err);
    assert.equal(made.out.toString(), 'secret of alice\n');
    const ran = await enroll('alice', 'secret of alice');
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out.toString(), /^Org1MSP\/alice \(owner treasurer\) until \d{4}-\d\d-\d\d, kept in /);
    const member = await openMember(kept('alice'));
    assert.deepEqual([member.mspId, member.id], ['Org1MSP', 'alice']);
    if (process.platform !== 'win32')
      assert.equal((await stat(join(kept('alice'), 'member.json'))).mode & 0o777, 0o600);
  });

  it('S-19 seals the key by a passphrase that is read from a file', async () => {
    await asRegistrar('register', '--id', 'alice');
    await writeFile(join(folder, 'secret'), 'secret of alice');
    await writeFile(join(folder, 'pass'), 'open sesame\n');
    const files = ['--secret-file', join(folder, 'secret'), '--passphrase-file', join(folder, 'pass')];
    assert.equal((await identity('enroll', '--id', 'alice', ...files)).code, 0);
    assert.doesNotMatch(await readFile(join(kept('alice'), 'member.json'), 'utf8'), /PRIVATE/);
    assert.equal((await openMember(kept('alice'), 'open sesame')).id, 'alice');
    refuses(await identity('renew', '--id', 'alice'), 1, /sealed by a passphrase/, /--passphrase-file/);
  });

  it('renews for the same member, with the same key or a fresh one', async () => {
    await asRegistrar('register', '--id', 'alice');
    await enroll('alice', 'secret of alice');
    const before = await openMember(kept('alice'));
    assert.equal((await identity('renew', '--id', 'alice')).code, 0);
    const same = await openMember(kept('alice'));
    assert.notEqual(same.certificate, before.certificate);
    assert.ok(same.privateKey.equals(before.privateKey));
    assert.equal((await identity('renew', '--id', 'alice', '--fresh-key')).code, 0);
    const fresh = await openMember(kept('alice'));
    assert.equal(fresh.privateKey.equals(before.privateKey), false);
    assert.equal(parseCertificate(fresh.certificate).commonName, 'alice');
  });

  it('prints a request for a CA out of reach and takes its answer later', async () => {
    const { out, code } = await identity('enroll', '--id', 'alice', '--csr');
    assert.equal(code, 0);
    assert.ok(ca.authority !== undefined);
    const certificate = await ca.authority.certify(out.toString(), { id: 'alice', type: 'client' });
    const answer = join(folder, 'answer.pem');
    await writeFile(answer, ca.authority.identityRoot);
    refuses(
      await identity('enroll', '--id', 'alice', '--chain', answer),
      2,
      /no certificate of the key/,
      /.+/,
    );
    await writeFile(answer, certificate + ca.authority.identityRoot);
    assert.equal((await identity('enroll', '--id', 'alice', '--chain', answer)).code, 0);
    assert.equal((await openMember(kept('alice'))).certificate.trim(), certificate.trim());
    await assert.rejects(stat(join(kept('alice'), 'pending-key.pem')));
  });

  it('lists and revokes, and says who must hear of it', async () => {
    await asRegistrar('register', '--id', 'alice', '--roles', 'owner');
    const { out } = await asRegistrar('ls');
    assert.match(out.toString(), /^alice +client +owner$/m);
    const ran = await asRegistrar('revoke', '--id', 'alice', '--reason', 'keycompromise');
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.err, /npm run network:revoke -- --org org1 --id alice/);
  });

  it('says of a wrong secret, an unknown id and a spent secret what to do', async () => {
    await asRegistrar('register', '--id', 'alice');
    refuses(
      await enroll('alice', 'wrong'),
      6,
      /id is not registered there, or the secret is wrong or spent/,
      /dstore identity ls/,
    );
    const registrar = ['--registrar-secret-file', join(folder, 'registrar')];
    const file = join(folder, 'network', 'native', 'organizations', 'org1', 'secrets');
    await mkdir(file, { recursive: true });
    await writeFile(join(file, 'identity.registrar'), 'root secret');
    refuses(await enroll('alice', 'wrong'), 6, /the secret of alice is wrong/, /without spaces/);
    refuses(
      await enroll('bob', 'any'),
      6,
      /bob is not registered with identity\.org1/,
      /register .* --id bob/,
    );
    assert.equal((await enroll('alice', 'secret of alice')).code, 0);
    refuses(
      await enroll('alice', 'secret of alice', '--out', join(folder, 'again')),
      6,
      /the secret of alice is spent/,
      /dstore identity renew/,
    );
    refuses(await identity('register', ...registrar, '--id', 'alice'), 6, /already registered/, /another id/);
  });

  it('says of a stopped CA, and of one that never came up here, what to do', async () => {
    const stopped = ['--ca-address', 'localhost:1', '--ca-root', join(folder, 'root.pem')];
    const run = (...more: string[]) =>
      runCommand(['identity', 'enroll', ...org(), '--id', 'alice', ...more], { stdin: Buffer.from('x\n') });
    refuses(await run(...stopped), 7, /nothing listens there/, /npm run network:up/);
    refuses(await run(), 1, /never came up/, /--ca-root/);
  });

  it('says of usage what to type instead', async () => {
    refuses(await runCommand(['identity', 'ls', '--org', 'org9']), 2, /no organization org9/, /org1, org2/);
    refuses(await asRegistrar('register', '--id', 'a', '--roles', 'king'), 2, /no role king/, /owner/);
    refuses(await enroll('alice', ''), 2, /no secret came/, /--secret-file/);
    refuses(await identity('enroll', '--id', 'a', '--secret-file', '/nowhere'), 2, /ENOENT/, /.+/);
    refuses(await identity('register', '--id', 'a'), 6, /only the registrar/, /--registrar-secret-file/);
    refuses(await identity('renew', '--id', 'nobody'), 3, /there is no member/, /dstore identity enroll/);
    await asRegistrar('register', '--id', 'alice');
    await enroll('alice', 'secret of alice');
    refuses(await enroll('alice', 'secret of alice'), 1, /keeps a member already/, /renew/);
    if (process.platform === 'win32') return;
    await chmod(join(kept('alice'), 'member.json'), 0o644);
    refuses(await identity('renew', '--id', 'alice'), 1, /others may read/, /chmod 600/);
  });

  it('takes no secret as an argument', async () => {
    for (const flag of ['--secret', '--passphrase'])
      assert.equal((await identity('enroll', '--id', 'a', flag, 'x')).code, 2);
  });
});
