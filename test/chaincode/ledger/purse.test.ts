import assert from 'node:assert/strict';
import { noteIdOf } from '@dstore/chaincode/domain';
import { Purse } from '@dstore/chaincode/ledger/purse.js';
import { Store } from '@dstore/chaincode/ledger/store.js';
import { MemoryStub } from '../memory-stub.js';
import { stateOf, txId } from './call-of-tests.js';

const owner = { msp: 'Org1', id: 'owner' };
const [first, second] = ['11'.repeat(16), '22'.repeat(16)] as const;

function purseOn(amounts: Readonly<Record<string, string>>) {
  const rows = Object.entries(amounts).map(([id, amount]) => [`note/Org1/owner/${id}`, { v: 1, amount }]);
  const stub = new MemoryStub(stateOf(Object.fromEntries(rows) as Record<string, unknown>), { txId, now: 0 });
  const store = new Store(stub.asStub());
  return { stub, store, purse: new Purse(store, 'dstore', txId) };
}

describe('ledger/purse', () => {
  it('A-150 spends the notes that are named and no other', async () => {
    const { purse, store, stub } = purseOn({ [first]: '5', [second]: '7' });
    assert.deepEqual(await purse.spend(owner, [second]), [7n]);
    await store.save();
    assert.deepEqual([...stub.writes.keys()], [`note/Org1/owner/${second}`]);
    assert.deepEqual(await purseOn({}).purse.spend(owner, []), []);
  });

  it('I3 spends a note once: named twice, gone, or another’s is refused', async () => {
    const { purse } = purseOn({ [first]: '5' });
    await assert.rejects(purse.spend(owner, [first, first]), { code: 'note-spent' });
    await assert.rejects(purse.spend(owner, [first, second]), { code: 'note-unknown' });
    await assert.rejects(purseOn({ [first]: '5' }).purse.spend({ msp: 'Org1', id: 'other' }, [first]), {
      code: 'note-unknown',
    });
  });

  it('makes notes with ids of their own, and none for nothing', async () => {
    const { purse, store, stub } = purseOn({});
    const ids = [purse.give(owner, 3n), purse.give(owner, 0n), purse.give({ msp: 'Org2', id: 'x' }, 4n)];
    assert.deepEqual(ids, [noteIdOf('dstore', txId, 0), undefined, noteIdOf('dstore', txId, 1)]);
    await store.save();
    const written = [...stub.writes].map(([key, value]) => [key, value?.toString('utf8')]);
    assert.deepEqual(written, [
      [`note/Org1/owner/${ids[0]}`, '{"amount":"3","v":1}'],
      [`note/Org2/x/${ids[2]}`, '{"amount":"4","v":1}'],
    ]);
  });
});
