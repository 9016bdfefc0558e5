import assert from 'node:assert/strict';
import { auditedContent } from '@dstore/application/use-cases/audited-content.js';

import { LedgerRows } from '../rows-ledger.js';

describe('auditedContent', () => {
  const rows = new LedgerRows();
  const ledger = rows.as('Org2', 'd2');
  for (const [epoch, revision] of [
    ['000000000003', 1n],
    ['000000000005', 2n],
    ['000000000009', 3n],
  ] as const)
    rows.set('content', ['lease', epoch], { revision, root: '00'.repeat(32), count: 1n, bytes: 4096n });

  const revisionIn = async (epoch: bigint) => (await auditedContent(ledger, 'lease', epoch))?.revision;

  it('is the last content before the epoch, undefined where there is none', async () => {
    const found = await Promise.all([0n, 3n, 4n, 5n, 6n, 9n, 10n, 1000n].map(revisionIn));
    assert.deepEqual(found, [undefined, undefined, 1n, 1n, 2n, 2n, 3n, 3n]);
    assert.equal(await auditedContent(ledger, 'another', 10n), undefined);
  });
});
