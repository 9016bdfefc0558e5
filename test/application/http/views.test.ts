import assert from 'node:assert/strict';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import type { GatewayUseCases } from '@dstore/application/http/gateway-use-cases.js';
import type { LedgerEvent } from '@dstore/application/ports/ledger.js';
import { ListAudits } from '@dstore/application/use-cases/list-audits.js';
import { ListBuckets } from '@dstore/application/use-cases/list-buckets.js';
import { ListDisks } from '@dstore/application/use-cases/list-disks.js';
import { ListEarnings } from '@dstore/application/use-cases/list-earnings.js';
import { ListEpochs } from '@dstore/application/use-cases/list-epochs.js';
import { ListLeases } from '@dstore/application/use-cases/list-leases.js';
import { ListMembers } from '@dstore/application/use-cases/list-members.js';
import { ReadAccount } from '@dstore/application/use-cases/read-account.js';
import { ReadSupply } from '@dstore/application/use-cases/read-supply.js';
import { ReadUsage } from '@dstore/application/use-cases/read-usage.js';
import { ReadVault } from '@dstore/application/use-cases/read-vault.js';
import { demoParams, diskRow, leaseRow, owner, provider, tabRow } from '../rows.js';
import { LedgerRows } from '../rows-ledger.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from './gateway-of-tests.js';

const leaseId = '00'.repeat(16);
const batchId = 'ab'.repeat(16);
const seed = '11'.repeat(32);

/** A consortium in epoch 5: a lease on d2 proven in 1, refused in 2, lost in 3, missed in 4. */
function rowsInEpochFive(): LedgerRows {
  const rows = new LedgerRows();
  rows.set('epoch', [], { v: 1, number: 5n, phase: 'open', openedAt: 1_000_080n });
  for (const number of [1n, 2n, 3n, 4n, 5n]) {
    const openedAt = 999_980n + number * 20n;
    rows.set('epochs', [String(number)], {
      v: 1,
      number,
      seed,
      openedAt,
      revealed: ['Org1'],
      withheld: ['Org2'],
    });
  }
  rows.set('params', [], { v: 1, version: 1, params: demoParams });
  rows.set('disk', ['d2'], diskRow('d2', 'Org2'));
  rows.set('pool', ['d2'], { v: 1, reservedBytes: 1n << 30n, collateral: 7n });
  rows.set('lease', [leaseId], leaseRow());
  rows.set(
    'tab',
    [leaseId],
    tabRow({ escrow: 30n, earned: 20n, collateral: 10n, provenThrough: 1n, answeredThrough: 3n }),
  );
  rows.set('tip', [leaseId], { v: 1, revision: 2n, epoch: 4n });
  rows.set('content', [leaseId, '4'], { revision: 2n, root: seed, count: 3n, bytes: 12_288n });
  rows.set('note', ['Org1', 'owner', 'n1'], { v: 1, amount: 33n });
  rows.set('mint', ['m1'], { v: 1, amount: 101n, to: owner });
  rows.set('burn', ['b1'], { v: 1, amount: 1n, by: owner });
  rows.set('member', ['Org1', 'owner'], { v: 1, account: owner, state: 'active' });
  rows.set('vault', ['v'], { v: 1, vaultId: 'v', owner, revision: 9n, generation: 1n, head: '' });
  const judged = (
    epoch: bigint,
    verdict: 'proven' | 'refused',
    paid: bigint,
    reason?: 'path-wrong' | 'loss-uncured',
  ) =>
    rows.set('audit', [String(epoch), 'd2', batchId], {
      v: 1,
      epoch,
      diskId: 'd2',
      verdicts: [{ leaseId, verdict, paid, ...(reason === undefined ? {} : { reason }) }],
      digest: seed,
      blocks: [],
      witness: 'Org1',
    });
  judged(1n, 'proven', 100n);
  judged(2n, 'refused', 0n, 'path-wrong');
  judged(3n, 'refused', 0n, 'loss-uncured');
  return rows;
}

