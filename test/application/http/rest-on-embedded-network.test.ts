import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { Gateway } from '@dstore/application/http/create-gateway.js';
import { FollowEvents } from '@dstore/application/use-cases/follow-events.js';
import { ListAudits } from '@dstore/application/use-cases/list-audits.js';
import { ListDisks } from '@dstore/application/use-cases/list-disks.js';
import { ListEpochs } from '@dstore/application/use-cases/list-epochs.js';
import { ListLeases } from '@dstore/application/use-cases/list-leases.js';
import { OfferDisk } from '@dstore/application/use-cases/offer-disk.js';
import { ReadAccount } from '@dstore/application/use-cases/read-account.js';
import { ReadSupply } from '@dstore/application/use-cases/read-supply.js';
import { SmallConsortium } from '../small-consortium.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from './gateway-of-tests.js';

const agentKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');
const offer = {
  diskId: 'org2-d1',
  site: 'site2',
  region: 'eu',
  door: 'https://127.0.0.1:9',
  agent: 'org2-d1',
  agentKey,
  capacityBytes: 4n << 30n,
  price: 100n,
  collateralRate: 1000n,
};

describe('REST on the embedded network', () => {
  let consortium: SmallConsortium;
  let gateway: Gateway;
  let url = '';
  const headers = { authorization: `Bearer ${tokenOf('auditor')}` };

  before(async () => {
    consortium = await SmallConsortium.open(['Org1', 'Org2', 'Org3']);
    await consortium.founding().run();
    const { owner, seats } = consortium;
    await new OfferDisk(seats[1]?.provider as typeof owner).run(offer, 5000n);
    await owner.submit('VaultContract:CreateVault', { vaultId: 'v' });
    const account = await new ReadAccount(owner).run(owner.caller);
    await owner.submit('LeaseContract:OpenLease', {
      vaultId: 'v',
      leases: [
        { diskId: 'org2-d1', capacityBytes: 1n << 30n, termEpochs: 100n, maxPrice: 100n, minCollateral: 0n },
      ],
      notes: account.notes.map(({ noteId }) => noteId),
    });
    const useCases = useCasesOfTests(new ObjectsOfTests(), {
      followEvents: new FollowEvents(owner),
      listAudits: new ListAudits(owner),
      listDisks: new ListDisks(owner),
      listEpochs: new ListEpochs(owner),
      listLeases: new ListLeases(owner),
      readAccount: new ReadAccount(owner),
      readSupply: new ReadSupply(owner),
    });
    ({ gateway, url } = await startGateway(useCases));
  });
  after(async () => {
    await gateway.close();
    await consortium.close();
  });

  const ask = async (path: string) => {
    const answer = await fetch(url + path, { headers });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text) as Record<string, unknown> & { items: Record<string, string>[] };
  };

  it('shows the epoch that runs, a disk and a lease', async () => {
    const epoch = await ask('/v1/epochs/current');
    assert.equal(epoch['number'], '0');
    assert.equal(epoch['phase'], 'open');
    const [disk] = (await ask('/v1/disks')).items;
    assert.equal(disk?.['reservedBytes'], String(1n << 30n));
    const [lease] = (await ask('/v1/leases?state=active')).items;
    assert.equal(lease?.['escrow'], '10000');
    assert.deepEqual(await ask(`/v1/leases/${lease?.['leaseId']}`), lease);
    assert.deepEqual((await ask('/v1/audits')).items, []);
  });

  it('shows all money, which adds up', async () => {
    const supply = await ask('/v1/supply');
    assert.equal(supply['minted'], '4000000');
    assert.equal(supply['escrow'], '10000');
    assert.equal(supply['difference'], '0');
    const mine = await ask('/v1/accounts/Org1/owner');
    assert.equal(mine['free'], '990000');
    assert.equal(mine['escrow'], '10000');
  });

  it('sends what the ledger announced since an event, and not that event again', async () => {
    const read = async (from: string) => {
      const stop = new AbortController();
      const answer = await fetch(`${url}/v1/events?types=VaultCreated,LeasesOpened`, {
        headers: { ...headers, 'last-event-id': from },
        signal: stop.signal,
      });
      let text = '';
      for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(piece).toString('utf8');
        if (text.includes('event: LeasesOpened')) break;
      }
      stop.abort();
      return text;
    };
    const all = await read('0.');
    const id = /id: (\S+)\nevent: VaultCreated/.exec(all)?.[1] ?? '';
    assert.notEqual(id, '');
    const rest = await read(id);
    assert.doesNotMatch(rest, /VaultCreated/);
    assert.match(rest, /"escrow":"10000"/);
  });
});
