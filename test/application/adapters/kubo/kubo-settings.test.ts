import { loopbackOrigin, settingFlaws } from '@dstore/application/adapters/kubo/kubo-settings.js';
import assert from 'node:assert/strict';

import { safeConfig } from './fake-kubo.js';

const self = (config: unknown = safeConfig()) => ({
  config,
  commandLine: ['ipfs', 'daemon'],
  hasSwarmKey: true,
});
const names = (config: unknown) => settingFlaws(self(config)).map(({ setting }) => setting);

/** The safe configuration with one value set otherwise, or removed when it is undefined. */
function changed(path: string, value: unknown): unknown {
  const config = structuredClone(safeConfig()) as Record<string, unknown>;
  const parts = path.split('.');
  const last = parts.pop() as string;
  const section = parts.reduce((at, name) => (at[name] ??= {}) as Record<string, unknown>, config);
  section[last] = value;
  return config;
}

const store = (blocks: unknown) => ({
  type: 'mount',
  mounts: [{ type: 'levelds', mountpoint: '/' }, blocks],
});

const unsafe: readonly (readonly [setting: string, ...values: unknown[]])[] = [
  ['Bootstrap', ['auto'], ['/dnsaddr/bootstrap.libp2p.io/p2p/Qm'], undefined, 'none'],
  ['Routing.Type', 'auto', 'dht', 'dhtclient', undefined, null],
  ['Provide.Enabled', true, undefined, null, 'false'],
  ['AutoConf.Enabled', true, undefined],
  [
    'Addresses.API',
    '/ip4/0.0.0.0/tcp/5001',
    '/ip4/127.0.0.1.evil/tcp/1',
    ['/ip4/127.0.0.1/tcp/1', '/ip6/::/tcp/1'],
    undefined,
  ],
  ['Addresses.Gateway', '/ip4/10.1.2.3/tcp/8080', '/dns4/localhost/tcp/8080', undefined],
  ['API.HTTPHeaders.Access-Control-Allow-Origin', ['*']],
  ['Gateway.NoFetch', false, undefined],
  [
    'Datastore.Spec',
    undefined,
    store({ type: 'flatfs', mountpoint: '/blocks', sync: false }),
    store({ type: 'flatfs', mountpoint: '/blocks' }),
    store({ type: 'pebbleds', mountpoint: '/blocks' }),
    store({ type: 'flatfs', mountpoint: '/other', sync: true }),
    store({ type: 'measure', mountpoint: '/blocks', sync: true, child: { type: 'flatfs', sync: false } }),
  ],
];

describe('settings of a Kubo daemon', () => {
  it('are right when nothing is lost or shown', () => {
    assert.deepEqual(settingFlaws(self()), []);
  });

  for (const [setting, ...values] of unsafe)
    it(`F-06 are wrong with an unsafe ${setting}, which is named`, () => {
      for (const value of values) assert.deepEqual(names(changed(setting, value)), [setting], String(value));
    });

  it('may say the same in other words', () => {
    const measured = { type: 'measure', mountpoint: '/blocks', child: { type: 'flatfs', sync: true } };
    assert.deepEqual(names(changed('Datastore.Spec', store(measured))), []);
    assert.deepEqual(names(changed('Addresses.API', ['/ip4/127.0.0.2/tcp/1', '/ip6/::1/tcp/1'])), []);
    assert.deepEqual(names(changed('Bootstrap', null)), []);
  });

  it('ask for a swarm key, and for no collection of garbage', () => {
    const [flaw, ...others] = settingFlaws({ ...self(), hasSwarmKey: false });
    assert.equal(flaw?.setting, 'swarm.key');
    assert.match(flaw.fix, /LIBP2P_FORCE_PNET=1/);
    assert.deepEqual(others, []);
    const collecting = (argument: string) =>
      settingFlaws({ ...self(), commandLine: ['ipfs', 'daemon', argument] }).length;
    assert.deepEqual(['--enable-gc', '--enable-gc=true', '--enable-gc=false'].map(collecting), [1, 1, 0]);
  });

  it('are all wrong where there are none', () => {
    for (const config of [null, 1, [], {}]) assert.equal(names(config).length, 8);
  });
});

describe('the address of a daemon', () => {
  it('is one of loopback over HTTP', () => {
    for (const url of [
      'http://127.0.0.1:5001',
      'http://localhost:5001/',
      'http://[::1]:1',
      'http://127.1.2.3:9',
    ])
      assert.equal(loopbackOrigin(url), new URL(url).origin);
    for (const url of [
      'http://127.0.0.1:5001/api',
      'http://127.0.0.1.nip.io:1',
      'http://0.0.0.0:1',
      'ftp://localhost',
      '',
    ])
      assert.equal(loopbackOrigin(url), undefined, url);
  });
});