const catalog = {
  buckets: () => [
    {
      ...{ bucket: 'zoo', dataShards: 4, parityShards: 2, versions: 'keep' as const, created: 0 },
      ...{ quotaBytes: Number.MAX_SAFE_INTEGER, digests: ['sha-512' as const] },
    },
    { bucket: 'abc', dataShards: 1, parityShards: 1, versions: 'latest' as const, created: 0 },
  ],
  bucketUsage: (name: string) => (name === 'zoo' ? { objects: 3, bytes: 2 ** 40 } : { objects: 0, bytes: 0 }),
  usage: () => ({ objects: 1, versions: 2, logicalBytes: 3, liveBytes: 4, storedBytes: 5, stripes: 6 }),
  mirrors: () => [
    {
      leaseId,
      diskId: 'd2',
      revision: 2n,
      shards: [{ stripeId: 'aa'.repeat(16), index: 0, digest: seed, size: 64 }],
    },
  ],
  revision: () => 9n,
};

const health = {
  epoch: 5n,
  stripes: { stripes: 3, complete: 2, byMargin: { lost: 0, '0': 0, '1': 1, '2': 2, more: 0 } },
  versionsAtRisk: 1,
  versionsLost: 0,
  leases: [
    { leaseId, diskId: 'd2', standing: 'late' as const, epochsLeft: 995n, expiring: false, losses: 2 },
  ],
  queue: [{ stripeId: 'aa'.repeat(16), margin: 1, missing: 1 }],
  repair: undefined,
};

function readingUseCases(rows: LedgerRows): Partial<GatewayUseCases> {
  const ledger = rows.as('Org1', 'owner');
  return {
    listAudits: new ListAudits(ledger),
    listBuckets: new ListBuckets(catalog),
    listDisks: new ListDisks(ledger),
    listEarnings: new ListEarnings(ledger),
    listEpochs: new ListEpochs(ledger),
    listLeases: new ListLeases(ledger),
    listMembers: new ListMembers(ledger),
    readAccount: new ReadAccount(ledger),
    readSupply: new ReadSupply(ledger),
    readUsage: new ReadUsage(ledger, catalog, 'v'),
    readVault: new ReadVault(ledger, catalog, 'v'),
    readHealth: { run: async () => health },
  };
}

