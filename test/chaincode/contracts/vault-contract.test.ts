import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { receiptBytes } from '@dstore/chaincode/domain';
import { Consortium, contentOf, emptyContent, signed, vector } from '../consortium.js';

const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('contracts/vault-contract', () => {
  let world: Consortium;
  let leaseId: string;
  beforeEach(async () => {
    world = await Consortium.trading();
    leaseId = await world.open();
  });
  type Step = ReturnType<Consortium['step']>;
  const commitOf = (contents: Step[], expectedRevision = 0n) => ({
    vaultId: 'v',
    expectedRevision,
    head: '',
    contents,
  });
  const step = (change: Partial<Step> = {}) => ({ ...world.step(leaseId, contentOf(vector, 1n)), ...change });
  const refuses = (code: Parameters<Consortium['ledger']['refuses']>[0], contents: Step[], revision = 0n) =>
    world.ledger.refuses(code, world.owner, 'VaultContract:Commit', commitOf(contents, revision));

  it('commits heads and contents together and raises the revision', async () => {
    const answer = await world.ledger.submit(world.owner, 'VaultContract:Commit', {
      ...commitOf([step()]),
      head: 'aGk=',
    });
    assert.deepEqual(answer, { revision: 1n, epoch: 0n });
    assert.equal(world.ledger.row('vault', 'v')?.head, 'aGk=');
    assert.deepEqual(world.ledger.row('content', leaseId, '0'), contentOf(vector, 1n));
    await world.commit(leaseId, emptyContent(2n));
    assert.deepEqual(world.ledger.row('content', leaseId, '0'), emptyContent(2n));
    assert.deepEqual(world.ledger.row('tip', leaseId), { v: 1, revision: 2n, epoch: 0n });
  });

  it('A-126 compares and sets the revision', async () => {
    await world.commit(leaseId, contentOf(vector, 1n));
    await refuses('revision-stale', [world.step(leaseId, contentOf(vector, 2n))]);
  });

  it('A-128 refuses foreign, ended and full leases and gaps of revision, whole', async () => {
    await refuses('revision-skipped', [world.step(leaseId, contentOf(vector, 2n))]);
    await refuses('revision-stale', [world.step(leaseId, contentOf(vector, 0n))]);
    await refuses('arguments-malformed', [step(), step()]);
    await refuses('arguments-malformed', [world.step(leaseId, { ...contentOf(vector, 1n), count: 0n })]);
    await refuses('lease-unknown', [step({ leaseId: '00'.repeat(16) })]);
    const small = await world.open({ capacityBytes: vector.bytes - 1n });
    await refuses('lease-full', [step(), world.step(small, contentOf(vector, 1n))]);
    await world.ledger.submit(world.owner, 'VaultContract:CreateVault', { vaultId: 'w' });
    const foreign = { ...commitOf([step()]), vaultId: 'w' };
    await world.ledger.refuses('not-owner', world.owner, 'VaultContract:Commit', foreign);
    await world.ledger.refuses('not-owner', world.provider, 'VaultContract:Commit', commitOf([step()]));
    await world.turn(11);
    await refuses('lease-not-active', [step({ lastEpoch: 12n })]);
    await world.ledger.submit(world.owner, 'LeaseContract:CallDefault', { leaseId });
    await refuses('lease-not-active', [step()]);
  });

  it('A-123 refuses a receipt past its last epoch', async () => {
    const late = step({});
    await world.turn(2);
    await world.ledger.submit(world.owner, 'VaultContract:Commit', commitOf([late]));
    const next = world.step(leaseId, contentOf(vector, 2n), 2n);
    await world.turn();
    await refuses('receipt-lapsed', [next], 1n);
  });

  it('A-124 refuses a receipt of another lease, disk, channel, content, epoch or key', async () => {
    const content = contentOf(vector, 1n);
    const good = { leaseId, diskId: 'd1', content, lastEpoch: 2n };
    const forged = [
      receiptBytes('dstore', { ...good, leaseId: '00'.repeat(16) }),
      receiptBytes('dstore', { ...good, diskId: 'd2' }),
      receiptBytes('other', good),
      receiptBytes('dstore', { ...good, content: { ...content, bytes: content.bytes + 1n } }),
      receiptBytes('dstore', { ...good, lastEpoch: 3n }),
    ];
    for (const message of forged) await refuses('receipt-invalid', [step({ receipt: signed(message) })]);
    const receipt = signed(receiptBytes('dstore', good), other.privateKey);
    await refuses('receipt-invalid', [step({ receipt })]);
    await refuses('receipt-invalid', [step({ receipt: '' })]);
  });

  it('A-124 honours the old key until the receipts it signed have lapsed', async () => {
    const agentKey = other.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    await world.ledger.submit(world.provider, 'DiskContract:Change', { diskId: 'd1', agentKey });
    await world.turn();
    await world.commit(leaseId, contentOf(vector, 1n));
    const content = contentOf(vector, 2n);
    const fresh = { leaseId, content, lastEpoch: 3n };
    const receipt = signed(receiptBytes('dstore', { ...fresh, diskId: 'd1' }), other.privateKey);
    await world.ledger.submit(world.owner, 'VaultContract:Commit', commitOf([{ ...fresh, receipt }], 1n));
    await world.turn(3);
    await refuses('receipt-invalid', [world.step(leaseId, contentOf(vector, 3n))], 2n);
  });

  it('makes a vault once, for owners', async () => {
    await world.ledger.refuses('vault-exists', world.owner, 'VaultContract:CreateVault', { vaultId: 'v' });
    await world.ledger.refuses('role-missing', world.provider, 'VaultContract:CreateVault', { vaultId: 'x' });
  });
});
