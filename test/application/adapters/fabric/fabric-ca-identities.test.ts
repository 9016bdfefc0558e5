import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FabricCaIdentities } from '@dstore/application/adapters/fabric/fabric-ca-identities.js';
import { Fault } from '@dstore/application/ports/fault.js';
import { FabricCa } from '@dstore/organizations';
import { describeIdentities, type IdentitiesOfTests } from '../../../conformance/identities.js';
import { CaOfTests } from '../../../organizations/ca-of-tests.js';
import { withCa } from '../../../organizations/fake-ca.js';

/** The adapter towards a server that answers as Fabric CA does. */
async function open(): Promise<IdentitiesOfTests> {
  const folder = await mkdtemp(join(tmpdir(), 'identities-'));
  const known = new CaOfTests();
  let end = () => undefined as void;
  const over = new Promise<void>((resolve) => (end = resolve));
  let ended: Promise<void> = Promise.resolve();
  const opened = await new Promise<Omit<IdentitiesOfTests, 'close'> & { ca: FabricCa }>((resolve, reject) => {
    ended = withCa(
      folder,
      (received) => known.answer(received),
      async ({ port, tlsRoot, authority }) => {
        known.authority = authority;
        const ca = new FabricCa({ host: 'localhost', port, caName: 'identity.org1', tlsRoot });
        const identities = new FabricCaIdentities(ca, () => ca.enroll('registrar', 'root secret'));
        resolve({ identities, ca, root: authority.identityRoot });
        await over;
      },
    );
    ended.catch(reject);
  });
  const close = async () => {
    opened.ca.close();
    end();
    await ended;
    await rm(folder, { recursive: true });
  };
  return { ...opened, close };
}

describeIdentities('a Fabric CA', open);

describe('FabricCaIdentities', () => {
  it('F-09 says of a CA that does not answer that trying again may help', async () => {
    const ca = new FabricCa({ host: 'localhost', port: 1, caName: 'identity.org1', tlsRoot: '' });
    const identities = new FabricCaIdentities(ca, () => ca.enroll('registrar', 'x'));
    try {
      await assert.rejects(identities.list(), (error) => {
        return error instanceof Fault && error.code === 'ca-unavailable' && error.retryable;
      });
    } finally {
      ca.close();
    }
  });
});
