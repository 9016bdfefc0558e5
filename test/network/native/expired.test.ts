import { NetworkFault } from '@dstore/network/fault.js';
import { insistUnexpired } from '@dstore/network/native/expired.js';
import { Authority, writeMsp, writeTls } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';

import { inDirectory } from '../embedded/world.js';

const year = 365 * 24 * 60 * 60 * 1000;

describe('insistUnexpired', () => {
  const withHolder = (holder: string, use: (folder: string, end: number) => Promise<void>) =>
    inDirectory(async (folder) => {
      const authority = await Authority.create(join(folder, 'ca'), 'Org1MSP');
      const roots = { identity: authority.identityRoot, tls: authority.tlsRoot };
      const place = join(folder, 'organizations', 'org1', holder);
      await writeMsp(join(place, 'msp'), roots, await authority.issueIdentity({ id: holder, type: 'peer' }));
      const { certificate, privateKey } = await authority.issueTls({ id: holder, type: 'peer' });
      await writeTls(join(place, 'tls'), roots.tls, {
        certificate,
        privateKey: createPrivateKey(privateKey),
      });
      await use(folder, Date.now() + 9 * year);
    });

  it('is content while all count, and where there is no network yet', async () => {
    await withHolder('peer', async (folder) => {
      await insistUnexpired(folder, Date.now());
      await insistUnexpired(join(folder, 'none'), Date.now());
    });
  });

  it('names the certificate that ended, when, and what to do', async () => {
    await withHolder('peer', (folder, end) =>
      assert.rejects(insistUnexpired(folder, end), (error) => {
        assert.ok(error instanceof NetworkFault);
        assert.match(error.message, /org1\/peer\/\S+ of peer ended on \d{4}-\d\d-\d\d$/);
        assert.match(error.fix, /^move \S+org1\/peer\/(?:msp|tls) away and run network:up/);
        return true;
      }),
    );
  });

  it("says that an orderer's stands in the channel", async () => {
    await withHolder('orderer', (folder, end) =>
      assert.rejects(insistUnexpired(folder, end), (error) => {
        assert.match((error as NetworkFault).fix, /channel's configuration/);
        return true;
      }),
    );
  });
});
