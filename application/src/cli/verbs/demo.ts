import type { Session } from '../session.js';

/** `demo lose`: takes a disk away with all that is on it. */
export async function loseDisk(session: Session, disk: string): Promise<void> {
  await session.client.done({ method: 'POST', path: `/v1/demo/disks/${encodeURIComponent(disk)}/loss` });
  await session.item(
    { disk, lost: true },
    `${disk} is lost. Next: dstore audit follow, dstore repair follow`,
  );
}

/** `demo restore`: brings it back, empty. */
export async function restoreDisk(session: Session, disk: string): Promise<void> {
  await session.client.done({
    method: 'POST',
    path: `/v1/demo/disks/${encodeURIComponent(disk)}/restoration`,
  });
  await session.item({ disk, lost: false }, `${disk} is back, empty`);
}

/** `demo add`: one more organization with a disk. */
export async function addDisk(session: Session): Promise<void> {
  const added = await session.client.json<{ diskId: string }>({ method: 'POST', path: '/v1/demo/disks' });
  await session.item(added, `${added.diskId} joined`);
}
