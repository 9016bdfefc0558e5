import assert from 'node:assert/strict';
import { Consortium, contentOf, emptyContent, gibibyte, identity, offerOf, vector } from '../consortium.js';

const half = gibibyte / 2n;

describe('contracts/lease-contract', () => {
  let world: Consortium;
  beforeEach(async () => {
    world = await Consortium.trading();
  });
  const submit: Consortium['ledger']['submit'] = (...args) => world.ledger.submit(...args);
  const wish = (change = {}) => ({
    diskId: 'd1',
    capacityBytes: gibibyte,
    termEpochs: 10n,
    maxPrice: 100n,
    minCollateral: 0n,
    ...change,
  });
  const opening = (change = {}, notes = world.ledger.notesOf(world.owner)) => ({
    vaultId: 'v',
    leases: [wish(change)],
    notes,
  });

  it('opens a lease: rent of the term in escrow, collateral from the pool, the rest back as a note', async () => {
    const leaseId = await world.open();
    const { escrow, collateral, earned, provenThrough } = world.tab(leaseId);
    assert.deepEqual([escrow, collateral, earned, provenThrough], [1000n, 1000n, 0n, 0n]);
    const { firstEpoch, terms, state } = world.lease(leaseId);
    assert.deepEqual([firstEpoch, terms.lastEpoch, state], [1n, 10n, 'active']);
    const pool = world.ledger.row('pool', 'd1');
    assert.deepEqual([pool?.reservedBytes, pool?.collateral], [gibibyte, 49_000n]);
    assert.equal(world.ledger.balanceOf(world.owner), 999_000n);
  });

  it('A-147 binds the tab to a majority of the organizations other than the provider', async () => {
    const leaseId = await world.open();
    const policy = Buffer.from(world.ledger.policies.get(`tab/${leaseId}`) as Uint8Array).toString('latin1');
    assert.match(policy, /Org1[\s\S]*Org3[\s\S]*Org4/);
    assert.doesNotMatch(policy, /Org2/);
    const small = await Consortium.trading(3);
    await small.open();
    assert.equal(small.ledger.policies.size, 0);
  });

  it('A-36 refuses an escrow a credit short, no capacity and no term, whole', async () => {
    const { noteIds } = await submit(world.owner, 'TokenContract:Transfer', {
      notes: world.ledger.notesOf(world.owner),
      outputs: [
        { to: { msp: 'Org1', id: 'owner' }, amount: 999n },
        { to: { msp: 'Org1', id: 'owner' }, amount: 999_001n },
      ],
    });
    const refuses = world.ledger.refuses.bind(world.ledger);
    await refuses('escrow-short', world.owner, 'LeaseContract:OpenLease', opening({}, noteIds.slice(0, 1)));
    await refuses(
      'capacity-out-of-range',
      world.owner,
      'LeaseContract:OpenLease',
      opening({ capacityBytes: 0n }),
    );
    await refuses('term-out-of-range', world.owner, 'LeaseContract:OpenLease', opening({ termEpochs: 0n }));
    await refuses(
      'note-spent',
      world.owner,
      'LeaseContract:OpenLease',
      opening({}, [noteIds[0], noteIds[0]] as string[]),
    );
    await refuses('note-unknown', world.owner, 'LeaseContract:OpenLease', opening({}, ['00'.repeat(16)]));
  });

  it('A-77 A-116 refuses what a pool, a price or a stake does not allow', async () => {
    const refuses = (code: Parameters<Consortium['ledger']['refuses']>[0], change: object) =>
      world.ledger.refuses(code, world.owner, 'LeaseContract:OpenLease', opening(change));
    await refuses('disk-full', { capacityBytes: 10n * gibibyte + 1n });
    await refuses('price-changed', { maxPrice: 99n });
    await refuses('collateral-short', { minCollateral: 1001n });
    await refuses('disk-unknown', { diskId: 'd9' });
    await submit(world.provider, 'DiskContract:DrawPool', { diskId: 'd1', amount: 49_001n });
    await refuses('collateral-short', {});
    await world.ledger.refuses('not-owner', world.provider, 'LeaseContract:OpenLease', opening({}, []));
    await world.ledger.refuses('vault-unknown', world.owner, 'LeaseContract:OpenLease', {
      ...opening(),
      vaultId: 'w',
    });
    const twice = { ...opening(), leases: [wish(), wish()] };
    await world.ledger.refuses('arguments-malformed', world.owner, 'LeaseContract:OpenLease', twice);
  });

  it('opens several leases or none', async () => {
    await submit(world.provider, 'DiskContract:Offer', offerOf('d2'));
    const both = { ...opening(), leases: [wish(), wish({ diskId: 'd2' })] };
    await world.ledger.refuses('collateral-short', world.owner, 'LeaseContract:OpenLease', both);
    const notes = world.ledger.notesOf(world.provider);
    await submit(world.provider, 'DiskContract:FundPool', { diskId: 'd2', amount: 1000n, notes });
    const { leaseIds } = await submit(world.owner, 'LeaseContract:OpenLease', both);
    assert.equal(new Set(leaseIds).size, 2);
  });

  it('refuses disks that are paused, retire, or whose organization withheld its values in a row', async () => {
    const refuses = () =>
      world.ledger.refuses('disk-not-offering', world.owner, 'LeaseContract:OpenLease', opening());
    await world.turn(2, ['Org2']);
    await world.open();
    await world.turn(1, ['Org2']);
    await refuses();
    await world.turn();
    await world.open();
    await submit(world.provider, 'DiskContract:Change', { diskId: 'd1', state: 'paused' });
    await refuses();
    await world.turn();
    await refuses();
    await submit(world.provider, 'DiskContract:Change', { diskId: 'd1', state: 'offering' });
    await world.turn();
    await world.open();
    await world.enact({ kind: 'suspend', organization: 'Org2' });
    await refuses();
  });

  it('A-37 keeps price, collateral rate and parameters of the opening', async () => {
    const leaseId = await world.open();
    await submit(world.provider, 'DiskContract:Change', { diskId: 'd1', price: 999n, collateralRate: 1n });
    await world.enact({ kind: 'params', changes: { challenges: 9, missLimit: 1 } });
    await world.turn();
    const { price, collateralRate, pinned } = world.lease(leaseId);
    assert.deepEqual(
      [price, collateralRate, pinned.challenges, pinned.missLimit, pinned.version],
      [100n, 1000n, 4, 3, 1],
    );
    await submit(world.owner, 'LeaseContract:ExtendLease', {
      leaseId,
      termEpochs: 1n,
      notes: world.ledger.notesOf(world.owner),
    });
    assert.equal(world.tab(leaseId).escrow, 1100n);
  });

  it('extends from the next epoch on, once an epoch, and tops the collateral up', async () => {
    const leaseId = await world.open();
    await world.turn();
    const entry = { digest: '11'.repeat(32), size: 64 };
    await submit(world.agent, 'AuditContract:ReportLoss', { leaseId, losses: [{ index: 0n, entry }] });
    assert.equal(world.tab(leaseId).collateral, 900n);
    const extend = { leaseId, termEpochs: 5n, notes: world.ledger.notesOf(world.owner) };
    await submit(world.owner, 'LeaseContract:ExtendLease', extend);
    const { escrow, collateral } = world.tab(leaseId);
    assert.deepEqual([escrow, collateral], [1600n, 1000n]);
    assert.equal(world.lease(leaseId).next?.terms.lastEpoch, 15n);
    const again = { ...extend, notes: world.ledger.notesOf(world.owner) };
    await world.ledger.refuses('lease-changed', world.owner, 'LeaseContract:ExtendLease', again);
    await world.ledger.refuses('not-owner', world.provider, 'LeaseContract:ExtendLease', {
      ...again,
      notes: [],
    });
    await world.turn();
    await world.ledger.refuses('escrow-short', world.owner, 'LeaseContract:ExtendLease', {
      ...again,
      notes: [],
    });
    await world.ledger.refuses('term-out-of-range', world.owner, 'LeaseContract:ExtendLease', {
      ...again,
      termEpochs: 0n,
    });
    const unknown = { ...again, leaseId: '00'.repeat(16) };
    await world.ledger.refuses('lease-unknown', world.owner, 'LeaseContract:ExtendLease', unknown);
    await submit(world.provider, 'DiskContract:Change', { diskId: 'd1', state: 'retiring' });
    await world.ledger.refuses('disk-retiring', world.owner, 'LeaseContract:ExtendLease', again);
  });

  it('resizes from the next epoch on: growing adds rent and stake, shrinking gives both back', async () => {
    const leaseId = await world.open();
    const resize = (capacityBytes: bigint) => ({
      leaseId,
      capacityBytes,
      notes: world.ledger.notesOf(world.owner),
    });
    await submit(world.owner, 'LeaseContract:ResizeLease', resize(2n * gibibyte));
    assert.deepEqual([world.tab(leaseId).escrow, world.tab(leaseId).collateral], [2000n, 2000n]);
    assert.equal(world.ledger.row('pool', 'd1')?.reservedBytes, 2n * gibibyte);
    await world.turn();
    await submit(world.owner, 'LeaseContract:ResizeLease', resize(half));
    assert.deepEqual([world.tab(leaseId).escrow, world.tab(leaseId).collateral], [650n, 500n]);
    assert.equal(world.ledger.row('pool', 'd1')?.reservedBytes, half);
    await world.turn();
    await world.ledger.refuses('disk-full', world.owner, 'LeaseContract:ResizeLease', resize(11n * gibibyte));
    await world.ledger.refuses('capacity-out-of-range', world.owner, 'LeaseContract:ResizeLease', resize(0n));
    await world.commit(leaseId, contentOf(vector, 1n));
    await world.ledger.refuses(
      'lease-full',
      world.owner,
      'LeaseContract:ResizeLease',
      resize(vector.bytes - 1n),
    );
    await submit(world.owner, 'LeaseContract:ResizeLease', resize(vector.bytes));
    const { held, issued } = world.supply();
    assert.equal(held, issued);
  });

  it('closes by the owner when empty, for the notice; by anybody after the grace', async () => {
    const [early, late] = [await world.open(), await world.open()];
    await world.turn();
    await world.submitProof(early);
    await world.ledger.refuses('lease-not-ended', world.provider, 'LeaseContract:CloseLease', {
      leaseId: early,
    });
    await world.commit(early, contentOf(vector, 1n));
    await world.ledger.refuses('lease-not-empty', world.owner, 'LeaseContract:CloseLease', {
      leaseId: early,
    });
    await world.commit(early, emptyContent(2n));
    await submit(world.owner, 'LeaseContract:CloseLease', { leaseId: early });
    assert.deepEqual(JSON.parse(world.ledger.event?.payload ?? ''), {
      leaseId: early,
      diskId: 'd1',
      vaultId: 'v',
      toOwner: '800',
      toProvider: '200',
    });
    const tab = world.tab(early);
    assert.equal(tab.escrow + tab.earned + tab.collateral, 0n);
    await world.ledger.refuses('lease-not-active', world.owner, 'LeaseContract:CloseLease', {
      leaseId: early,
    });
    for (let epoch = 1n; epoch <= 12n; epoch += 1n) {
      if (epoch <= 10n) await world.submitProof(late);
      await world.turn();
    }
    assert.equal(world.epoch, 13n);
    await submit(world.provider, 'LeaseContract:CloseLease', { leaseId: late });
    assert.equal(world.ledger.row('pool', 'd1')?.reservedBytes, 0n);
    assert.equal(world.supply().held, world.supply().issued);
  });

  it('A-31 A-38 defaults after misses in a row: collateral and escrow to the owner, earnings to the provider', async () => {
    const leaseId = await world.open();
    await world.turn();
    await world.submitProof(leaseId);
    await world.turn(3);
    await world.ledger.refuses('lease-not-in-default', world.owner, 'LeaseContract:CallDefault', { leaseId });
    await world.turn();
    const proof = await world.submitProof(leaseId);
    assert.equal(proof?.reason, 'in-default');
    await submit(world.admins[3] as never, 'LeaseContract:CallDefault', { leaseId });
    const { toOwner, toProvider, reason } = JSON.parse(world.ledger.event?.payload ?? '') as Record<
      string,
      string
    >;
    assert.deepEqual([toOwner, toProvider, reason], ['1900', '100', 'misses']);
    assert.equal(world.lease(leaseId).state, 'defaulted');
    await world.ledger.refuses('lease-not-active', world.owner, 'LeaseContract:CallDefault', { leaseId });
    assert.equal((await world.submitProof(leaseId))?.reason, 'in-default');
  });

  it('does not let a provider close a lease that is in default', async () => {
    const leaseId = await world.open({ termEpochs: 5n });
    await world.turn(8);
    await world.ledger.refuses('lease-not-ended', world.provider, 'LeaseContract:CloseLease', { leaseId });
    await submit(world.owner, 'LeaseContract:CallDefault', { leaseId });
  });

  it('refuses callers that are nobody, revoked or of a suspended organization', async () => {
    const leaseId = await world.open();
    const close = { leaseId };
    await world.ledger.refuses(
      'member-unknown',
      identity('Org1', 'stranger'),
      'LeaseContract:CloseLease',
      close,
    );
    await world.ledger.refuses(
      'organization-unknown',
      identity('Org9', 'owner'),
      'LeaseContract:CloseLease',
      close,
    );
    await submit(world.admins[0] as never, 'MemberContract:SetState', { id: 'owner', state: 'revoked' });
    await world.ledger.refuses('member-revoked', world.owner, 'LeaseContract:CloseLease', close);
    await world.enact({ kind: 'suspend', organization: 'Org1' }).catch(() => undefined);
    await world.ledger.refuses('org-suspended', world.owner, 'LeaseContract:CloseLease', close);
  });
});