describe('views', () => {
  let gateway: Gateway;
  let url = '';
  const rows = rowsInEpochFive();
  const control = {
    add: async () => ({ diskId: 'x' }),
    lose: async () => undefined,
    restore: async () => undefined,
  };

  before(async () => {
    const useCases = useCasesOfTests(new ObjectsOfTests(), readingUseCases(rows));
    ({ gateway, url } = await startGateway(useCases, {
      control,
      commands: [{ name: 'put', line: 'dstore cp' }],
    }));
  });
  after(() => gateway.close());

  const ask = async (path: string, status = 200) => {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${tokenOf('owner')}` } });
    const text = await answer.text();
    assert.equal(answer.status, status, text);
    return JSON.parse(text) as Record<string, unknown> & { items: Record<string, unknown>[] };
  };

  it('S-03 show a lease with its money and content, and nothing else', async () => {
    const lease = {
      leaseId,
      vaultId: 'v',
      owner,
      diskId: 'd2',
      provider,
      state: 'active',
      price: '100',
      collateralRate: '1000',
      firstEpoch: '1',
      lastEpoch: '1000',
      capacityBytes: '1073741824',
      usedBytes: '12288',
      shards: '3',
      revision: '2',
      escrow: '30',
      earned: '20',
      collateral: '10',
      provenThrough: '1',
      missesInRow: '1',
      losses: 0,
    };
    assert.deepEqual(await ask('/v1/leases?state=active'), { items: [lease] });
    assert.deepEqual(await ask(`/v1/leases/${leaseId}`), lease);
    assert.deepEqual(await ask('/v1/leases?state=closed'), { items: [] });
    for (const id of ['ff'.repeat(16), 'x', '..%2f'])
      assert.equal((await ask(`/v1/leases/${id}`, 404))['code'], 'lease-unknown');
  });

  it('show a disk with what is free', async () => {
    const { items } = await ask('/v1/disks');
    const { capacityBytes, freeBytes, reservedBytes, collateral } = items[0] as Record<string, string>;
    assert.equal(BigInt(freeBytes ?? 0) + BigInt(reservedBytes ?? 0), BigInt(capacityBytes ?? 0));
    assert.equal(collateral, '7');
    assert.deepEqual(await ask('/v1/disks/d2'), items[0]);
    assert.equal((await ask('/v1/disks/d9', 404))['code'], 'disk-unknown');
  });

  it('show what a disk was due, earned and missed in each epoch', async () => {
    assert.deepEqual((await ask('/v1/disks/d2/earnings')).items, [
      { epoch: '4', due: '100', earned: '0', missed: 1 },
      { epoch: '3', due: '100', earned: '0', missed: 0 },
      { epoch: '2', due: '100', earned: '0', missed: 0 },
      { epoch: '1', due: '100', earned: '100', missed: 0 },
    ]);
    assert.equal((await ask('/v1/disks/d9/earnings', 404))['code'], 'disk-unknown');
  });

  it('show those disks only that are asked for', async () => {
    const { items } = await ask('/v1/disks');
    const {
      provider: by,
      site,
      freeBytes,
      price,
    } = items[0] as Record<string, string> & {
      provider: { msp: string };
    };
    const more = (text: string | undefined) => String(BigInt(text ?? 0) + 1n);
    const less = (text: string | undefined) => String(BigInt(text ?? 0) - 1n);
    for (const [query, count] of [
      [`org=${by.msp}&site=${site}&state=offering&minFree=${freeBytes}&maxPrice=${price}`, 1],
      ['org=Org9', 0],
      ['site=elsewhere', 0],
      ['state=paused', 0],
      [`minFree=${more(freeBytes)}`, 0],
      [`maxPrice=${less(price)}`, 0],
    ] as const)
      assert.equal((await ask(`/v1/disks?${query}`)).items.length, count, query);
  });

  it('go on page by page, by the link too', async () => {
    const leafed = async (path: string) => {
      const found: unknown[] = [];
      for (let next: string | undefined = path; next !== undefined;) {
        const answer: Response = await fetch(url + next, {
          headers: { authorization: `Bearer ${tokenOf('owner')}` },
        });
        const { items } = (await answer.json()) as { items: unknown[] };
        assert.equal(items.length, 1, path);
        found.push(...items);
        next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      }
      return found;
    };
    for (const path of ['/v1/epochs', '/v1/audits', '/v1/audits?epoch=1', '/v1/buckets', '/v1/leases'])
      assert.deepEqual(
        await leafed(`${path}${path.includes('?') ? '&' : '?'}limit=1`),
        (await ask(path)).items,
        path,
      );
  });

  it('show epochs, the one that runs with its phase', async () => {
    const current = await ask('/v1/epochs/current');
    assert.equal(current['number'], '5');
    assert.equal(current['phase'], 'open');
    assert.equal(current['openedAt'], '1970-01-12T13:48:00.000Z');
    assert.equal(current['next'], '1970-01-12T13:48:20.000Z');
    const third = await ask('/v1/epochs/3');
    assert.deepEqual(third, {
      number: '3',
      seed,
      openedAt: '1970-01-12T13:47:20.000Z',
      revealed: ['Org1'],
      withheld: ['Org2'],
    });
    assert.deepEqual(
      (await ask('/v1/epochs')).items.map(({ number }) => number),
      ['5', '4', '3', '2', '1'],
    );
    assert.equal((await ask('/v1/epochs/6', 404))['code'], 'epoch-unknown');
    assert.equal((await ask('/v1/epochs/0', 404))['code'], 'epoch-unknown');
  });

  it('show verdicts in four words, an epoch without one as missed', async () => {
    const shown = (item: Record<string, unknown>) => [
      item['epoch'],
      item['verdict'],
      item['reason'],
      item['paid'],
    ];
    assert.deepEqual((await ask('/v1/audits')).items.map(shown), [
      ['4', 'missed', undefined, '0'],
      ['3', 'lost', 'loss-uncured', '0'],
      ['2', 'refused', 'path-wrong', '0'],
      ['1', 'proven', undefined, '100'],
    ]);
    assert.deepEqual((await ask('/v1/audits?epoch=1&disk=d2')).items, [
      { epoch: '1', diskId: 'd2', leaseId, verdict: 'proven', paid: '100', batchId },
    ]);
    assert.equal((await ask('/v1/audits?verdict=missed')).items.length, 1);
    assert.equal((await ask('/v1/audits?disk=d9')).items.length, 0);
    assert.equal((await ask(`/v1/audits?lease=${leaseId}&epoch=5`)).items.length, 0);
    assert.equal((await ask('/v1/audits?epoch=6')).items.length, 0);
  });

  it('show an account, its notes, and all money adding up', async () => {
    const mine = { account: owner, free: '33', escrow: '30', earned: '0', collateral: '0' };
    assert.deepEqual(await ask('/v1/accounts/Org1/owner'), mine);
    const theirs = { account: provider, free: '0', escrow: '0', earned: '20', collateral: '17' };
    assert.deepEqual(await ask('/v1/accounts/Org2/provider'), theirs);
    assert.deepEqual(await ask('/v1/accounts/Org1/owner/notes'), { items: [{ noteId: 'n1', amount: '33' }] });
    assert.equal((await ask('/v1/accounts/Org9/nobody', 404))['code'], 'account-unknown');
    assert.deepEqual(await ask('/v1/supply'), {
      minted: '101',
      burned: '1',
      notes: '33',
      escrow: '30',
      earned: '20',
      collateral: '17',
      difference: '0',
    });
  });

  it('show vault, usage, health and repair', async () => {
    assert.deepEqual(await ask('/v1/vault'), { vaultId: 'v', owner, revision: '9', catalogRevision: '9' });
    const usage = await ask('/v1/usage');
    assert.equal(usage['orphanBytes'], String(12_288 - 4096));
    assert.equal(usage['leasedBytes'], String(1 << 30));
    const shown = await ask('/v1/health');
    assert.equal(shown['full'], 2);
    assert.equal(shown['losses'], 2);
    assert.equal((await ask('/v1/repairs')).items[0]?.['running'], false);
    assert.equal((await ask('/health/ready'))['status'], 'ok');
  });

  it('show buckets by name', async () => {
    assert.deepEqual(
      (await ask('/v1/buckets')).items.map(({ bucket }) => bucket),
      ['abc', 'zoo'],
    );
    assert.deepEqual(await ask('/v1/buckets/zoo'), {
      ...{ bucket: 'zoo', geometry: '4+2', versions: 'keep', objects: 3, bytes: 1_099_511_627_776 },
      ...{ quotaBytes: 9_007_199_254_740_991, digests: ['sha-512'], created: '1970-01-01T00:00:00.000Z' },
    });
    assert.deepEqual(await ask('/v1/buckets/abc'), {
      ...{ bucket: 'abc', geometry: '1+1', versions: 'latest', objects: 0, bytes: 0 },
      created: '1970-01-01T00:00:00.000Z',
    });
    assert.equal((await ask('/v1/buckets/none', 404))['code'], 'bucket-unknown');
  });

  it('show the demo all at once, without credentials', async () => {
    const answer = await fetch(`${url}/v1/overview`);
    assert.equal(answer.status, 200, await answer.clone().text());
    const overview = (await answer.json()) as Record<string, unknown[]>;
    assert.equal(overview['members']?.length, 1);
    assert.equal(overview['audits']?.length, 4);
  });
});

describe('EventStream', () => {
  it('sends events with ids to resume after, and ends with the gateway', async () => {
    const asked: unknown[] = [];
    const event: LedgerEvent = {
      name: 'EpochOpened',
      payload: { epoch: 6n, seed, withheld: [] },
      txId: 'ef'.repeat(32),
      checkpoint: { block: 3n, txId: 'ef'.repeat(32) },
    };
    const other: LedgerEvent = { ...event, name: 'VaultCreated', payload: { vaultId: 'v', owner } };
    async function* events(signal: AbortSignal) {
      yield other;
      yield event;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    const useCases = useCasesOfTests(new ObjectsOfTests(), {
      followEvents: {
        run: ({ signal, from }) => {
          asked.push(from);
          return events(signal);
        },
      },
    });
    const { gateway, url } = await startGateway(useCases);
    const headers = {
      authorization: `Bearer ${tokenOf('auditor')}`,
      'last-event-id': `2.${'cd'.repeat(32)}`,
    };
    const answer = await fetch(`${url}/v1/events?types=EpochOpened`, { headers });
    assert.equal(answer.headers.get('content-type'), 'text/event-stream');
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!text.includes('data:')) text += Buffer.from((await reader.read()).value ?? []).toString('utf8');
    await gateway.close();
    assert.deepEqual(asked, [{ block: 2n, txId: 'cd'.repeat(32) }]);
    assert.match(text, /id: 3\.(?:ef){32}\nevent: EpochOpened\ndata: \{"type":"EpochOpened".*"epoch":"6"/);
    assert.doesNotMatch(text, /VaultCreated/);
    assert.equal((await reader.read()).done, true);
  });
});
