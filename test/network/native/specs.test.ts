import { caConfig } from '@dstore/network/native/ca-server.js';
import { channelConfig } from '@dstore/network/native/channel-config.js';
import { sharedOf } from '@dstore/network/native/genesis.js';
import { holders } from '@dstore/network/native/holders.js';
import { kuboDisks, privateConfig } from '@dstore/network/native/kubo-daemon.js';
import { seatOf } from '@dstore/network/native/layout.js';
import { ordererSpec } from '@dstore/network/native/orderer-node.js';
import { peerSpec } from '@dstore/network/native/peer-node.js';
import type { Programs } from '@dstore/network/toolchain';
import { readOrgs } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

const programs = new Proxy({}, { get: (_, name) => `/bin/${String(name)}` }) as Programs;
const shared = sharedOf('/net', 'dstore');
const orgs = await readOrgs(fileURLToPath(new URL('../../../../organizations', import.meta.url)));
const seats = orgs.map((org) => seatOf('/net', org));
const [seat] = seats;
assert.ok(seat !== undefined);

describe('what native processes are told', () => {
  it('lets every server ask its clients for a certificate', () => {
    const orderer = ordererSpec(programs, shared, seat).env ?? {};
    for (const port of ['GENERAL', 'ADMIN', 'OPERATIONS'])
      assert.equal(orderer[`ORDERER_${port}_TLS_CLIENTAUTHREQUIRED`], 'true');
    const peer = peerSpec(programs, shared, seat, 120).env ?? {};
    for (const name of ['CORE_PEER_TLS_CLIENTAUTHREQUIRED', 'CORE_OPERATIONS_TLS_CLIENTAUTHREQUIRED'])
      assert.equal(peer[name], 'true');
  });

  it('lets administrators in by a CA of their own', () => {
    const { ORDERER_ADMIN_TLS_CLIENTROOTCAS: admin, ORDERER_GENERAL_TLS_CLIENTROOTCAS: general } =
      ordererSpec(programs, shared, seat).env ?? {};
    assert.equal(admin, `[${seat.adminRoot}]`);
    assert.notEqual(admin, general);
    assert.deepEqual(
      holders.filter(({ tls }) => tls === 'admin').map(({ id }) => id),
      ['operator'],
    );
  });

  it('lets an orderer that was away catch up', () => {
    const { env } = ordererSpec(programs, shared, seat);
    assert.equal(env?.['ORDERER_GENERAL_CLUSTER_REPLICATIONPOLICY'], 'simple');
  });

  it('listens on loopback only, on ports of which no two are equal', () => {
    const ports = seats.flatMap((each) => [
      each.ports.ca,
      each.ports.caOperations,
      each.ports.chaincode,
      ...ordererSpec(programs, shared, each).ports,
      ...peerSpec(programs, shared, each, 120).ports,
      ...kuboDisks(each).flatMap((disk) => Object.values(disk.ports)),
    ]);
    assert.equal(new Set(ports).size, ports.length);
    const specs = [ordererSpec(programs, shared, seat), peerSpec(programs, shared, seat, 120)];
    const listening = specs.flatMap(({ env }) =>
      Object.entries(env ?? {}).filter(([name]) => name.endsWith('LISTENADDRESS')),
    );
    assert.equal(listening.length, 6);
    for (const [name, address] of listening) assert.match(address, /^127\.0\.0\.1(?::\d+)?$/, name);
  });

  it('orders by SmartBFT among all, in an order of timeouts that it takes', () => {
    const config = channelConfig(seats) as {
      Profiles: {
        Consortium: { Orderer: { ConsenterMapping: unknown[]; SmartBFT: Record<string, string> } };
      };
    };
    const { ConsenterMapping, SmartBFT } = config.Profiles.Consortium.Orderer;
    assert.equal(ConsenterMapping.length, seats.length);
    const seconds = (name: string) =>
      Number.parseInt(SmartBFT[name] ?? '', 10) * (SmartBFT[name]?.endsWith('m') ? 60 : 1);
    assert.ok(seconds('RequestForwardTimeout') <= seconds('RequestComplainTimeout'));
    assert.ok(seconds('RequestComplainTimeout') <= seconds('RequestAutoRemoveTimeout'));
  });

  it('gives each CA a registrar with its own secret, and only the first a port', () => {
    const identity = JSON.stringify(caConfig(seat, 'identity', 'sesame'));
    assert.match(identity, /"pass":"sesame"/);
    assert.match(identity, /"address":"127\.0\.0\.1"/);
    assert.doesNotMatch(JSON.stringify(caConfig(seat, 'tls', 'sesame')), /"port"/);
  });
});

describe('the configuration of a Kubo daemon', () => {
  const [disk] = kuboDisks(seat);
  assert.ok(disk !== undefined);
  const flatfs = { type: 'flatfs', path: 'blocks', sync: false };
  const config = privateConfig(
    {
      Identity: { PeerID: 'kept' },
      Bootstrap: ['auto'],
      Datastore: {
        StorageMax: '10GB',
        Spec: { mounts: [flatfs, { type: 'measure', child: flatfs }, { type: 'levelds' }] },
      },
    },
    disk,
  );

  it('writes blocks through, wherever the store is nested', () => {
    assert.deepEqual(config.Datastore.Spec.mounts, [
      { ...flatfs, sync: true },
      { type: 'measure', child: { ...flatfs, sync: true } },
      { type: 'levelds' },
    ]);
  });

  it('looks for nobody and serves nobody but this machine', () => {
    assert.deepEqual(config['Bootstrap'], []);
    assert.deepEqual(config['Routing'], { Type: 'none', DelegatedRouters: [] });
    assert.deepEqual(config['Provide'], { Enabled: false });
    assert.deepEqual(config['Gateway'], { NoFetch: true });
    const { Swarm, API, Gateway } = config['Addresses'] as { Swarm: string[]; API: string; Gateway: string };
    for (const address of [...Swarm, API, Gateway]) assert.match(address, /^\/ip4\/127\.0\.0\.1\/tcp\/\d+$/);
  });

  it('keeps what it does not touch, and takes its size from the offer', () => {
    assert.deepEqual(config['Identity'], { PeerID: 'kept' });
    assert.equal(config.Datastore.StorageMax, `${20 * 2 ** 30}B`);
  });
});
