import assert from 'node:assert/strict';
import { canonicalJson, type JsonValue } from '@dstore/chaincode/domain';
import { Consortium, identity } from '../consortium.js';

const stranger = identity('Org1', 'stranger');

interface Page {
  readonly items: readonly { readonly parts: readonly string[]; readonly row: unknown }[];
  readonly next?: string;
}

describe('contracts/ledger-contract', () => {
  let world: Consortium;
  beforeEach(async () => {
    world = await Consortium.founded();
  });
  const evaluate = (name: string, args: JsonValue) =>
    world.ledger.call(stranger, `LedgerContract:${name}`, canonicalJson(args));
  const list = async (args: Record<string, JsonValue>) => JSON.parse(await evaluate('List', args)) as Page;

  it('reads a row, or null, for every member of the channel', async () => {
    assert.match(await evaluate('Read', { kind: 'org', parts: ['Org1'] }), /"state":"active"/);
    assert.equal(await evaluate('Read', { kind: 'org', parts: ['Org9'] }), 'null');
    assert.match(await evaluate('Read', { kind: 'epochs', parts: ['0'] }), /"seed"/);
    assert.match(await evaluate('Read', { kind: 'epoch', parts: [] }), /"phase":"open"/);
    await assert.rejects(evaluate('Read', { kind: 'org', parts: [] }), /^Error: id-malformed: /);
    await assert.rejects(evaluate('Read', { kind: 'org', parts: ['a/b'] }), /^Error: id-malformed: /);
  });

  it('lists pages in key order, epochs unpadded, until none follows', async () => {
    await world.turn(2);
    const first = await list({ kind: 'epochs', prefix: [], limit: 2 });
    assert.deepEqual(
      first.items.map(({ parts }) => parts),
      [['0'], ['1']],
    );
    const rest = await list({ kind: 'epochs', prefix: [], limit: 2, after: first.next as string });
    assert.deepEqual(
      rest.items.map(({ parts }) => parts),
      [['2']],
    );
    assert.equal(rest.next, undefined);
    const members = await list({ kind: 'member', prefix: ['Org1'], limit: 1000 });
    assert.deepEqual(
      members.items.map(({ parts }) => parts.join('/')),
      ['Org1/admin', 'Org1/owner'],
    );
  });

  it('refuses to go on outside the range', async () => {
    const outside = list({ kind: 'member', prefix: ['Org1'], limit: 1, after: 'member/Org2/admin' });
    await assert.rejects(outside, /^Error: arguments-malformed: /);
  });
});
