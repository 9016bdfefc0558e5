import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../outcome.js';
import type { Session } from '../session.js';

interface Audit {
  readonly epoch: string;
  readonly diskId: string;
  readonly leaseId: string;
  readonly verdict: string;
  readonly reason?: string;
  readonly paid: string;
}

interface Repair {
  readonly running: boolean;
  readonly queued: number;
  readonly lost: number;
  readonly unplaced: number;
  readonly repairedStripes: number;
  readonly movedShards: number;
  readonly restoredShards: number;
}

const pollMilliseconds = 1000;
const head = ['epoch', 'disk', 'lease', 'verdict', 'reason', 'paid'];
const cells = (audit: Audit) => [
  audit.epoch,
  audit.diskId,
  audit.leaseId.slice(0, 8),
  audit.verdict,
  audit.reason ?? '',
  audit.paid,
];
const line = (audit: Audit) =>
  `epoch ${audit.epoch}  ${audit.diskId.padEnd(16)} ${audit.verdict.padEnd(8)} ${(audit.reason ?? '').padEnd(12)} paid ${audit.paid}`;

/** `audit ls`. */
export async function listAudits(
  session: Session,
  query: {
    readonly epoch?: string;
    readonly disk?: string;
    readonly lease?: string;
    readonly verdict?: string;
  },
): Promise<void> {
  const { epoch, disk, lease, verdict } = query;
  const items = await session.client.all<Audit>('/v1/audits', { epoch, disk, lease, verdict });
  await session.items(items, head, cells);
}

/** `audit follow`: verdicts as they are judged, and at each turn who missed the epoch before. */
export async function followAudits(session: Session): Promise<void> {
  session.say('waiting for verdicts; Ctrl-C ends');
  for await (const { type, payload } of session.client.events(['AuditJudged', 'EpochOpened'])) {
    const epoch = String(payload['epoch']);
    if (type === 'AuditJudged') {
      const { diskId, verdicts } = payload as {
        diskId: string;
        verdicts: readonly Omit<Audit, 'epoch' | 'diskId'>[];
      };
      for (const verdict of verdicts) await tell(session, { epoch, diskId, ...verdict });
      continue;
    }
    session.say(`epoch ${epoch} opened`);
    if (BigInt(epoch) < 2n) continue;
    const before = { epoch: String(BigInt(epoch) - 1n), verdict: 'missed' };
    for (const missed of await session.client.all<Audit>('/v1/audits', before)) await tell(session, missed);
  }
}

const tell = (session: Session, audit: Audit) => session.item(audit, line(audit));

function repairLine(repair: Repair): string {
  return (
    `${repair.running ? 'running' : 'at rest'}: ${repair.queued} stripes queued, ${repair.repairedStripes} repaired, ` +
    `${repair.movedShards} shards moved, ${repair.restoredShards} restored, ${repair.lost} lost, ${repair.unplaced} without a place`
  );
}

const readRepair = async (session: Session) =>
  (await session.client.json<{ items: readonly Repair[] }>({ path: '/v1/repairs' })).items[0];

/** `repair ls`. */
export async function showRepair(session: Session): Promise<void> {
  const repair = await readRepair(session);
  if (repair !== undefined) await session.item(repair, repairLine(repair));
}

/** `repair follow`: a line whenever something changed. */
export async function followRepair(session: Session): Promise<void> {
  session.say('waiting for repairs; Ctrl-C ends');
  let last = '';
  for (;;) {
    const [repair, health] = await Promise.all([
      readRepair(session),
      session.client.json<{ epoch: string; stripes: number; full: number }>({ path: '/v1/health' }),
    ]);
    const text = `${health.full} of ${health.stripes} stripes complete; ${repair === undefined ? '' : repairLine(repair)}`;
    if (text !== last) await session.item({ ...health, repair }, `epoch ${health.epoch}  ${text}`);
    last = text;
    await sleep(pollMilliseconds, undefined, { signal: session.terminal.signal }).catch(() => {
      throw new Interrupted();
    });
  }
}
