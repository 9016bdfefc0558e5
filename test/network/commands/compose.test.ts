import { composePath, composeText } from '@dstore/network/commands/compose.js';
import { readOrgs } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly network_mode?: string;
  readonly networks?: readonly string[];
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly depends_on?: readonly string[];
  readonly restart: string;
  readonly command: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The two containers that lead into the gateway. */
const entrance = ['entrance.inner', 'entrance.outer'];

describe('docker-compose.yaml', () => {
  let services: Readonly<Record<string, Service>>;

  before(async () => {
    services = (parse(await composeText()) as { services: typeof services }).services;
  });

  it('is what npm run network:compose writes', async () => {
    assert.equal(await readFile(composePath, 'utf8'), await composeText(), 'run npm run network:compose');
  });

  it('has each process of each organization', async () => {
    const orgs = await readOrgs(join(dirname(composePath), 'organizations'));
    const names = orgs.flatMap(({ name, sites }) => [
      ...['ca', 'orderer', 'peer', 'chaincode', 'provider'].map((process) => `${name}.${process}`),
      ...sites
        .flatMap(({ disks }) => disks)
        .filter(({ store }) => store === 'kubo')
        .map(({ disk }) => `${name}.kubo.${disk}`),
    ]);
    assert.deepEqual(
      Object.keys(services).sort(),
      ['init', 'net', 'org1.gateway', ...entrance, ...names].sort(),
    );
  });

  it('lets nobody in from outside but to the gateway, from this machine, and no server run as root', async () => {
    assert.deepEqual(services['net']?.networks, ['inside']);
    assert.match(await composeText(), /^ {2}inside:\n {4}internal: true$/m);
    for (const [name, { network_mode: mode, ports, image, user }] of Object.entries(services)) {
      const isOuter = name === 'entrance.outer';
      assert.deepEqual(ports, isOuter ? ['127.0.0.1:20190:20190'] : undefined, name);
      if (name !== 'net') assert.equal(mode, isOuter ? undefined : 'service:net', name);
      if (image !== 'dstore:local') assert.equal(user, '1000:1000', name);
    }
  });

  it('keeps keys away from whatever has a way out', () => {
    const { networks, volumes } = services['entrance.outer'] ?? {};
    assert.deepEqual([networks, volumes], [['outside'], ['entrance:/entrance']]);
  });

  it('leads through one socket to where the gateway listens', () => {
    const [inner, outer] = entrance.map((name) => services[name]?.command.slice(-2));
    assert.deepEqual(inner, ['/entrance/org1.gateway', '127.0.0.1:20190']);
    assert.deepEqual(outer, ['0.0.0.0:20190', '/entrance/org1.gateway']);
  });

  it('waits, in each container of a process, for a start file of the volume', () => {
    for (const [name, { entrypoint }] of Object.entries(services))
      if (!['net', 'init', ...entrance].includes(name))
        assert.match(entrypoint?.[3] ?? '', /^\/data\/network\/native\/run\/.+\.start$/, name);
  });

  it('starts each process again, and ends a gateway before providers and those before peers', () => {
    for (const [name, { restart }] of Object.entries(services))
      assert.equal(restart, name === 'init' ? 'on-failure' : 'unless-stopped', name);
    assert.deepEqual(services['org2.provider']?.depends_on, ['net', 'org2.peer']);
    const providers = ['org1', 'org2', 'org3', 'org4'].map((org) => `${org}.provider`);
    assert.deepEqual(services['org1.gateway']?.depends_on, ['net', ...providers]);
  });

  it('names images in the versions that the toolchain pins', () => {
    const images = new Set(Object.values(services).map(({ image }) => image.replace(/^.*:-(.*)}$/, '$1')));
    assert.deepEqual([...images].sort(), [
      'dstore:local',
      'hyperledger/fabric-ca:1.5.21',
      'hyperledger/fabric-orderer:3.1.1',
      'hyperledger/fabric-peer:3.1.1',
      'ipfs/kubo:v0.42.0',
    ]);
  });
});
