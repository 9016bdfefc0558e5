import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { portsPerOrg } from '@dstore/organizations';

/** Writes `count` organizations on ports that are free now, a Kubo disk and a folder each; answers their MSP ids. */
export async function writeOrgs(folder: string, count: number): Promise<string[]> {
  const base = await freeBlock(count * portsPerOrg);
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  for (const number of numbers) {
    await mkdir(join(folder, `org${number}`), { recursive: true });
    const port = base + (number - 1) * portsPerOrg;
    await writeFile(join(folder, `org${number}`, 'org.yaml'), orgYaml(number, port));
  }
  return numbers.map((number) => `Org${number}MSP`);
}

function orgYaml(number: number, basePort: number): string {
  return `name: org${number}
mspId: Org${number}MSP
basePort: ${basePort}
sites:
  - site: site${number}
    region: eu
    disks:
      - { disk: org${number}-d1, store: kubo, capacity: 2GiB, price: "4", collateralRate: "2" }
      - { disk: org${number}-d2, store: "file:disks/d2", capacity: 2GiB, price: "4", collateralRate: "2" }
`;
}

/** A run of ports below the ephemeral ones of which none is in use. */
async function freeBlock(length: number): Promise<number> {
  for (let base = 21_000 + 100 * Math.floor(Math.random() * 60); base + length < 32_000; base += length) {
    const ports = Array.from({ length }, (_, at) => base + at);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return base;
  }
  throw new Error('no free ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
