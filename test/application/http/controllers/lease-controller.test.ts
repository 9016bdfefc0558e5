import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { Fault } from '@dstore/application/ports/fault.js';
import { LeasedConsortium } from '../../leased-consortium.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../gateway-of-tests.js';

const gibibyte = String(1n << 30n);

describe('leases over REST, under the law', () => {
  let world: LeasedConsortium;
  let gateway: Gateway;
  let url = '';

  const start = async () => {
    const { useCases } = await world.useCases();
    ({ gateway, url } = await startGateway(useCasesOfTests(new ObjectsOfTests(), useCases)));
  };
  before(async () => {
    world = await LeasedConsortium.open();
    await start();
  });
  after(async () => {
    await gateway?.close();
    await world?.close();
  });

  const ask = async (route: string, body?: object) => {
    const [method = '', path = ''] = route.split(' ');
    const answer = await fetch(`${url}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${tokenOf('owner')}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, headers: answer.headers, json };
  };
  const refused = async (route: string, body: object, status: number, code: string) => {
    const { json, ...answer } = await ask(route, body);
    assert.deepEqual([answer.status, json['code']], [status, code], String(json['detail']));
    return json;
  };
  const wish = (change: object = {}) => {
    return { disk: 'org2-d1', capacityBytes: gibibyte, termEpochs: '10', maxPrice: '100', ...change };
  };

  it('are quoted: price, escrow and collateral by disk, one organization after the other', async () => {
    await world.offer(3, 'org3-d2', 5000n, 99n);
    const { status, json } = await ask('POST lease-quotes', {
      capacityBytes: String(2n << 30n),
      termEpochs: '10',
      count: 3,
    });
    assert.equal(status, 200);
    assert.equal(json['escrow'], '5980');
    const amounts = { price: '100', escrow: '2000', collateral: '2000' };
    assert.deepEqual(json['disks'], [
      { ...amounts, disk: 'org3-d2', organization: 'Org3', price: '99', escrow: '1980' },
      { ...amounts, disk: 'org2-d1', organization: 'Org2' },
      { ...amounts, disk: 'org3-d1', organization: 'Org3' },
    ]);
    const quote = { capacityBytes: gibibyte, termEpochs: '10', count: 1 };
    await refused('POST lease-quotes', { ...quote, count: 4 }, 507, 'too-few-disks');
    await refused('POST lease-quotes', { ...quote, capacityBytes: String(5n << 30n) }, 507, 'too-few-disks');
    await refused('POST lease-quotes', { ...quote, capacityBytes: '0' }, 422, 'capacity-out-of-range');
    await refused('POST lease-quotes', { ...quote, termEpochs: '0' }, 422, 'term-out-of-range');
  });

  it('are refused by name, and nothing is paid', async () => {
    const before = (await world.consortium.owner.list('note', ['Org1', 'owner'])).items;
    const on = 'POST leases';
    await refused(on, wish({ disk: 'org9-d1' }), 404, 'disk-unknown');
    await refused(on, wish({ maxPrice: '99' }), 409, 'price-changed');
    await refused(on, wish({ capacityBytes: String((4n << 30n) + 1n) }), 507, 'disk-full');
    await refused(on, wish({ termEpochs: '1000001' }), 422, 'term-out-of-range');
    const short = await refused(on, wish({ termEpochs: '10001' }), 402, 'escrow-short');
    assert.equal(short['shortBy'], '100', 'a million of 1,000,100 credits is there');
    await world.offer(2, 'org2-d2', 999n);
    await refused(on, wish({ disk: 'org2-d2' }), 409, 'collateral-short');
    const { provider } = world.consortium.seats[1] as { provider: typeof world.consortium.owner };
    await provider.submit('DiskContract:Change', { diskId: 'org2-d2', state: 'paused' });
    await refused(on, wish({ disk: 'org2-d2' }), 409, 'disk-not-offering');
    assert.deepEqual((await world.consortium.owner.list('note', ['Org1', 'owner'])).items, before);
  });

  it('are opened once a disk, extended, and ended when empty', async () => {
    const opened = await ask('POST leases', wish());
    assert.equal(opened.status, 201, JSON.stringify(opened.json));
    const { leaseId } = opened.json as { leaseId: string };
    assert.equal(opened.headers.get('location'), `/v1/leases/${leaseId}`);
    assert.match(opened.headers.get('dstore-transaction') ?? '', /^[0-9a-f]{64}$/);
    assert.equal(opened.json['escrow'], '1000');
    assert.equal(opened.json['lastEpoch'], '10');
    await refused('POST leases', wish(), 409, 'disk-not-offering');

    const lease = `POST leases/${leaseId}`;
    const more = { termEpochs: '5', maxPrice: '100' };
    await refused(`${lease}/extensions`, { ...more, maxPrice: '99' }, 409, 'price-changed');
    const short = await refused(`${lease}/extensions`, { ...more, termEpochs: '10000' }, 402, 'escrow-short');
    assert.equal(short['shortBy'], '1000');
    const extended = await ask(`${lease}/extensions`, more);
    assert.equal(extended.status, 200, JSON.stringify(extended.json));
    assert.equal(extended.json['lastEpoch'], '15');
    assert.equal(extended.json['escrow'], '1500');
    await refused(`${lease}/extensions`, more, 409, 'lease-changed');

    world.vault.promise(leaseId, 1000);
    await refused(`${lease}/closure`, {}, 409, 'lease-not-empty');
    world.vault.release(leaseId, 1000);
    const closed = await ask(`${lease}/closure`, {});
    assert.equal(closed.status, 200, JSON.stringify(closed.json));
    assert.deepEqual([closed.json['state'], closed.json['escrow']], ['closed', '0']);
    await refused(`${lease}/closure`, {}, 409, 'lease-not-active');
    await refused(`${lease}/extensions`, more, 409, 'lease-not-active');
    await refused(`POST leases/${'00'.repeat(16)}/closure`, {}, 404, 'lease-unknown');
  });

  it('are kept by the policy that was put, also by the process after a restart', async () => {
    const { json: before } = await ask('GET lease-policy');
    assert.deepEqual(before['avoid'], ['org2-d1'], 'a lease there was ended by hand');
    assert.equal(before['auto'], false);
    const policy = { ...before, auto: true, termEpochs: '50', budget: '9950' };
    await refused('PUT lease-policy', { ...policy, termEpochs: '0' }, 422, 'term-out-of-range');
    await refused('PUT lease-policy', { ...policy, capacityBytes: '0' }, 422, 'capacity-out-of-range');
    const { status, json } = await ask('PUT lease-policy', policy);
    assert.equal(status, 200);
    assert.deepEqual(json, policy);
    const kept = async () => {
      const items = (await ask('GET leases?state=active')).json['items'] as Record<string, string>[];
      return items.map(({ diskId, lastEpoch }) => `${diskId} ${lastEpoch}`).sort();
    };
    while ((await kept()).length < 2) await setTimeout(20);
    await gateway.close();
    await start();
    assert.deepEqual((await ask('GET lease-policy')).json, policy);
    await (await world.useCases()).keepLeases.run();
    assert.deepEqual(await kept(), ['org3-d1 50', 'org3-d2 50']);
  });

  it('are opened by hand where the policy would not, which then keeps them', async () => {
    const opened = await ask('POST leases', wish({ termEpochs: '60' }));
    assert.equal(opened.status, 201, JSON.stringify(opened.json));
    assert.deepEqual((await ask('GET lease-policy')).json['avoid'], []);
  });

  it('name no transaction where only the rows told what became of it, and say so where they did not', async () => {
    const { useCases } = await world.useCases();
    const [{ lease } = { lease: undefined }] = (await useCases.listLeases?.run({ state: 'active' })) ?? [];
    assert.ok(lease !== undefined);
    const { leaseId } = lease;
    const changeLease = {
      open: async () => ({ leaseId }),
      extend: () => Promise.reject(new Fault('outcome-unknown', 'tx', { retryable: false })),
      close: () => Promise.reject(new Error('not asked for')),
    };
    await gateway.close();
    ({ gateway, url } = await startGateway(
      useCasesOfTests(new ObjectsOfTests(), { ...useCases, changeLease }),
    ));
    const opened = await ask('POST leases', wish());
    assert.deepEqual([opened.status, opened.json['leaseId']], [201, leaseId]);
    assert.equal(opened.headers.get('dstore-transaction'), null);
    const more = { termEpochs: '5', maxPrice: '100' };
    const unknown = await refused(`POST leases/${leaseId}/extensions`, more, 504, 'outcome-unknown');
    assert.match(String(unknown['detail']), /look before you repeat it/);
  });
});
