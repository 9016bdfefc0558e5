import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  canonicalJson,
  type Change,
  changeShape,
  checkedChange,
  type Content,
  contentShape,
  decimal,
  type Entry,
  entryShape,
  list,
  object,
  oneOf,
  optional,
  parseJson,
  Refusal,
} from '@dstore/chaincode/domain';
import type { PendingContent } from '../../ports/lease-book.js';
import type { LeaseJournal, LeaseRecord } from '../../ports/lease-journal.js';
import { replaceFile } from './replace-file.js';

const most = 10_000_000;
const recordShape = object({
  kind: oneOf('signed', 'restated'),
  content: contentShape,
  changes: optional(list(changeShape, most)),
  lastEpoch: optional(decimal),
  entries: optional(list(entryShape, most)),
});

/** A file for each lease in one folder: a record a line, as canonical JSON. */
export class FileLeaseJournal implements LeaseJournal {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder where it is not there. */
  static async open(folder: string): Promise<FileLeaseJournal> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new FileLeaseJournal(folder);
  }

  async note({ leaseId, content, changes, lastEpoch }: PendingContent): Promise<void> {
    // A torn last line must not take this one along.
    const line = `\n${written({ kind: 'signed', content, changes, lastEpoch })}\n`;
    await appendFile(this.#path(leaseId), line, { mode: 0o600 });
  }

  async restate(leaseId: string, content: Content, entries: readonly Entry[]): Promise<void> {
    await replaceFile(this.#path(leaseId), `${written({ kind: 'restated', content, entries })}\n`);
  }

  async read(leaseId: string): Promise<readonly LeaseRecord[]> {
    const text = await readFile(this.#path(leaseId), 'utf8').catch(absent(''));
    return text.split('\n').flatMap((line) => recordOf(line) ?? []);
  }

  async bytes(leaseId: string): Promise<number> {
    const found = await stat(this.#path(leaseId)).catch(absent(undefined));
    return found?.size ?? 0;
  }

  async drop(leaseId: string): Promise<void> {
    await rm(this.#path(leaseId), { force: true });
  }

  #path(leaseId: string): string {
    return join(this.#folder, `${leaseId}.log`);
  }
}

function written(record: LeaseRecord): string {
  return canonicalJson(record);
}

function absent<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return instead;
    throw error;
  };
}

/** Undefined for a line that was cut off or damaged. */
function recordOf(line: string): LeaseRecord | undefined {
  if (line === '') return undefined;
  try {
    const { kind, content, changes, lastEpoch, entries } = parseJson(recordShape, line);
    if (kind === 'restated') return entries === undefined ? undefined : { kind, content, entries };
    if (changes === undefined || lastEpoch === undefined) return undefined;
    return { kind, content, changes: changes.map((change): Change => checkedChange(change)), lastEpoch };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
