import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import {
  changedOffer,
  checkOffer,
  type Offer,
  offerIn,
  type OfferChange,
  receiptKeys,
  type Row,
} from '@dstore/chaincode/domain';
import { refused } from '../refused.js';

const [first, second, third] = Array.from({ length: 3 }, () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64'),
) as [string, string, string];

const offer: Offer = {
  site: 's',
  region: 'r',
  state: 'offering',
  door: 'https://door.example:1',
  agent: 'agent',
  agentKey: first,
  capacityBytes: 1000n,
  price: 10n,
  collateralRate: 20n,
};
const disk: Row<'disk'> = {
  v: 1,
  diskId: 'd1',
  provider: { msp: 'Org2', id: 'provider' },
  offer,
  formerKeys: [],
};
const change = (of: Row<'disk'>, epoch: bigint, to: OfferChange, reserved = 0n) =>
  changedOffer(of, epoch, to, reserved, epoch + 3n);

describe('domain/offer', () => {
  it('takes capacities of 1 byte to 2^60 bytes', () => {
    for (const capacityBytes of [1n, 2n ** 60n]) checkOffer({ ...offer, capacityBytes });
    for (const capacityBytes of [0n, 2n ** 60n + 1n])
      refused('capacity-out-of-range', () => checkOffer({ ...offer, capacityBytes }));
  });

  it('S-07 takes doors that are https://host:port and nothing after', () => {
    for (const door of ['https://a', 'https://a.b-c:443', 'https://[::1]:8443', 'https://127.0.0.1:1'])
      checkOffer({ ...offer, door });
    const wrong = [
      '',
      'https://',
      'http://a',
      'HTTPS://a',
      'ftp://a',
      'file:///etc/passwd',
      'https://a/b',
      'https://a?b',
      'https://a#b',
      'https://u@a',
      'https://a b',
      'https://a\n',
      ' https://a',
      `https://${'a'.repeat(201)}`,
    ];
    for (const door of wrong) refused('arguments-malformed', () => checkOffer({ ...offer, door }), door);
  });

  it('takes no agent key that is none', () => {
    for (const agentKey of ['', 'AAAA', `${first}\n`])
      refused('key-malformed', () => checkOffer({ ...offer, agentKey }));
  });

  it('counts a change from the next epoch on, and keeps what it does not name', () => {
    const changed = change(disk, 5n, { price: 11n, state: 'paused' });
    assert.deepEqual(offerIn(changed, 5n), offer);
    assert.deepEqual(offerIn(changed, 6n), { ...offer, price: 11n, state: 'paused' });
    assert.deepEqual(offerIn(changed, 900n), offerIn(changed, 6n));
    const again = change(changed, 6n, { collateralRate: 1n });
    assert.deepEqual(again.offer, { ...offer, price: 11n, state: 'paused' });
    assert.equal(offerIn(again, 7n).price, 11n);
  });

  it('A-119 takes one change an epoch', () => {
    const changed = change(disk, 5n, { price: 11n });
    refused('disk-changed', () => change(changed, 5n, { price: 12n }));
    assert.equal(offerIn(change(changed, 6n, { price: 12n }), 7n).price, 12n);
  });

  it('A-38 takes no change of a disk that retires', () => {
    const retiring = change(disk, 5n, { state: 'retiring' });
    assert.equal(offerIn(retiring, 5n).state, 'offering');
    refused('disk-retiring', () => change(retiring, 6n, { state: 'offering' }));
    refused('disk-retiring', () => change(retiring, 600n, { price: 1n }));
  });

  it('never has less capacity than is leased', () => {
    refused('capacity-out-of-range', () => change(disk, 5n, { capacityBytes: 699n }, 700n));
    assert.equal(offerIn(change(disk, 5n, { capacityBytes: 700n }, 700n), 6n).capacityBytes, 700n);
  });

  it('checks what an offer becomes', () => {
    refused('capacity-out-of-range', () => change(disk, 5n, { capacityBytes: 0n }));
    refused('key-malformed', () => change(disk, 5n, { agentKey: 'AAAA' }));
    refused('arguments-malformed', () => change(disk, 5n, { door: 'http://a' }));
  });

  it('A-124 honours the key in force, the next one, and a replaced one until its receipts lapse', () => {
    assert.deepEqual(receiptKeys(disk, 5n), [first]);
    const rotated = change(disk, 5n, { agentKey: second });
    assert.deepEqual(rotated.formerKeys, [{ agentKey: first, lastEpoch: 8n }]);
    assert.deepEqual(new Set(receiptKeys(rotated, 5n)), new Set([first, second]));
    for (const epoch of [6n, 7n, 8n])
      assert.deepEqual(new Set(receiptKeys(rotated, epoch)), new Set([first, second]));
    assert.deepEqual(receiptKeys(rotated, 9n), [second]);
    const priced = change(rotated, 6n, { price: 3n });
    assert.deepEqual(priced.formerKeys, rotated.formerKeys);
    assert.deepEqual(change(rotated, 9n, { agentKey: third }).formerKeys, [
      { agentKey: second, lastEpoch: 12n },
    ]);
  });

  it('A-124 refuses to replace a key rather than forget one that still counts', () => {
    const formerKeys = Array.from({ length: 8 }, (_, at) => ({ agentKey: third, lastEpoch: BigInt(at + 5) }));
    const full = { ...disk, formerKeys };
    refused('disk-changed', () => change(full, 5n, { agentKey: second }));
    assert.deepEqual(change(full, 5n, { price: 3n }).formerKeys, formerKeys);
    assert.equal(change(full, 6n, { agentKey: second }).formerKeys.length, 8);
  });
});
