import assert from 'node:assert/strict';
import { encodeBundle, sha256 } from '@dstore/chaincode/domain';
import { Consortium, contentOf, vector } from '../consortium.js';

describe('contracts/audit-contract', () => {
  let world: Consortium;
  let leaseId: string;
  beforeEach(async () => {
    world = await Consortium.trading();
    leaseId = await world.open();
  });
  const submitProofs = (transient?: Record<string, Uint8Array>, epoch = world.epoch) =>
    world.ledger.submit(world.agent, 'AuditContract:SubmitProofs', { epoch, diskId: 'd1' }, transient);
  const entry = vector.entry(1) as NonNullable<ReturnType<typeof vector.entry>>;
  const report = (digest = entry.digest) =>
    world.ledger.submit(world.agent, 'AuditContract:ReportLoss', {
      leaseId,
      losses: [{ index: 1n, entry: { ...entry, digest } }],
    });

  it('pays nothing in the epoch of the opening and rent from the next one on', async () => {
    assert.equal((await world.submitProof(leaseId))?.reason, 'not-payable');
    await world.turn();
    assert.deepEqual(await world.submitProof(leaseId), { leaseId, verdict: 'proven', paid: 100n });
    const { escrow, earned, provenThrough } = world.tab(leaseId);
    assert.deepEqual([escrow, earned, provenThrough], [900n, 100n, 1n]);
  });

  it('audits the last content below the epoch and removes what is older', async () => {
    await world.commit(leaseId, contentOf(vector, 1n));
    await world.turn();
    await world.commit(leaseId, contentOf(vector, 2n));
    assert.equal((await world.submitProof(leaseId, vector))?.verdict, 'proven');
    assert.equal(world.ledger.rowsOf('content', leaseId).length, 2);
    await world.turn();
    assert.equal((await world.submitProof(leaseId, vector))?.verdict, 'proven');
    assert.deepEqual(
      world.ledger.rowsOf('content', leaseId).map(({ parts }) => parts[1]),
      ['1'],
    );
  });

  it('freezes what the next epoch audits before its values are revealed', async () => {
    await world.turn();
    await world.beginReveal();
    await world.commit(leaseId, contentOf(vector, 1n));
    assert.equal(world.ledger.row('tip', leaseId)?.epoch, 2n);
    await world.turn();
    assert.equal((await world.submitProof(leaseId))?.verdict, 'proven');
    await world.turn();
    assert.equal((await world.submitProof(leaseId))?.reason, 'malformed');
    assert.equal((await world.submitProof(leaseId, vector))?.verdict, 'proven');
  });

  it('keeps digest, blocks and a witness of each bundle', async () => {
    await world.turn();
    const transient = await world.bundle(leaseId);
    const { batchId } = await submitProofs(transient);
    const audit = world.ledger.row('audit', '1', 'd1', batchId);
    assert.equal(audit?.digest, sha256(transient.bundle).toString('hex'));
    assert.deepEqual(audit?.blocks, [audit?.digest]);
    assert.ok(['Org1', 'Org3', 'Org4'].includes(audit?.witness ?? ''));
  });

  it('A-24 A-60 refuses a proof for another epoch, one paid already, a foreign hand, no bundle', async () => {
    await world.turn();
    const transient = await world.bundle(leaseId);
    await submitProofs(transient);
    const refuses = world.ledger.refuses.bind(world.ledger);
    const args = { epoch: 1n, diskId: 'd1' };
    await refuses('proof-repeated', world.agent, 'AuditContract:SubmitProofs', args, transient);
    await refuses('not-provider', world.provider, 'AuditContract:SubmitProofs', args, transient);
    await refuses('arguments-malformed', world.agent, 'AuditContract:SubmitProofs', args);
    await refuses(
      'disk-unknown',
      world.agent,
      'AuditContract:SubmitProofs',
      { ...args, diskId: 'd9' },
      transient,
    );
    await world.turn();
    await refuses('proof-late', world.agent, 'AuditContract:SubmitProofs', args, transient);
    assert.equal(world.tab(leaseId).earned, 100n);
  });

  it('judges each lease of a batch by itself, unknown ones included', async () => {
    const other = await world.open();
    await world.turn();
    const proofs = [other, '00'.repeat(16), leaseId].map((id) => ({ leaseId: id, answers: [], cures: [] }));
    await world.submitProof(other);
    const { verdicts } = await submitProofs({ bundle: encodeBundle(proofs) });
    assert.deepEqual(
      verdicts.map(({ verdict, reason }) => [verdict, reason]),
      [
        ['refused', 'repeated'],
        ['refused', 'not-payable'],
        ['proven', undefined],
      ],
    );
  });

  it('does not pay beyond the term', async () => {
    const short = await world.open({ termEpochs: 1n });
    await world.turn();
    await world.submitProof(short);
    await world.turn();
    assert.equal((await world.submitProof(short))?.reason, 'not-payable');
  });

  it('moves an epoch of rent to the escrow for each reported loss and pays nothing until it is cured', async () => {
    await world.commit(leaseId, contentOf(vector, 1n));
    await world.turn();
    await report();
    assert.deepEqual([world.tab(leaseId).escrow, world.tab(leaseId).collateral], [1100n, 900n]);
    await assert.rejects(report(), /^Error: loss-repeated: /);
    const seen = await world.submitProof(leaseId, vector);
    assert.equal(seen?.verdict, 'proven', 'a proof from that very shard cures');
    assert.deepEqual(world.tab(leaseId).losses, []);
  });

  it('counts answers without a cure as no miss, and leaves the epoch unpaid', async () => {
    await world.turn();
    await report();
    assert.equal((await world.submitProof(leaseId))?.reason, 'loss-uncured');
    const { earned, answeredThrough, provenThrough } = world.tab(leaseId);
    assert.deepEqual([earned, answeredThrough, provenThrough], [0n, 1n, 0n]);
    await world.turn(3);
    await world.ledger.submit(world.owner, 'LeaseContract:CallDefault', { leaseId });
    assert.match(world.ledger.event?.payload ?? '', /"reason":"loss"/);
  });

  it('lets the owner waive a loss, and nobody else', async () => {
    await world.turn();
    await report();
    const waiver = { leaseId, digests: [entry.digest] };
    await world.ledger.refuses('not-owner', world.provider, 'AuditContract:WaiveLoss', waiver);
    await world.ledger.submit(world.owner, 'AuditContract:WaiveLoss', waiver);
    await world.ledger.refuses('loss-unknown', world.owner, 'AuditContract:WaiveLoss', waiver);
    assert.equal((await world.submitProof(leaseId))?.verdict, 'proven');
  });

  it('takes reports from the agent of the disk only, and of running leases', async () => {
    const losses = [{ index: 0n, entry }];
    const refuses = world.ledger.refuses.bind(world.ledger);
    await refuses('not-provider', world.owner, 'AuditContract:ReportLoss', { leaseId, losses });
    await refuses('arguments-malformed', world.agent, 'AuditContract:ReportLoss', { leaseId, losses: [] });
    await world.turn(11);
    await refuses('lease-not-active', world.agent, 'AuditContract:ReportLoss', { leaseId, losses });
  });
});
