import assert from 'node:assert/strict';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { ListAudits } from '@dstore/application/use-cases/list-audits.js';
import { ListDisks } from '@dstore/application/use-cases/list-disks.js';
import { ListLeases } from '@dstore/application/use-cases/list-leases.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../../http/gateway-of-tests.js';
import { demoParams, diskRow, leaseRow, tabRow } from '../../rows.js';
import { LedgerRows } from '../../rows-ledger.js';
import { runCommand } from '../command-of-tests.js';

const leaseId = '00'.repeat(16);
const stripeId = 'aa'.repeat(16);
const digest = 'bb'.repeat(32);
/** More than one page holds. */
const diskCount = 1001;

/** A consortium in epoch 3: a lease on the first of many disks, proven in 1, missed in 2. */
function rowsInEpochThree(): LedgerRows {
  const rows = new LedgerRows();
  rows.set('epoch', [], { v: 1, number: 3n, phase: 'open', openedAt: 60n });
  rows.set('params', [], { v: 1, version: 1, params: demoParams });
  for (let at = 1000; at < 1000 + diskCount; at += 1) rows.set('disk', [`d${at}`], diskRow(`d${at}`, 'Org2'));
  rows.set('lease', [leaseId], leaseRow({ leaseId, diskId: 'd1000' }));
  rows.set('tab', [leaseId], tabRow({ provenThrough: 1n, answeredThrough: 1n }));
  rows.set('audit', ['1', 'd1000', 'ab'.repeat(16)], {
    v: 1,
    epoch: 1n,
    diskId: 'd1000',
    verdicts: [{ leaseId, verdict: 'proven', paid: 100n }],
    digest,
    blocks: [],
    witness: 'Org1',
  });
  return rows;
}

const repair = {
  running: true,
  queued: 7,
  lost: 0,
  unplaced: 1,
  repairedStripes: 2,
  movedShards: 3,
  restoredShards: 4,
  bytes: 5,
  at: 0,
};
const health = {
  epoch: 3n,
  stripes: { stripes: 9, complete: 2, byMargin: { lost: 0, '0': 0, '1': 7, '2': 2, more: 0 } },
  versionsAtRisk: 1,
  versionsLost: 0,
  leases: [],
  queue: [],
  repair,
};

const located = {
  run: () => [
    {
      stripeId,
      dataShards: 1,
      parityShards: 1,
      length: 5,
      margin: 1,
      shards: ['d1000', 'd1001'].map((diskId, index) => ({ index, digest, diskId, leaseId })),
    },
  ],
  placeOf: (diskId: string) => ({ organization: 'Org2', site: `site-${diskId}` }),
};

describe('verbs that look at a gateway', () => {
  let gateway: Gateway;
  let to: string[] = [];

  before(async () => {
    const ledger = rowsInEpochThree().as('Org1', 'owner');
    const started = await startGateway(
      useCasesOfTests(new ObjectsOfTests(), {
        locateShards: located as never,
        listAudits: new ListAudits(ledger),
        listDisks: new ListDisks(ledger),
        listLeases: new ListLeases(ledger),
        readHealth: { run: async () => health },
      }),
    );
    gateway = started.gateway;
    to = ['--url', started.url, '--token', tokenOf('owner')];
  });
  after(() => gateway.close());

  const said = async (...argv: string[]) => {
    const { code, out, err } = await runCommand([...to, ...argv]);
    assert.equal(code, 0, err);
    return out.toString();
  };
  const items = async (...argv: string[]) =>
    (await said('--json', ...argv))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('say whose disks an object lies on, and how many may be lost', async () => {
    const text = await said('stat', '--shards', 'ds://demo/a');
    assert.match(text, /aaaaaaaa +0 +d1000 +Org2 +site-d1000 +bbbbbbbbbbbb +1/);
    const shards = await items('stat', '--shards', 'ds://demo/a');
    assert.deepEqual(
      shards.map(({ disk, index, margin }) => [disk, index, margin]),
      [
        ['d1000', 0, 1],
        ['d1001', 1, 1],
      ],
    );
  });

  it('list every disk and lease, however many pages it takes', async () => {
    const disks = await items('disk', 'ls');
    assert.equal(new Set(disks.map(({ diskId }) => diskId)).size, diskCount);
    assert.equal((await said('disk', 'ls')).trimEnd().split('\n').length, diskCount + 1);
    const [lease] = await items('lease', 'ls', '--state', 'active');
    assert.equal(lease?.['leaseId'], leaseId);
    assert.match(await said('lease', 'ls'), /00000000 +d1000 +active/);
    assert.equal(await said('--json', 'lease', 'ls', '--state', 'closed'), '');
  });

  it('list verdicts, those of one kind too', async () => {
    assert.match(
      await said('audit', 'ls'),
      /2 +d1000 +00000000 +missed[\s\S]*1 +d1000 +00000000 +proven +100/,
    );
    const verdicts = async (...more: string[]) =>
      (await items('audit', 'ls', ...more)).map(({ epoch, verdict }) => [epoch, verdict]);
    assert.deepEqual(await verdicts('--verdict', 'missed'), [['2', 'missed']]);
    assert.deepEqual(await verdicts('--epoch', '1', '--disk', 'd1000'), [['1', 'proven']]);
  });

  it('say how repair goes, once and as it goes on', async () => {
    assert.match(await said('repair', 'ls'), /running: 7 stripes queued, 2 repaired/);
    assert.equal((await items('repair', 'ls'))[0]?.['movedShards'], 3);
    for (const flags of [[], ['--json']]) {
      const { code, out } = await runCommand([...to, ...flags, 'repair', 'follow'], {
        until: (text) => /complete|"full"/.test(text),
      });
      assert.equal(code, 130);
      if (flags.length === 0) assert.match(out.toString(), /epoch 3 {2}2 of 9 stripes complete; running/);
      else assert.equal((JSON.parse(out.toString()) as { full: number }).full, 2);
    }
  });

  it('say how the vault stands', async () => {
    assert.match(await said('status'), /stripes 9, complete 2, .*[\s\S]*repair runs, 7 stripes queued/);
    assert.equal((await items('status'))[0]?.['versionsAtRisk'], 1);
  });
});
