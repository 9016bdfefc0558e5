import { createReadStream } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { folderBelow, writeWhole } from './local-file.js';
import { localSegments } from './local-name.js';
import { objectPath, type RemoteLocation } from './location.js';
import { UsageError } from './outcome.js';
import type { Progress } from './progress.js';
import type { Session } from './session.js';

/** What a put answers. */
interface PutAnswer {
  readonly versionId: string;
  readonly bytes: number;
  readonly disks: readonly string[];
}

/** Puts a file, or standard input as `-`, under a key. */
export async function putFile(
  session: Session,
  progress: Progress,
  path: string,
  to: RemoteLocation,
  headers: Readonly<Record<string, string>> = {},
): Promise<PutAnswer> {
  const size = path === '-' ? undefined : (await stat(path)).size;
  const source = (
    path === '-' ? session.terminal.stdin : createReadStream(path)
  ) as AsyncIterable<Uint8Array>;
  return session.client.json<PutAnswer>({
    method: 'PUT',
    path: objectPath(to),
    headers: {
      ...headers,
      'content-type': headers['content-type'] ?? 'application/octet-stream',
      ...(size === undefined ? {} : { 'content-length': String(size) }),
    },
    body: progress.count(to.key, size, source),
  });
}

/** The bytes of an object as they come, counted. */
export async function* objectBytes(
  session: Session,
  progress: Progress | undefined,
  from: RemoteLocation,
  range?: string,
): AsyncGenerator<Uint8Array> {
  const { headers, body } = await session.client.send({
    path: objectPath(from),
    headers: range === undefined ? {} : { range: `bytes=${range}` },
  });
  const size = Number(headers['content-length']);
  const source = body as AsyncIterable<Uint8Array>;
  yield* progress?.count(from.key, Number.isNaN(size) ? undefined : size, source) ?? source;
}

/** Gets an object into a file below a root; the file is whole or not there. */
export async function getFile(
  session: Session,
  progress: Progress,
  from: RemoteLocation,
  root: string,
  segments: readonly string[],
): Promise<{ readonly path: string; readonly bytes: number }> {
  const folder = await folderBelow(root, segments.slice(0, -1));
  const path = join(folder, segments.at(-1) ?? '');
  return { path, bytes: await writeWhole(path, objectBytes(session, progress, from)) };
}

/** Where a single object goes: into a folder under its own name, or to a file of another. */
export async function localTarget(
  key: string,
  target: string,
): Promise<{ root: string; segments: string[] }> {
  const isFolder =
    target.endsWith('/') ||
    (await stat(target).then(
      (found) => found.isDirectory(),
      () => false,
    ));
  if (isFolder) return { root: target, segments: localSegments(key).slice(-1) };
  return { root: join(target, '..'), segments: [basename(target)] };
}

/** Files below a folder with their keys; links and devices are passed over, which `skipped` is told of. */
export async function* filesBelow(
  folder: string,
  prefix: string,
  skipped: (path: string) => void,
): AsyncGenerator<{ readonly path: string; readonly key: string }> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    const key = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(path, `${key}/`, skipped);
    else if (entry.isFile()) yield { path, key };
    else skipped(path);
  }
}

/** Refuses a folder where a file is wanted. */
export async function insistFile(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) throw new UsageError(`there is no file ${path}`, 'check the path');
  if (found.isDirectory())
    throw new UsageError(`${path} is a folder`, `dstore cp -r ${path} ds://bucket/prefix`);
}
