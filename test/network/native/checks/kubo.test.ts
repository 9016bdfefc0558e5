import { changedSections, judgeDaemons } from '@dstore/network/native/checks/kubo.js';
import { kuboDisks, privateConfig } from '@dstore/network/native/kubo-daemon.js';
import { seatOf } from '@dstore/network/native/layout.js';
import { parseOrg } from '@dstore/organizations/org-file.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

const yaml = `{ name: o, mspId: OMSP, basePort: 20100, sites: [{ site: s, region: eu, disks: [
  { disk: d, store: kubo, capacity: 1GiB, price: '1', collateralRate: '1' }] }] }`;
const org = parseOrg('o', yaml, []);
assert.ok(org !== undefined);
const [disk] = kuboDisks(seatOf('/net', org));
assert.ok(disk !== undefined);
const raw = { Datastore: { Spec: { mounts: [{ type: 'flatfs', sync: false }] } }, Identity: { PeerID: 'p' } };
const good = {
  name: 'org1.kubo.d1',
  changed: [],
  isPrivate: true,
  silence: undefined,
  promisedBytes: 5,
  freeBytes: 5,
};

describe('the check of Kubo daemons', () => {
  it('finds nothing changed in what the network wrote, and each section that was', () => {
    const config = privateConfig(raw, disk);
    assert.deepEqual(changedSections(config, disk), []);
    const planted: [string, unknown][] = [
      ['Bootstrap', ['auto']],
      ['Routing', { Type: 'dht', DelegatedRouters: [] }],
      ['Provide', { Enabled: true }],
      ['AutoConf', {}],
      ['Gateway', { NoFetch: false }],
      ['Addresses', { ...(config['Addresses'] as object), API: '/ip4/0.0.0.0/tcp/5001' }],
      ['Datastore', raw.Datastore],
    ];
    for (const [section, value] of planted)
      assert.deepEqual(changedSections({ ...config, [section]: value }, disk), [section]);
  });

  it('says what is wrong with which daemon', () => {
    assert.deepEqual(judgeDaemons([good]), { says: '1 daemons', flaws: [] });
    const bad = { ...good, changed: ['Routing'], isPrivate: false, silence: 'ECONNREFUSED', freeBytes: 4 };
    assert.deepEqual(flawsOf(judgeDaemons([good, bad])), [
      'fail: org1.kubo.d1: Routing was changed',
      'fail: org1.kubo.d1 has another swarm key or none',
      'fail: org1.kubo.d1 does not answer: ECONNREFUSED',
      'warn: org1.kubo.d1 offers more than its file system has',
    ]);
  });
});
