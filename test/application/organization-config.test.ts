import assert from 'node:assert/strict';
import { ConfigFaults, type ConfigSources } from '@dstore/application/config.js';
import { readOrganizationConfig } from '@dstore/application/organization-config.js';

const files = { certFile: 'cert.pem', keyFile: '/keys/key.pem' };
const ledger = {
  mode: 'fabric',
  tls: files,
  peers: [{ mspId: 'Org1MSP', address: 'localhost:7051', tlsRootFile: 'root.pem' }],
};
const disk = {
  disk: 'org1-d1',
  store: 'file:disks/d1',
  site: 'north',
  region: 'eu',
  capacityBytes: '1073741824',
  price: '4',
  collateralRate: '2',
  agent: { id: 'org1-d1', ...files },
  door: { listen: '127.0.0.1:7443', publicUrl: 'https://localhost:7443', ...files },
};
const provider = {
  roles: 'provider,keeper',
  data: { dir: 'data' },
  ledger,
  identity: {
    mspId: 'Org1MSP',
    admin: { id: 'admin', ...files },
    provider: { id: 'provider', ...files },
  },
  disks: [disk],
};
const gateway = {
  roles: 'gateway',
  data: { dir: 'data' },
  http: { listen: '127.0.0.1:8080' },
  ledger,
  identity: { mspId: 'Org1MSP', owner: { id: 'owner', ...files } },
  vault: { vaultId: 'first', bucket: 'demo', tls: files },
  keys: { masterFile: 'master.key' },
  lease: {
    maxPrice: '10',
    minCollateralRate: '1',
    termEpochs: '720',
    capacityBytes: '1073741824',
    headroomBytes: '1000',
  },
};

const ca = {
  address: 'localhost:7054',
  name: 'identity.org1',
  tlsRootFile: 'ca.pem',
  registrar: { id: 'registrar', secretFile: 'secret' },
};

const read = (settings: object, given: Partial<ConfigSources> = {}) =>
  readOrganizationConfig({
    argv: [],
    env: {},
    folder: '/somewhere',
    file: JSON.stringify(settings),
    ...given,
  });

