import {
  Authority,
  parseCertificate,
  plainSerial,
  RevocationList,
  revokedSerials,
} from '@dstore/organizations';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { join } from 'node:path';

import { inDirectory } from '../network/embedded/world.js';

const year = 365 * 24 * 60 * 60 * 1000;

describe('RevocationList', () => {
  it('knows exactly the certificates that its authority took back', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(join(directory, 'a'), 'Org1MSP');
      const issue = async (id: string) =>
        parseCertificate((await authority.issueIdentity({ id, type: 'client' })).certificate).serialNumber;
      const [one, two, three] = [await issue('a'), await issue('b'), await issue('c')];
      const list = RevocationList.read(await authority.revocationList([one, three]), authority.identityRoot);
      assert.deepEqual(
        [one, two, three].map((serial) => list.has(serial)),
        [true, false, true],
      );
      assert.ok(list.has(one.toUpperCase()));
      assert.deepEqual(revokedSerials(await authority.revocationList([one])), [plainSerial(one)]);
      assert.equal(list.serials.size, 2);
      assert.ok(Math.abs((list.nextAt ?? 0) - list.madeAt - year) < 10 * 60 * 1000);
    });
  });

  it('may be empty', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(join(directory, 'a'), 'Org1MSP');
      const list = RevocationList.read(await authority.revocationList([]), authority.identityRoot);
      assert.equal(list.serials.size, 0);
    });
  });

  it('refuses the list of another authority, a changed one and what is none', async () => {
    await inDirectory(async (directory) => {
      const authority = await Authority.create(join(directory, 'a'), 'Org1MSP');
      const namesake = await Authority.create(join(directory, 'b'), 'Org1MSP');
      const pem = await authority.revocationList(['0a0b']);
      assert.throws(() => RevocationList.read(pem, namesake.identityRoot), /not signed/);
      assert.throws(() => RevocationList.read(pem, authority.tlsRoot), /not signed/);
      assert.throws(() => RevocationList.read(authority.identityRoot, authority.identityRoot));
      assert.throws(() => RevocationList.read('', authority.identityRoot));
      const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
      const bits = fc.sample(fc.nat(der.length * 8 - 1), { numRuns: 200, seed: 42 });
      for (const bit of bits) {
        const changed = Buffer.from(der);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        const text = `-----BEGIN X509 CRL-----\n${changed.toString('base64')}\n-----END X509 CRL-----\n`;
        assert.throws(() => RevocationList.read(text, authority.identityRoot), `bit ${bit}`);
      }
    });
  });

  it('compares serial numbers whatever their leading zeros and case', () => {
    assert.equal(plainSerial('00AB'), 'ab');
    assert.equal(plainSerial('0'), '0');
    assert.equal(plainSerial('10'), '10');
  });
});
