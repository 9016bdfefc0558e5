import { objectLocation, objectPath } from '../location.js';
import type { Session } from '../session.js';
import { printable, sizeText } from '../text.js';

interface Located {
  readonly stripes: readonly {
    readonly stripeId: string;
    readonly geometry: string;
    readonly margin: number;
    readonly shards: readonly {
      readonly index: number;
      readonly digest: string;
      readonly disk: string;
      readonly lease: string;
      readonly organization?: string;
      readonly site?: string;
    }[];
  }[];
}

/** `stat`: an object's headers, and with `shards` whose disks it lies on. */
export async function stat(
  session: Session,
  where: string,
  options: { readonly shards?: boolean },
): Promise<void> {
  const location = objectLocation(where);
  if (options.shards) {
    const located = await session.client.json<Located>({ path: objectPath(location, 'shards') });
    const rows = located.stripes.flatMap(({ stripeId, geometry, margin, shards }) =>
      shards.map((shard) => ({ stripeId, geometry, margin, ...shard })),
    );
    await session.items(
      rows,
      ['stripe', 'shard', 'disk', 'organization', 'site', 'digest', 'may lose'],
      (row) => [
        row.stripeId.slice(0, 8),
        String(row.index),
        row.disk,
        row.organization ?? '',
        row.site ?? '',
        row.digest.slice(0, 12),
        String(row.margin),
      ],
    );
    return;
  }
  const { headers, body } = await session.client.send({ method: 'HEAD', path: objectPath(location) });
  await body.dump();
  const own = Object.entries(headers).filter(([name]) =>
    /^(?:content-(?!sec)|etag|last-mod|cache|expires|dstore-meta|repr)/.test(name),
  );
  const lines = own.map(([name, value]) => `${name.padEnd(20)} ${printable(String(value))}`);
  await session.item(
    Object.fromEntries(own),
    [`ds://${location.bucket}/${location.key}`, ...lines].join('\n'),
  );
}

interface Lease {
  readonly leaseId: string;
  readonly diskId: string;
  readonly state: string;
  readonly usedBytes: string;
  readonly capacityBytes: string;
  readonly lastEpoch: string;
  readonly escrow: string;
  readonly earned: string;
  readonly missesInRow: string;
}

/** `lease ls`. */
export async function listLeases(session: Session, options: { readonly state?: string }): Promise<void> {
  const items = await session.client.all<Lease>('/v1/leases', { state: options.state });
  await session.items(
    items,
    ['lease', 'disk', 'state', 'used', 'of', 'ends', 'escrow', 'earned', 'misses'],
    (lease) => [
      lease.leaseId.slice(0, 8),
      lease.diskId,
      lease.state,
      sizeText(lease.usedBytes),
      sizeText(lease.capacityBytes),
      lease.lastEpoch,
      lease.escrow,
      lease.earned,
      lease.missesInRow,
    ],
  );
}

interface Disk {
  readonly diskId: string;
  readonly provider: { readonly msp: string };
  readonly site: string;
  readonly state: string;
  readonly capacityBytes: string;
  readonly freeBytes: string;
  readonly price: string;
}

/** `disk ls`. */
export async function listDisks(session: Session): Promise<void> {
  const items = await session.client.all<Disk>('/v1/disks');
  await session.items(items, ['disk', 'organization', 'site', 'state', 'free', 'of', 'price'], (disk) => [
    disk.diskId,
    disk.provider.msp,
    disk.site,
    disk.state,
    sizeText(disk.freeBytes),
    sizeText(disk.capacityBytes),
    disk.price,
  ]);
}

/** `supply`: all money, and that it adds up. */
export async function showSupply(session: Session): Promise<void> {
  const supply = await session.client.json<Record<string, string>>({ path: '/v1/supply' });
  await session.item(
    supply,
    Object.entries(supply)
      .map(([name, amount]) => `${name.padEnd(11)} ${amount.padStart(28)}`)
      .join('\n'),
  );
}

interface Health {
  readonly epoch: string;
  readonly stripes: number;
  readonly full: number;
  readonly losses: number;
  readonly versionsAtRisk: number;
  readonly versionsLost: number;
  readonly byMargin: Readonly<Record<string, number>>;
  readonly repair?: { readonly running: boolean; readonly queued: number };
}

/** `status`: how the vault stands. */
export async function status(session: Session): Promise<void> {
  const health = await session.client.json<Health>({ path: '/v1/health' });
  const margins = Object.entries(health.byMargin).map(([margin, count]) => `${margin}: ${count}`);
  const lines = [
    `epoch ${health.epoch}`,
    `stripes ${health.stripes}, complete ${health.full}, by margin ${margins.join('  ')}`,
    `versions at risk ${health.versionsAtRisk}, lost ${health.versionsLost}; shards reported lost ${health.losses}`,
    health.repair?.running ? `repair runs, ${health.repair.queued} stripes queued` : 'repair rests',
  ];
  await session.item(health, lines.join('\n'));
}
