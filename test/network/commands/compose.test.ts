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
  readonly ports?: unknown;
  readonly entrypoint?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

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
      ...['ca', 'orderer', 'peer', 'chaincode'].map((process) => `${name}.${process}`),
      ...sites
        .flatMap(({ disks }) => disks)
        .filter(({ store }) => store === 'kubo')
        .map(({ disk }) => `${name}.kubo.${disk}`),
    ]);
    assert.deepEqual(Object.keys(services).sort(), ['init', 'net', ...names].sort());
  });

  it('lets nobody in from outside, and no server run as root', async () => {
    assert.deepEqual(services['net']?.networks, ['inside']);
    assert.match(await composeText(), /^ {2}inside:\n {4}internal: true$/m);
    for (const [name, { network_mode: mode, ports, image, user }] of Object.entries(services)) {
      assert.equal(ports, undefined, name);
      if (name !== 'net') assert.equal(mode, 'service:net', name);
      if (image !== 'dstore:local') assert.equal(user, '1000:1000', name);
    }
  });

  it('waits, in each container, for a file of the volume', () => {
    for (const [name, { entrypoint }] of Object.entries(services))
      if (name !== 'net' && name !== 'init')
        assert.match(entrypoint?.[3] ?? '', /^\/data\/network\/native\//, name);
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
