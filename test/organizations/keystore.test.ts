import {
  Authority,
  type KeptMember,
  KeystoreFault,
  type KeystoreFaultKind,
  openMember,
  saveMember,
  signLowS,
} from '@dstore/organizations';
import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from '../network/embedded/world.js';

interface World {
  readonly folder: string;
  readonly file: string;
  readonly alice: KeptMember;
  readonly authority: Authority;
}

function withAlice(use: (world: World) => Promise<void>): Promise<void> {
  return inDirectory(async (directory) => {
    const authority = await Authority.create(join(directory, 'ca'), 'Org1MSP');
    const issued = await authority.issueIdentity({ id: 'alice', type: 'client' });
    const folder = join(directory, 'alice');
    const alice = { ...issued, chain: authority.identityRoot };
    await use({ folder, file: join(folder, 'member.json'), alice, authority });
  });
}

function refuses(opening: Promise<unknown>, kind: KeystoreFaultKind): Promise<void> {
  return assert.rejects(opening, (error: unknown) => {
    assert.ok(error instanceof KeystoreFault, String(error));
    assert.equal(error.kind, kind, error.message);
    assert.ok(error.fix.length > 10);
    return true;
  });
}

function assertSigns({ certificate, privateKey }: KeptMember): void {
  const message = Buffer.from('x');
  const { publicKey } = new X509Certificate(certificate);
  assert.ok(verify('sha256', message, publicKey, signLowS(privateKey, message)));
}

const replaced = async (file: string, change: (text: string) => string) =>
  writeFile(file, change(await readFile(file, 'utf8')), { mode: 0o600 });

describe('the keystore', () => {
  for (const passphrase of [undefined, 'correct horse battery staple', '']) {
    it(`keeps a member so that it signs as before, with ${passphrase === undefined ? 'no' : `the`} passphrase "${passphrase ?? ''}"`, async () => {
      await withAlice(async ({ folder, alice }) => {
        await saveMember(folder, alice, passphrase);
        const opened = await openMember(folder, passphrase);
        assert.deepEqual({ ...opened, privateKey: 0 }, { ...alice, privateKey: 0 });
        assertSigns(opened);
      });
    });
  }

  it('S-19 keeps everything from other users, and leaves nothing beside it', async () => {
    await withAlice(async ({ folder, file, alice }) => {
      await saveMember(folder, alice);
      assert.deepEqual((await readdir(folder)).sort(), ['certificate.pem', 'member.json']);
      if (process.platform === 'win32') return;
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
    });
  });

  it('S-19 refuses a key that others may read', async () => {
    if (process.platform === 'win32') return;
    await withAlice(async ({ folder, file, alice }) => {
      await saveMember(folder, alice);
      for (const mode of [0o644, 0o640, 0o604, 0o660, 0o601]) {
        await chmod(file, mode);
        await refuses(openMember(folder), 'open-to-others');
      }
      await chmod(file, 0o400);
      assertSigns(await openMember(folder));
    });
  });

  it('S-19 writes no key that a passphrase seals, and refuses a wrong passphrase or none', async () => {
    await withAlice(async ({ folder, file, alice }) => {
      await saveMember(folder, alice, 'Zoë');
      assert.doesNotMatch(await readFile(file, 'utf8'), /PRIVATE KEY/);
      await refuses(openMember(folder), 'passphrase-missing');
      for (const wrong of ['', 'zoë', 'Zoë ']) await refuses(openMember(folder, wrong), 'passphrase-wrong');
      assertSigns(await openMember(folder, 'Zoe\u0308'));
    });
  });

  it("S-19 refuses a sealed key under another member's name or certificate", async () => {
    await withAlice(async ({ folder, file, alice, authority }) => {
      const bob = await authority.issueIdentity({ id: 'bob', type: 'client' });
      for (const other of [{ id: 'bob' }, { mspId: 'Org2MSP' }, { certificate: bob.certificate }]) {
        await saveMember(folder, alice, 'p');
        await replaced(file, (text) => JSON.stringify({ ...(JSON.parse(text) as object), ...other }));
        await refuses(openMember(folder, 'p'), 'passphrase-wrong');
      }
    });
  });

  it('refuses a file that is missing, cut short or of another kind', async () => {
    await withAlice(async ({ folder, file, alice }) => {
      await refuses(openMember(folder), 'missing');
      await saveMember(folder, alice);
      const whole = await readFile(file, 'utf8');
      for (const text of ['', 'null', '[]', '{}', '"x"', whole.slice(0, -30), whole.replace('v1', 'v2')]) {
        await replaced(file, () => text);
        await refuses(openMember(folder), 'damaged');
      }
      await rm(file);
      await refuses(openMember(folder), 'missing');
    });
  });

  it('refuses a key of another certificate, and a certificate of another authority', async () => {
    await withAlice(async ({ folder, alice, authority }) => {
      const bob = await authority.issueIdentity({ id: 'bob', type: 'client' });
      await saveMember(folder, { ...alice, privateKey: bob.privateKey });
      await refuses(openMember(folder), 'damaged');
      await saveMember(folder, { ...alice, chain: authority.tlsRoot });
      await refuses(openMember(folder), 'damaged');
    });
  });

  it('refuses one flipped bit of certificate or key', async () => {
    await withAlice(async ({ folder, file, alice }) => {
      for (const part of ['CERTIFICATE', 'PRIVATE KEY'])
        for (const at of [20, 60, 100]) {
          await saveMember(folder, alice);
          await replaced(file, (text) => {
            const place = text.indexOf(`BEGIN ${part}`) + part.length + 20 + at;
            const letter = text[place] === 'A' ? 'B' : 'A';
            return `${text.slice(0, place)}${letter}${text.slice(place + 1)}`;
          });
          await refuses(openMember(folder), 'damaged');
        }
    });
  });

  it('refuses a file that asks for more work or memory than it may', async () => {
    await withAlice(async ({ folder, file, alice }) => {
      for (const [from, to] of [
        ['"log2N": 17', '"log2N": 40'],
        ['"r": 8', '"r": 1000000'],
        ['"p": 1', '"p": -1'],
      ] as const) {
        await saveMember(folder, alice, 'p');
        await replaced(file, (text) => text.replace(from, to));
        await refuses(openMember(folder, 'p'), 'damaged');
      }
    });
  });
});
