import assert from 'node:assert/strict';
import { rowFormat } from '@dstore/chaincode/domain';
import { Store } from '@dstore/chaincode/ledger/store.js';
import { MemoryStub } from '../memory-stub.js';
import { stateOf, txId } from './call-of-tests.js';

const note = (amount: bigint) => ({ v: rowFormat, amount });
const content = { revision: '1', root: 'ab'.repeat(32), count: '1', bytes: '4096' };
const parts = ['Org1', 'owner', 'n1'] as const;
const key = 'note/Org1/owner/n1';

function storeOn(rows: Readonly<Record<string, unknown>>) {
  const stub = new MemoryStub(stateOf(rows), { txId, now: 0 });
  return { stub, store: new Store(stub.asStub()) };
}

describe('ledger/store', () => {
  it('reads a row once, however often it is asked for', async () => {
    const { store, stub } = storeOn({ [key]: { v: 1, amount: '7' } });
    const row = await store.find('note', ...parts);
    assert.deepEqual(row, note(7n));
    assert.equal(await store.get('note-unknown', 'note', ...parts), row);
    assert.equal(await store.find('note', 'Org1', 'owner', 'n2'), undefined);
    assert.equal(await store.find('note', 'Org1', 'owner', 'n2'), undefined);
    assert.deepEqual([...stub.reads], [key, 'note/Org1/owner/n2']);
  });

  it('refuses a row that is not there with the code it is given', async () => {
    const { store } = storeOn({});
    await assert.rejects(store.get('vault-unknown', 'vault', 'v'), {
      name: 'Refusal',
      code: 'vault-unknown',
    });
  });

  it('holds writes back until they are saved, in the order they were made', async () => {
    const { store, stub } = storeOn({ [key]: { v: 1, amount: '7' } });
    store.put('note', ['Org1', 'owner', 'n9'], note(2n));
    store.remove('note', parts);
    store.put('note', ['Org1', 'owner', 'n2'], note(5n));
    assert.deepEqual([stub.writes.size, store.written], [0, 3]);
    await store.save();
    assert.deepEqual(
      [...stub.writes].map(([at, value]) => [at, value?.toString('utf8')]),
      [
        ['note/Org1/owner/n9', '{"amount":"2","v":1}'],
        [key, undefined],
        ['note/Org1/owner/n2', '{"amount":"5","v":1}'],
      ],
    );
  });

  it('never reads its own writes: a key used after it was written is a broken invariant', async () => {
    const { store } = storeOn({ [key]: { v: 1, amount: '7' } });
    await store.find('note', ...parts);
    store.put('note', parts, note(8n));
    await assert.rejects(store.find('note', ...parts), RangeError);
    await assert.rejects(store.list('note', ['Org1', 'owner']), RangeError);
    assert.throws(() => store.put('note', parts, note(9n)), RangeError);
    assert.throws(() => store.remove('note', parts), RangeError);
    store.remove('note', ['Org1', 'owner', 'n2']);
    assert.throws(() => store.put('note', ['Org1', 'owner', 'n2'], note(1n)), RangeError);
  });

  it('lists a prefix in key order, and nothing of its neighbours', async () => {
    const amounts = { n2: '2', n10: '10', n1: '1' };
    const rows = Object.fromEntries(
      Object.entries(amounts).map(([id, amount]) => [`note/Org1/owner/${id}`, { v: 1, amount }]),
    );
    const others = {
      'note/Org1/owner2/a': { v: 1, amount: '9' },
      'note/Org10/owner/a': { v: 1, amount: '9' },
    };
    const { store, stub } = storeOn({ ...rows, ...others });
    const found = await store.list('note', ['Org1', 'owner']);
    assert.deepEqual(
      found.map(({ parts: [, , id], row }) => [id, row.amount]),
      [
        ['n1', 1n],
        ['n10', 10n],
        ['n2', 2n],
      ],
    );
    assert.equal(stub.openRanges, 0);
    assert.equal(await store.find('note', 'Org1', 'owner', 'n2'), found[2]?.row);
  });

  it('A-113 leaves epochs at and above a bound out of the range it reads', async () => {
    const epochs = [1, 9, 10, 11].map((epoch) => [`content/ab/${String(epoch).padStart(12, '0')}`, content]);
    const { store } = storeOn(Object.fromEntries(epochs) as Record<string, unknown>);
    const found = await store.list('content', ['ab'], 10n);
    assert.deepEqual(
      found.map(({ parts: [, epoch] }) => epoch),
      ['1', '9'],
    );
    const none = storeOn({});
    assert.deepEqual(await none.store.list('content', ['ab'], 10n), []);
  });

  it('A-40 breaks at a range of more than a thousand rows, and closes it', async () => {
    const rows = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`note/Org1/owner/n${at}`, { v: 1, amount: '1' }]),
      );
    assert.equal((await storeOn(rows(1000)).store.list('note', ['Org1'])).length, 1000);
    const { store, stub } = storeOn(rows(1001));
    await assert.rejects(store.list('note', ['Org1']), RangeError);
    assert.equal(stub.openRanges, 0);
  });

  it('A-48 takes no row of another format, and closes the range it stood in', async () => {
    const bad: unknown[] = [
      { v: 2, amount: '7' },
      { amount: '7' },
      { v: 1, amount: 7 },
      { v: 1, amount: '7', extra: 1 },
      'text',
    ];
    for (const row of bad) {
      const { store, stub } = storeOn({ [key]: row });
      await assert.rejects(store.find('note', ...parts), /^Error: invariant: row note/);
      await assert.rejects(store.list('note', ['Org1']), /^Error: invariant: row note/);
      assert.equal(stub.openRanges, 0);
    }
  });

  it('A-147 binds a row to a policy with the value it puts', async () => {
    const { store, stub } = storeOn({});
    store.put('note', parts, note(1n));
    store.guard('note', parts, Buffer.from('policy'));
    assert.equal(stub.policies.size, 0);
    await store.save();
    assert.deepEqual([...stub.policies], [[key, Buffer.from('policy')]]);
  });

  it('A-148 reads the policy of a row and replaces it without touching the value', async () => {
    const { store, stub } = storeOn({ [key]: { amount: '1', v: 1 } });
    assert.equal((await store.policyOf('note', ...parts)).length, 0);
    store.guard('note', parts, Buffer.from('another'));
    await store.save();
    assert.deepEqual([...stub.policies], [[key, Buffer.from('another')]]);
    assert.equal(stub.writes.size, 0);
    const strange = storeOn({});
    strange.store.guard('note', parts, Buffer.from('p'));
    await assert.rejects(strange.store.save(), /without a value/);
  });

  it('A-65 makes no key of parts that are no ids', async () => {
    const { store, stub } = storeOn({});
    await assert.rejects(store.find('vault', 'a/b'), { code: 'id-malformed' });
    assert.throws(() => store.put('note', ['Org1', 'owner', ''], note(1n)), { code: 'id-malformed' });
    assert.throws(() => store.remove('note', ['Org1']), { code: 'id-malformed' });
    assert.equal(stub.reads.size, 0);
  });
});
