import assert from 'node:assert/strict';
import { object, Refusal, text } from '@dstore/chaincode/domain';
import { Call, execute, parseArgument, refusing } from '@dstore/chaincode/ledger/call.js';
import { refused } from '../refused.js';
import { contextOn, stateOf, txId } from './call-of-tests.js';

const active = { v: 1, msp: 'Org1', state: 'active', since: '0' };
const member = { v: 1, account: { msp: 'Org1', id: 'owner' }, state: 'active' };
const enlisted = { 'org/Org1': active, 'member/Org1/owner': member };
const callOn = (rows: Readonly<Record<string, unknown>>) => new Call(contextOn(stateOf(rows)).context);

/** Runs CreateVault with this body and argument on an empty state. */
function run(body: Parameters<typeof execute<'VaultContract:CreateVault'>>[3], argument = '{"vaultId":"v"}') {
  const { stub, context } = contextOn(new Map());
  return { stub, outcome: execute(context, 'VaultContract:CreateVault', argument, body) };
}
const owner = { msp: 'Org1', id: 'owner' };

describe('ledger/call', () => {
  it('knows caller, channel, transaction, time and transient fields', () => {
    const call = new Call(contextOn(new Map(), { bundle: Buffer.of(1) }).context);
    assert.deepEqual([call.account, call.channel, call.txId, call.now], [owner, 'dstore', txId, 1_000_000n]);
    assert.deepEqual([call.transient('bundle'), call.transient('other')], [Buffer.of(1), undefined]);
  });

  it('hands writes and one event to the peer, and answers canonical JSON', async () => {
    const { stub, outcome } = run(async (call, { vaultId }) => {
      call.announce('VaultCreated', { owner, vaultId });
      call.store.put('burn', [vaultId], { v: 1, by: owner, amount: 5n });
      return {};
    });
    assert.equal(await outcome, '{}');
    assert.deepEqual(stub.events, [
      { name: 'VaultCreated', payload: '{"owner":{"id":"owner","msp":"Org1"},"vaultId":"v"}' },
    ]);
    assert.deepEqual(
      [...stub.writes].map(([key, value]) => [key, value?.toString('utf8')]),
      [['burn/v', '{"amount":"5","by":{"id":"owner","msp":"Org1"},"v":1}']],
    );
  });

  it('leaves no write and no event behind a refusal, which leaves as code and message', async () => {
    const { stub, outcome } = run(async (call, { vaultId }) => {
      call.store.put('burn', [vaultId], { v: 1, by: owner, amount: 5n });
      call.announce('VaultCreated', { owner, vaultId });
      throw new Refusal('vault-exists', 'there is one');
    });
    await assert.rejects(outcome, { name: 'Error', message: 'vault-exists: there is one' });
    assert.deepEqual([stub.writes.size, stub.events.length], [0, 0]);
  });

  it('breaks, with nothing written, on no event and on a second one', async () => {
    const silent = run(async (call) => {
      call.store.remove('burn', ['v']);
      return {};
    });
    await assert.rejects(silent.outcome, /invariant: no event/);
    const loud = run(async (call) => {
      call.announce('VaultCreated', { owner, vaultId: 'v' });
      call.announce('VaultCreated', { owner, vaultId: 'v' });
      return {};
    });
    await assert.rejects(loud.outcome, /invariant: a second event/);
    for (const { stub } of [silent, loud]) assert.deepEqual([stub.writes.size, stub.events.length], [0, 0]);
  });

  it('A-15 takes one spelling of an argument, and calls the body with no other', async () => {
    const wrong = [
      ' {"vaultId":"v"}',
      '{"vaultId": "v"}',
      '{"vaultId":"v"}\n',
      '{"vaultId":"\\u0076"}',
      '{"vaultId":"w","vaultId":"v"}',
      '{"vaultId":"v","extra":1}',
      '{"__proto__":{},"vaultId":"v"}',
      '{}',
      '[]',
      'null',
      '',
    ];
    for (const argument of wrong) {
      const { outcome, stub } = run(() => assert.fail('the body ran'), argument);
      await assert.rejects(outcome, /^Error: (?:arguments|id)-malformed: /, argument);
      assert.equal(stub.reads.size, 0);
    }
  });

  it('A-68 refuses an argument that is too long before it is parsed', () => {
    const shape = object({ a: text(1_000_000) });
    const argument = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`;
    assert.equal(parseArgument(shape, argument(262_144)).a.length, 262_136);
    refused('batch-too-large', () => parseArgument(shape, argument(262_145)));
    refused('batch-too-large', () => parseArgument(shape, '['.repeat(262_145)));
  });

  it('passes on what is no refusal as it is', async () => {
    const fault = new RangeError('invariant');
    await assert.rejects(
      refusing(() => Promise.reject(fault)),
      (error: unknown) => error === fault,
    );
    assert.equal(await refusing(async () => 7), 7);
  });

  it('A-87 knows members of active organizations from all others', async () => {
    await callOn(enlisted).insistMember();
    const states: [string, Readonly<Record<string, unknown>>][] = [
      ['organization-unknown', { 'member/Org1/owner': member }],
      ['org-suspended', { ...enlisted, 'org/Org1': { ...active, state: 'suspended' } }],
      ['member-unknown', { 'org/Org1': active }],
      ['member-revoked', { ...enlisted, 'member/Org1/owner': { ...member, state: 'revoked' } }],
    ];
    for (const [code, rows] of states) await assert.rejects(callOn(rows).insistMember(), { code });
  });

  it('lists active organizations, sorted', async () => {
    const org = (msp: string, state = 'active') => ({ [`org/${msp}`]: { ...active, msp, state } });
    const rows = { ...org('Org2'), ...org('Org10'), ...org('Org1'), ...org('Org3', 'suspended') };
    assert.deepEqual(await callOn(rows).organizations(), ['Org1', 'Org10', 'Org2']);
  });

  it('insists on roles, on owners and on providers', () => {
    const call = callOn({});
    call.insistRole('owner');
    refused('role-missing', () => call.insistRole('admin'));
    call.insistOwner(owner);
    call.insistProvider(owner);
    for (const other of [
      { ...owner, id: 'other' },
      { ...owner, msp: 'Org2' },
    ]) {
      refused('not-owner', () => call.insistOwner(other));
      refused('not-provider', () => call.insistProvider(other));
    }
  });

  it('A-24 reads the epoch, and knows none before the genesis', async () => {
    const { stub, context } = contextOn(
      stateOf({ epoch: { v: 1, number: '3', phase: 'open', openedAt: '9' } }),
    );
    assert.equal((await new Call(context).epoch()).number, 3n);
    assert.ok(stub.reads.has('epoch'));
    await assert.rejects(callOn({}).epoch(), { code: 'epoch-unknown' });
  });
});
