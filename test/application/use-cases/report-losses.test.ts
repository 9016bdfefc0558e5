import assert from 'node:assert/strict';
import { type Args, Refusal } from '@dstore/chaincode/domain';
import { ReportLosses } from '@dstore/application/use-cases/report-losses.js';

import { LedgerRows } from '../rows-ledger.js';
import { tabRow } from '../rows.js';
import { KeptLog } from '../workers/surroundings.js';
import { leaseId, shardOf } from './provider-on-rows.js';

type Report = Args<'AuditContract:ReportLoss'>;

function world(refuses?: Refusal) {
  const reports: Report[] = [];
  const rows: LedgerRows = new LedgerRows({
    'AuditContract:ReportLoss': (args) => {
      if (refuses !== undefined) throw refuses;
      reports.push(args);
      return {};
    },
  });
  return { rows, reports, report: new ReportLosses(rows.as('Org2', 'd2'), new KeptLog()) };
}

const missing = (index: number, lease = leaseId) => {
  const { digest, size } = shardOf(64);
  return { leaseId: lease, index, entry: { digest, size } };
};

describe('ReportLosses', () => {
  it('A-108 names index and digest of each shard, in one report a lease', async () => {
    const { report, reports } = world();
    const [one, two, three] = [missing(1), missing(2), missing(3, '0b'.repeat(16))];
    assert.equal(await report.run([one, three, two, one]), 3);
    assert.deepEqual(reports, [
      {
        leaseId,
        losses: [
          { index: 1n, entry: one.entry },
          { index: 2n, entry: two.entry },
        ],
      },
      { leaseId: three.leaseId, losses: [{ index: 3n, entry: three.entry }] },
    ]);
  });

  it('says nothing that the ledger knows', async () => {
    const { report, reports, rows } = world();
    const known = missing(4);
    const loss = { index: 4n, ...known.entry, reportedIn: 9n };
    rows.set('tab', [leaseId], tabRow({ losses: [loss] }));
    assert.equal(await report.run([known]), 0);
    assert.equal(await report.run([]), 0);
    assert.deepEqual(reports, []);
  });

  it('reports as many as one transaction takes', async () => {
    const { report, reports } = world();
    const many = Array.from({ length: 40 }, (_, index) => missing(index));
    assert.equal(await report.run(many), 16);
    assert.equal(reports[0]?.losses.length, 16);
  });

  it('has nothing to report where another was faster, the lease has ended or its list is full, and hands on other refusals', async () => {
    for (const code of ['loss-repeated', 'lease-not-active', 'batch-too-large'] as const)
      assert.equal(await world(new Refusal(code, 'no')).report.run([missing(1)]), 0);
    await assert.rejects(world(new Refusal('not-provider', 'no')).report.run([missing(1)]), {
      code: 'not-provider',
    });
  });
});
