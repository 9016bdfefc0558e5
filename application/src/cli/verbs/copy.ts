import { basename } from 'node:path';
import { inLanes } from '../../core/lanes.js';
import { localSegments } from '../local-name.js';
import { isRemote, objectLocation, remoteLocation, type RemoteLocation } from '../location.js';
import { Interrupted, PartialFailure, UsageError } from '../outcome.js';
import { Progress } from '../progress.js';
import type { Session } from '../session.js';
import { write } from '../terminal.js';
import { sizeText } from '../text.js';
import { filesBelow, getFile, insistFile, localTarget, objectBytes, putFile } from '../transfer.js';
import { keysUnder } from './list.js';

/** How to copy. */
export interface CopyOptions {
  readonly recursive?: boolean;
  readonly parallel: number;
  readonly type?: string;
  readonly ifAbsent?: boolean;
  readonly meta?: readonly string[];
}

/** `cp`: puts or gets, one object or all below a folder or prefix. */
export async function copy(session: Session, from: string, to: string, options: CopyOptions): Promise<void> {
  if (isRemote(from) === isRemote(to))
    throw new UsageError(
      'one of the two must be in the vault and the other not',
      'dstore cp FILE ds://bucket/key',
    );
  const progress = new Progress(session.terminal.stderr);
  try {
    if (isRemote(to)) await (options.recursive ? putAll : putOne)(session, progress, from, to, options);
    else await (options.recursive ? getAll : getOne)(session, progress, from, to, options);
  } finally {
    progress.end();
  }
}

/** `cat`: an object, or a range of it such as `0-99`, on standard output. */
export async function concatenate(
  session: Session,
  from: string,
  options: { readonly range?: string },
): Promise<void> {
  for await (const piece of objectBytes(session, undefined, objectLocation(from), options.range))
    await write(session.terminal.stdout, piece);
}

type Copy = (
  session: Session,
  progress: Progress,
  from: string,
  to: string,
  options: CopyOptions,
) => Promise<void>;

const putOne: Copy = async (session, progress, from, to, options) => {
  const { bucket, key } = remoteLocation(to);
  if (from !== '-') await insistFile(from);
  if (from === '-' && (key === '' || key.endsWith('/')))
    throw new UsageError('standard input has no name', `write ds://${bucket}/key`);
  const whole = key === '' || key.endsWith('/') ? `${key}${basename(from)}` : key;
  const put = await putFile(session, progress, from, { bucket, key: whole }, putHeaders(options));
  const disks = put.disks.length === 1 ? '1 disk' : `${put.disks.length} disks`;
  await session.item(
    { bucket, key: whole, ...put },
    `put ds://${bucket}/${whole}  ${sizeText(put.bytes)} on ${disks}  version ${put.versionId}`,
  );
};

const getOne: Copy = async (session, progress, from, to) => {
  const location = objectLocation(from);
  if (to === '-') {
    for await (const piece of objectBytes(session, progress, location))
      await write(session.terminal.stdout, piece);
    return;
  }
  const { root, segments } = await localTarget(location.key, to);
  const got = await getFile(session, progress, location, root, segments);
  await session.item({ ...location, ...got }, `got ${got.path}  ${sizeText(got.bytes)}`);
};

const putAll: Copy = async (session, progress, from, to, options) => {
  const { bucket, key } = remoteLocation(to);
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
  const files = filesBelow(from, prefix, (path) => session.say(`passed over ${path}: no file`));
  await each(session, files, options, async (file) => {
    const put = await putFile(session, progress, file.path, { bucket, key: file.key }, putHeaders(options));
    return { item: { bucket, key: file.key, ...put }, bytes: put.bytes };
  });
};

const getAll: Copy = async (session, progress, from, to, options) => {
  const location = remoteLocation(from);
  const prefix = location.key === '' || location.key.endsWith('/') ? location.key : `${location.key}/`;
  await each(session, keysUnder(session, { ...location, key: prefix }), options, async ({ key }) => {
    const object: RemoteLocation = { bucket: location.bucket, key };
    const got = await getFile(session, progress, object, to, localSegments(key.slice(prefix.length)));
    return { item: { ...object, ...got }, bytes: got.bytes };
  });
};

/** Copies many; what fails is told and the rest goes on. */
async function each<T extends { readonly key: string }>(
  session: Session,
  items: AsyncIterable<T>,
  options: CopyOptions,
  transfer: (item: T) => Promise<{ readonly item: object; readonly bytes: number }>,
): Promise<void> {
  const sum = { copied: 0, bytes: 0, failed: 0 };
  await inLanes(items, options.parallel, async (one) => {
    try {
      const { item, bytes } = await transfer(one);
      sum.copied += 1;
      sum.bytes += bytes;
      await session.item(item, '');
    } catch (error) {
      if (error instanceof Interrupted || session.terminal.signal.aborted) throw new Interrupted();
      sum.failed += 1;
      session.say(`${one.key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  session.say(
    `${sum.copied} objects, ${sizeText(sum.bytes)}${sum.failed > 0 ? `, ${sum.failed} failed` : ''}`,
  );
  if (sum.failed > 0) throw new PartialFailure(`${sum.failed} of ${sum.copied + sum.failed} failed`);
}

function putHeaders({ type, ifAbsent, meta = [] }: CopyOptions): Record<string, string> {
  const pairs = meta.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`"${pair}" is no metadata`, '--meta name=value');
    return [`dstore-meta-${pair.slice(0, at).toLowerCase()}`, encodeURIComponent(pair.slice(at + 1))];
  });
  return {
    ...(Object.fromEntries(pairs) as Record<string, string>),
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(ifAbsent === true ? { 'if-none-match': '*' } : {}),
  };
}
