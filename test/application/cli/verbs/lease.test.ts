import assert from 'node:assert/strict';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../../http/gateway-of-tests.js';
import { LeasedConsortium } from '../../leased-consortium.js';
import { runCommand } from '../command-of-tests.js';

describe('dstore lease', () => {
  let world: LeasedConsortium;
  let gateway: Gateway;
  let to: string[] = [];

  before(async () => {
    world = await LeasedConsortium.open();
    const { useCases } = await world.useCases();
    const started = await startGateway(useCasesOfTests(new ObjectsOfTests(), useCases));
    gateway = started.gateway;
    to = ['--url', started.url, '--token', tokenOf('owner')];
  });
  after(async () => {
    await gateway?.close();
    await world?.close();
  });

  const ran = (...argv: string[]) => runCommand([...to, ...argv]);
  const said = async (...argv: string[]) => {
    const { code, out, err } = await ran(...argv);
    assert.equal(code, 0, err);
    return out.toString();
  };
  const told = async (...argv: string[]) =>
    (await said('--json', ...argv))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const terms = ['--capacity', '1GiB', '--term', '10'];

  it('quotes, as a table and as lines of JSON', async () => {
    const { out, err: total } = await ran('lease', 'quote', ...terms);
    assert.match(out.toString(), /org2-d1 +Org2 +100 +1000 +1000/);
    assert.match(total, /1000 credits go into escrow for 10 epochs\. Next: dstore lease open <disk>/);
    const quotes = await told('lease', 'quote', ...terms, '--count', '2');
    assert.deepEqual(
      quotes.map(({ disk, escrow }) => [disk, escrow]),
      [
        ['org2-d1', '1000'],
        ['org3-d1', '1000'],
      ],
    );
    const { code, err } = await ran('lease', 'quote', ...terms, '--count', '3');
    assert.equal(code, 7);
    assert.match(err, /2 of 3 leases can be had[\s\S]*Next: dstore disk ls/);
  });

  it('opens at the price of the disk, shows and extends by the start of an id, and closes after a yes', async () => {
    const [opened] = await told('lease', 'open', 'org2-d1', ...terms);
    const start = String(opened?.['leaseId']).slice(0, 8);
    const shown = await said('lease', 'show', start);
    assert.match(shown, /disk +org2-d1 of Org2\nstate +active\nused +0 B of 1\.0 GiB, 0 shards\n/);
    assert.match(shown, /epochs +1 to 10\nprice +100 credits/);
    const extended = await said('lease', 'extend', start, '--term', '5');
    assert.equal(
      extended,
      `lease ${start} on org2-d1: active, 1.0 GiB to epoch 15 at 100; 1500 credits in escrow\n`,
    );
    const early = await ran('lease', 'extend', start, '--term', '5');
    assert.equal(early.code, 1);
    assert.match(early.err, /lease-changed[\s\S]*Next: try again in the next epoch/);
    const { code, err } = await ran('lease', 'close', start);
    assert.equal(code, 2);
    assert.match(err, /nobody to ask\nNext: dstore lease close --yes/);
    const closed = await ran('lease', 'close', start, '--yes');
    assert.equal(closed.out.toString(), `lease ${start} on org2-d1: closed\n`);
    assert.match(closed.err, /opens none there by itself: dstore lease policy/);
  });

  it('ends with what is wrong and what to type next', async () => {
    const dear = await ran('lease', 'open', 'org3-d1', ...terms, '--max-price', '99');
    assert.equal(dear.code, 1);
    assert.match(dear.err, /price-changed[\s\S]*Next: dstore disk ls shows prices/);
    const rich = await ran('lease', 'open', 'org3-d1', '--capacity', '4GiB', '--term', '999999');
    assert.match(rich.err, /go into escrow.*escrow-short[\s\S]*Next: .*dstore lease quote/);
    const nowhere = await ran('lease', 'open', 'org9-d1', ...terms);
    assert.equal(nowhere.code, 3);
    assert.match(nowhere.err, /Next: dstore disk ls/);
  });

  for (const argv of [
    ['open', 'org3-d1', '--capacity', 'much', '--term', '1'],
    ['open', 'org3-d1', '--capacity', '1GiB', '--term', '30d'],
    ['open', 'org3-d1', '--capacity', '1GiB', '--term', '01'],
    ['open', 'org3-d1', '--capacity', '1GiB'],
    ['open', 'org3-d1', '--capacity', '1GiB', '--term', '1', '--max-price', '-1'],
    ['quote', '--capacity', '1GiB', '--term', '1', '--count', '0'],
    ['quote', '--capacity', '1GiB', '--term', '1', '--count', '1001'],
    ['show', 'zz'],
    ['policy', '--auto', 'maybe'],
    ['policy', '--budget', 'all'],
    ['policy', '--headroom', '-1'],
  ])
    it(`does nothing with lease ${argv.join(' ')}`, async () => {
      const before = await told('lease', 'policy');
      const { code, err } = await ran('lease', ...argv);
      assert.equal(code, 2, err);
      assert.deepEqual(await told('lease', 'policy'), before);
    });

  it('shows the policy, and changes what is named of it', async () => {
    assert.match(await said('lease', 'policy'), /auto +no\nmax-price +200\n/);
    const [changed] = await told(
      ...['lease', 'policy', '--max-price', '1', '--auto', 'yes', '--capacity', '2GiB'],
    );
    assert.deepEqual(
      ['auto', 'maxPrice', 'capacityBytes', 'termEpochs', 'avoid'].map((name) => changed?.[name]),
      [true, '1', String(2n << 30n), '100', ['org2-d1']],
    );
    assert.deepEqual((await told('lease', 'policy'))[0], changed);
    const [again] = await told('lease', 'policy', '--auto', 'no', '--avoid', '', '--budget', '9');
    assert.deepEqual([again?.['auto'], again?.['avoid'], again?.['budget']], [false, [], '9']);
    assert.equal((await told('lease', 'policy', '--term', '7'))[0]?.['budget'], '9');
    const unlimited = await said('lease', 'policy', '--budget', 'none', '--headroom', '1MiB');
    assert.match(unlimited, /term +7\n.*headroom +1\.0 MiB\n.*budget +none\navoid +none\n/s);
  });
});