describe('readOrganizationConfig', () => {
  it('reads a provider that keeps epochs, with paths from the folder it is read in', () => {
    const config = read(provider);
    assert.deepEqual(config.roles, ['provider', 'keeper']);
    assert.equal(config.dataDir, '/somewhere/data');
    assert.deepEqual(config.admin, {
      id: 'admin',
      certFile: '/somewhere/cert.pem',
      keyFile: '/keys/key.pem',
    });
    const [first] = config.provider?.disks ?? [];
    assert.equal(first?.capacityBytes, 1n << 30n);
    assert.deepEqual(first.door.listen, { host: '127.0.0.1', port: 7443 });
    assert.equal(config.vault, undefined);
    assert.equal(config.ledger.channel, 'dstore');
  });

  it('reads a gateway', () => {
    const { http, vault, provider: none } = read(gateway);
    assert.deepEqual(http, { host: '127.0.0.1', port: 8080, publicUrl: undefined });
    assert.equal(vault?.masterFile, '/somewhere/master.key');
    assert.equal(vault.policy.termEpochs, 720n);
    assert.equal(vault.policy.budget, undefined);
    const { lease } = gateway;
    assert.equal(read({ ...gateway, lease: { ...lease, budget: '5000' } }).vault?.policy.budget, 5000n);
    assert.equal(none, undefined);
  });

  it('reads where a gateway finds its certificate authority, and who takes members back', () => {
    assert.equal(read(gateway).ca, undefined);
    const admin = { id: 'admin', ...files };
    const config = read({ ...gateway, identity: { ...gateway.identity, admin }, ca });
    assert.deepEqual(config.ca, {
      host: 'localhost',
      port: 7054,
      name: 'identity.org1',
      tlsRootFile: '/somewhere/ca.pem',
      registrar: { id: 'registrar', secretFile: '/somewhere/secret' },
    });
    assert.equal(config.admin?.id, 'admin');
  });

  it('reads where the lists of revoked certificates lie', () => {
    const [peer] = ledger.peers;
    const peers = [{ ...peer, tlsCrlFile: 'crl.pem' }];
    const { ledger: found } = read({ ...gateway, ledger: { ...ledger, peers } });
    assert.equal(found.peers[0]?.tlsCrlFile, '/somewhere/crl.pem');
    assert.equal(read(gateway).ledger.peers[0]?.tlsCrlFile, undefined);
  });

  it('takes flags before the environment before the file', () => {
    const env = { DSTORE_HTTP_LISTEN: '127.0.0.1:1', DSTORE_HTTP_PUBLIC_URL: 'https://dstore.example' };
    const config = read(gateway, { env, argv: ['--http-listen', '127.0.0.1:2'] });
    assert.equal(config.http?.port, 2);
    assert.equal(config.http.publicUrl, 'https://dstore.example');
  });

  const bad: [settings: object, given: Partial<ConfigSources>, fault: RegExp][] = [
    [{ ...gateway, roles: 'gateway,poet' }, {}, /roles: /],
    [{ ...gateway, color: 'red' }, {}, /color: there is no such setting/],
    [{ ...gateway, ledger: { ...ledger, mode: 'embedded' } }, {}, /ledger: mode: /],
    [{ ...gateway, ledger: { ...ledger, peers: [] } }, {}, /ledger: peers: /],
    [{ ...gateway, http: { listen: '0.0.0.0:8080' } }, {}, /not loopback/],
    [{ ...gateway, http: { listen: '127.0.0.1:99999' } }, {}, /names no port/],
    [{ ...gateway, vault: undefined }, {}, /vault: a map is wanted/],
    [{ ...gateway, lease: { ...gateway.lease, maxPrice: '1.5' } }, {}, /lease: maxPrice: /],
    [{ ...gateway, lease: { ...gateway.lease, budget: '-1' } }, {}, /lease: budget: /],
    [{ ...gateway, log: { level: 'loud' } }, {}, /log: level: /],
    [{ ...provider, disks: [{ ...disk, store: 'disks/d1' }] }, {}, /disks\[0\]: store: /],
    [{ ...provider, disks: [{ ...disk, capacityBytes: '0x10' }] }, {}, /disks\[0\]: capacityBytes: /],
    [
      { ...provider, disks: [{ ...disk, door: { ...disk.door, publicUrl: 'http://x:1' } }] },
      {},
      /publicUrl: /,
    ],
    [{ ...provider, identity: { mspId: 'Org1MSP' } }, {}, /identity: admin: a map is wanted/],
    [{ ...gateway, ca }, {}, /identity: admin: a map is wanted/],
    [{ ...gateway, ca: { ...ca, address: 'localhost' } }, {}, /ca: address: /],
    [{ ...gateway, ca: { ...ca, registrar: { id: 'registrar' } } }, {}, /ca: registrar: secretFile: /],
    [{ ...provider, ca }, {}, /ca: there is no such setting/],
    [gateway, { argv: ['--http-listne', 'x'] }, /no such flag/],
    [gateway, { argv: ['--http-listen'] }, /a value is missing/],
    [gateway, { file: '- a list' }, /must be a map/],
    [gateway, { file: 'roles: "x' }, /./],
  ];
  for (const [at, [settings, given, fault]] of bad.entries())
    it(`refuses what ${String(fault)} says (${at + 1})`, () => {
      assert.throws(
        () => read(settings, given),
        (error) => error instanceof ConfigFaults && error.faults.some((one) => fault.test(one)),
      );
    });

  it('says everything that is wrong at once', () => {
    const settings = { ...gateway, roles: 'poet', data: {}, identity: { mspId: '!' } };
    assert.throws(
      () => read(settings),
      (error) => error instanceof ConfigFaults && error.faults.length >= 3,
    );
  });
});
