import { judgeCatalog } from '@dstore/network/native/checks/catalogs.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

describe('the check of catalogs', () => {
  it('finds nothing wrong with one that has all of the ledger', () => {
    assert.deepEqual(flawsOf(judgeCatalog({ vaultId: 'first', revision: 7n, catalogRevision: 7n })), []);
  });

  it('warns of one that is behind', () => {
    assert.deepEqual(flawsOf(judgeCatalog({ vaultId: 'first', revision: 8n, catalogRevision: 7n })), [
      'warn: the catalog of first is at revision 7, the ledger at 8',
    ]);
  });

  it('finds a gateway that is silent', () => {
    assert.deepEqual(flawsOf(judgeCatalog({ silence: 'it says 503' })), [
      'fail: the gateway does not answer: it says 503',
    ]);
  });
});
