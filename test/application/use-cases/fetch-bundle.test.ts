import assert from 'node:assert/strict';
import { sha256 } from '@dstore/chaincode/domain';
import type { Door } from '@dstore/application/ports/door.js';
import { FetchBundle } from '@dstore/application/use-cases/fetch-bundle.js';
import { diskRow } from '../rows.js';
import { LedgerRows } from '../rows-ledger.js';

const bundle = Buffer.from('DSP1 and what follows');
const digest = sha256(bundle).toString('hex');

describe('FetchBundle', () => {
  const rows = new LedgerRows();
  rows.set('disk', ['d2'], diskRow('d2', 'Org2'));
  const fetchFrom = (getBundle: Door['getBundle']) => {
    const asked: string[] = [];
    const at = (url: string) => (asked.push(url), { getBundle }) as unknown as Door;
    const found = new FetchBundle(rows.as('Org1', 'auditor'), { at }).run({ diskId: 'd2', digest });
    return { asked, found };
  };

  it('answers what the provider of the disk has, if it is what the ledger names', async () => {
    const { asked, found } = fetchFrom(async (named) => {
      assert.equal(named, digest);
      return bundle;
    });
    assert.deepEqual(await found, bundle);
    assert.deepEqual(asked, [diskRow('d2', 'Org2').offer.door]);
  });

  it('A-105 believes no other bytes, no refusal, and no disk that is not there', async () => {
    const flipped = Buffer.from(bundle.map((byte, at) => (at === 7 ? byte ^ 1 : byte)));
    for (const bad of [flipped, Buffer.alloc(0), bundle.subarray(1)])
      assert.equal(await fetchFrom(async () => bad).found, undefined);
    assert.equal(await fetchFrom(() => Promise.reject(new Error('gone'))).found, undefined);
    const unknown = new FetchBundle(rows.as('Org1', 'auditor'), { at: () => assert.fail('no door') });
    assert.equal(await unknown.run({ diskId: 'd9', digest }), undefined);
  });
});
