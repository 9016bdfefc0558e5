import assert from 'node:assert/strict';
import { genesisSeed, hashChain, type Row } from '@dstore/chaincode/domain';
import { Consortium, identity, params } from '../consortium.js';
import { type Identity, MemoryLedger } from '../memory-ledger.js';

describe('contracts/beacon-contract', () => {
  let world: Consortium;
  let first: Identity;
  beforeEach(async () => {
    world = await Consortium.founded();
    first = world.admins[0] as Identity;
  });
  const refuses: Consortium['ledger']['refuses'] = (...args) => world.ledger.refuses(...args);
  const epochs = (epoch: bigint) => world.ledger.row('epochs', epoch.toString()) as Row<'epochs'>;

  it('opens epoch 0 once every active organization has an anchor', async () => {
    const ledger = new MemoryLedger();
    const admins = [identity('Org1', 'admin', 'admin'), identity('Org2', 'admin', 'admin')] as const;
    const anchor = '11'.repeat(32);
    const open = { epoch: 0n };
    const organizations = ['Org1', 'Org2'];
    await ledger.refuses('organization-unknown', admins[0], 'BeaconContract:OpenEpoch', open);
    await ledger.submit(admins[0], 'GovernanceContract:Found', { organizations, params });
    for (const admin of admins) await ledger.submit(admin, 'MemberContract:Enlist', {});
    await ledger.submit(admins[0], 'BeaconContract:Anchor', { anchor, from: 1n, length: 10n });
    await ledger.refuses('reveals-missing', admins[1], 'BeaconContract:OpenEpoch', open);
    await ledger.refuses('anchor-early', admins[1], 'BeaconContract:Anchor', {
      anchor,
      from: 2n,
      length: 10n,
    });
    await ledger.refuses('anchor-invalid', admins[1], 'BeaconContract:Anchor', {
      anchor,
      from: 1n,
      length: 0n,
    });
    await ledger.refuses('epoch-unknown', admins[1], 'BeaconContract:BeginReveal', open);
    await ledger.submit(admins[1], 'BeaconContract:Anchor', { anchor, from: 1n, length: 10n });
    await ledger.refuses('epoch-unknown', admins[1], 'BeaconContract:OpenEpoch', { epoch: 1n });
    const { seed } = await ledger.submit(admins[1], 'BeaconContract:OpenEpoch', open);
    assert.equal(
      seed,
      genesisSeed(
        'dstore',
        organizations.map((msp) => ({ msp, value: anchor })),
      ),
    );
    await ledger.refuses('epoch-not-due', admins[1], 'BeaconContract:OpenEpoch', open);
  });

  it('goes open, revealing, open, each at its time and not before', async () => {
    const begin = { epoch: 0n };
    const open = { epoch: 1n };
    await refuses('epoch-not-due', first, 'BeaconContract:OpenEpoch', open);
    world.ledger.now += 79;
    await refuses('epoch-not-due', first, 'BeaconContract:BeginReveal', begin);
    world.ledger.now += 1;
    await assert.rejects(world.reveal(first), /^Error: epoch-not-due/);
    await world.ledger.submit(first, 'BeaconContract:BeginReveal', begin);
    await refuses('epoch-not-due', first, 'BeaconContract:BeginReveal', begin);
    for (const admin of world.admins) await world.reveal(admin);
    world.ledger.now += 19;
    await refuses('epoch-not-due', first, 'BeaconContract:OpenEpoch', open);
    world.ledger.now += 1;
    await refuses('epoch-not-due', first, 'BeaconContract:OpenEpoch', { epoch: 2n });
    await world.ledger.submit(first, 'BeaconContract:OpenEpoch', open);
    assert.deepEqual(epochs(1n).withheld, []);
  });

  it('A-22 waits for missing values, then goes on with a majority and names who withheld', async () => {
    await world.beginReveal();
    const [, second, third] = world.admins as [Identity, Identity, Identity];
    await world.reveal(first);
    await world.reveal(second);
    const open = { epoch: 1n };
    world.ledger.now += 40;
    await refuses('reveals-missing', first, 'BeaconContract:OpenEpoch', open);
    await world.reveal(third);
    world.ledger.now -= 1;
    await refuses('reveals-missing', first, 'BeaconContract:OpenEpoch', open);
    world.ledger.now += 1;
    await world.ledger.submit(first, 'BeaconContract:OpenEpoch', open);
    assert.deepEqual(epochs(1n).withheld, ['Org4']);
    await world.turn();
    assert.deepEqual(epochs(2n).withheld, [], 'a value that bridges the silent epoch is accepted');
  });

  it('A-20 draws a seed from nothing but the values and the seed before', async () => {
    const other = await Consortium.founded();
    other.ledger.now += 12_345;
    await other.mint(other.owner, 1n);
    await other.turn();
    await world.turn();
    assert.equal(epochs(1n).seed, (other.ledger.row('epochs', '1') as Row<'epochs'>).seed);
  });

  it('A-26 takes a pause of any length as one epoch', async () => {
    world.ledger.now += 3 * 24 * 3600;
    await world.turn();
    assert.equal(world.epoch, 1n);
  });

  it('A-110 lets a new anchor count two epochs later at the earliest; the old chain is due until then', async () => {
    const secret = '22'.repeat(32);
    const anchor = hashChain(secret, 50n);
    const given = { anchor, from: 2n, length: 50n };
    await refuses('anchor-early', first, 'BeaconContract:Anchor', { ...given, from: 1n });
    await refuses('role-missing', world.owner, 'BeaconContract:Anchor', given);
    await world.ledger.submit(first, 'BeaconContract:Anchor', given);
    await refuses('anchor-spent', first, 'BeaconContract:Anchor', given);
    await world.turn();
    await world.beginReveal();
    await assert.rejects(world.reveal(first), /^Error: reveal-invalid/);
    const reveal = { epoch: 2n, preimage: hashChain(secret, 49n) };
    await world.ledger.submit(first, 'BeaconContract:Reveal', reveal);
    await refuses('reveal-repeated', first, 'BeaconContract:Reveal', reveal);
    assert.equal(world.ledger.row('beacon', 'Org1')?.anchor, anchor);
  });

  it('lets an admitted organization join without holding up the turn', async () => {
    await world.enact({ kind: 'admit', organization: 'Org5' });
    const joined = identity('Org5', 'admin', 'admin');
    await world.ledger.submit(joined, 'MemberContract:Enlist', {});
    await world.turn();
    assert.deepEqual(epochs(1n).withheld, []);
    await world.beginReveal();
    const value = { epoch: 2n, preimage: '33'.repeat(32) };
    await refuses('anchor-invalid', joined, 'BeaconContract:Reveal', value);
    const anchor = { anchor: '33'.repeat(32), from: 3n, length: 9n };
    await world.ledger.submit(joined, 'BeaconContract:Anchor', anchor);
    await refuses('anchor-early', joined, 'BeaconContract:Reveal', value);
  });
});
