import { OrgFileFaults, readOrgs } from '@dstore/organizations';
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { inDirectory } from '../network/embedded/world.js';

const good = `name: org1
mspId: Org1MSP
basePort: 20100
sites:
  - site: north
    region: eu
    disks:
      - { disk: org1-d1, store: kubo, capacity: 500GiB, price: "4", collateralRate: "2" }
`;

/** What readOrgs finds wrong with organizations of these texts. */
function faultsOf(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return inDirectory(async (folder) => {
    for (const [name, text] of Object.entries(texts)) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'org.yaml'), text);
    }
    try {
      await readOrgs(folder);
      return [];
    } catch (error) {
      assert.ok(error instanceof OrgFileFaults, String(error));
      return error.faults;
    }
  });
}

describe('readOrgs', () => {
  it('reads the four organizations of this repository', async () => {
    const orgs = await readOrgs(fileURLToPath(new URL('../../../organizations', import.meta.url)));
    assert.deepEqual(
      orgs.map(({ name }) => name),
      ['org1', 'org2', 'org3', 'org4'],
    );
    const [disk] = orgs[0]?.sites[0]?.disks ?? [];
    assert.deepEqual(disk, {
      disk: 'org1-d1',
      store: 'kubo',
      capacityBytes: 20n * 2n ** 30n,
      price: 4n,
      collateralRate: 2n,
    });
  });

  it('takes a description without a fault', async () => {
    assert.deepEqual(await faultsOf({ org1: good }), []);
  });

  it('lists everything that is wrong at once, each with its place', async () => {
    const bad = `name: Org 1
mspId: [x]
basePort: 80
colour: red
sites:
  - site: north
    disks:
      - { disk: a, store: tape, capacity: 5 barrels, price: 4, collateralRate: "-1", raid: yes }
      - just text
`;
    assert.deepEqual(await faultsOf({ org1: bad }), [
      'org1/org.yaml: name: a text like ^[a-z0-9][a-z0-9._-]{0,62}$ is wanted; "Org 1" is not it',
      'org1/org.yaml: mspId: a text like ^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$ is wanted; ["x"] is not it',
      'org1/org.yaml: basePort: a port from 1024 to 65400 is wanted; 80 is not it',
      'org1/org.yaml: sites[0]: region: a text like ^[a-z0-9][a-z0-9._-]{0,62}$ is wanted; it is missing',
      'org1/org.yaml: sites[0]: disks[1]: a map is wanted',
      'org1/org.yaml: sites[0]: disks[0]: store: a text like ^(?:kubo|file:.+)$ is wanted; "tape" is not it',
      'org1/org.yaml: sites[0]: disks[0]: capacity: a size is wanted, such as 500GiB; "5 barrels" is not it',
      'org1/org.yaml: sites[0]: disks[0]: price: whole credits as text are wanted, such as "4"; 4 is not it',
      'org1/org.yaml: sites[0]: disks[0]: collateralRate: whole credits as text are wanted, such as "4"; "-1" is not it',
      'org1/org.yaml: sites[0]: disks[0]: raid: there is no such setting',
      'org1/org.yaml: colour: there is no such setting',
    ]);
  });

  it('refuses what is no YAML, a key given twice, and an empty folder', async () => {
    assert.match((await faultsOf({ org1: 'name: [' })).join('\n'), /^org1\/org\.yaml: /);
    assert.match((await faultsOf({ org1: `${good}name: org1\n` })).join('\n'), /unique/);
    assert.match((await faultsOf({})).join('\n'), /no organization has an org\.yaml here$/);
    assert.deepEqual(await faultsOf({ org1: '- a list' }), ['org1/org.yaml: a map is wanted']);
  });

  it('refuses organizations that share a name, a disk or a port', async () => {
    const near = good.replace('20100', '20150');
    assert.deepEqual(await faultsOf({ org1: good, org2: near }), [
      'org2/org.yaml: name must be org2, as its folder',
    ]);
    assert.deepEqual(await faultsOf({ org1: good, org2: near.replace('name: org1', 'name: org2') }), [
      'Org1MSP: two organizations have this MSP id',
      'org1-d1: two disks have this name',
      'org1 and org2: base ports must be 100 apart',
    ]);
  });
});
