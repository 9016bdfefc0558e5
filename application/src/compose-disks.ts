import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { offerIn } from '@dstore/chaincode/domain';
import { FileDisk } from './adapters/file/file-disk.js';
import { KuboDisk } from './adapters/kubo/kubo-disk.js';
import { openDisk } from './compose-provider.js';
import type { DiskConfig, OrganizationConfig } from './organization-config.js';
import { type OrganizationMembers, type OwnMember, readKeyFiles } from './organization-members.js';
import type { Disk } from './ports/disk.js';
import { Fault } from './ports/fault.js';
import { CollectEarnings } from './use-cases/collect-earnings.js';
import { OfferDisk } from './use-cases/offer-disk.js';
import { Crew } from './workers/crew.js';
import { earningsDuty } from './workers/rota.js';
import type { Surroundings } from './workers/worker.js';

/** How much more collateral than one full lease of a disk its pool holds. */
const poolFactor = 4n;

/** Opens every disk of a provider: doors listen, offers are on the ledger, agents work. Answers how it ends. */
export async function openDisks(
  config: OrganizationConfig,
  members: OrganizationMembers,
  around: Surroundings,
  closers: (() => Promise<void>)[],
): Promise<void> {
  if (config.provider === undefined) return;
  const provider = await members.member(config.provider.member);
  for (const disk of config.provider.disks)
    await serveDisk({ ...disk, dataDir: config.dataDir }, provider, members, around, closers);
  const crew = new Crew(
    provider.ledger,
    [earningsDuty(new CollectEarnings(provider.ledger), around)],
    around,
  );
  crew.start();
  closers.push(() => crew.stop());
}

/** A store by its name in the settings: the scheme says which adapter. */
const stores: Readonly<Record<string, (place: string) => Promise<Disk>>> = {
  file: (folder) => FileDisk.open(folder),
  kubo: (urls) => {
    const [rpc = '', gateway = ''] = urls.split(',');
    return KuboDisk.open({ rpc, gateway });
  },
};

function openStore(store: string): Promise<Disk> {
  const [, scheme = '', place = ''] = /^([a-z]+):(.+)$/s.exec(store) ?? [];
  const open = Object.hasOwn(stores, scheme) ? stores[scheme] : undefined;
  if (open !== undefined) return open(place);
  const text = `${store}: stores are ${Object.keys(stores).join(', ')}`;
  return Promise.reject(new Fault('not-ready', text, { retryable: false }));
}

async function serveDisk(
  config: DiskConfig & { readonly dataDir: string },
  provider: OwnMember,
  members: OrganizationMembers,
  around: Surroundings,
  closers: (() => Promise<void>)[],
): Promise<void> {
  const { diskId, door } = config;
  const { ledger, identity } = await members.member(config.agent);
  const disk = await openDisk({
    ...around,
    diskId,
    folder: join(config.dataDir, 'disks', diskId),
    disk: await openStore(config.store),
    ledger,
    agent: identity,
    tls: await readKeyFiles(door),
    organizations: () => members.organizations,
  });
  closers.push(() => disk.close());
  const taken = Number(new URL(await disk.listen(door.listen.port)).port);
  if (taken !== door.listen.port) {
    const text = `the door of ${diskId} can't listen on port ${door.listen.port}: another program does`;
    throw new Fault('not-ready', text, { retryable: true });
  }
  await offer(config, provider, identity.certificate);
  const crew = new Crew(ledger, disk.duties, around);
  crew.start();
  closers.push(() => crew.stop());
}

/** Brings the disk onto the ledger where it is new; says so where its door has moved. */
async function offer(config: DiskConfig, { ledger }: OwnMember, agentCertificate: string): Promise<void> {
  const { diskId, site, region, agent, capacityBytes, price, collateralRate, door } = config;
  const agentKey = createPublicKey(agentCertificate)
    .export({ type: 'spki', format: 'der' })
    .toString('base64');
  const offered = { diskId, site, region, door: door.publicUrl, agent: agent.id, agentKey };
  await new OfferDisk(ledger).run(
    { ...offered, capacityBytes, price, collateralRate },
    ((collateralRate * capacityBytes) >> 30n) * poolFactor,
  );
  const [row, epoch] = await Promise.all([ledger.read('disk', diskId), ledger.read('epoch')]);
  if (row !== undefined && offerIn(row, epoch?.number ?? 0n).door !== door.publicUrl)
    await ledger.submit('DiskContract:Change', { diskId, door: door.publicUrl });
}
