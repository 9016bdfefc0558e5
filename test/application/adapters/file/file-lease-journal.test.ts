import { FileLeaseJournal } from '@dstore/application/adapters/file/file-lease-journal.js';
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { lease, leaseJournalConformance, pendingAt, recordAt } from '../../../conformance/lease-journal.js';

describe('FileLeaseJournal', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lease-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const open = () => FileLeaseJournal.open(join(folder, 'journal'));
  const path = () => join(folder, 'journal', `${lease}.log`);

  leaseJournalConformance(open);

  it('F-100 is there for the next process, without a record that was cut off, and goes on behind it', async () => {
    await (await open()).note(pendingAt(1n));
    await appendFile(path(), '\n{"kind":"signed","cont');
    const again = await open();
    assert.deepEqual(await again.read(lease), [recordAt(1n)]);
    await again.note(pendingAt(2n));
    assert.deepEqual(await again.read(lease), [recordAt(1n), recordAt(2n)]);
  });

  it('F-100 leaves out a record with a byte that is none of its format, and keeps its neighbours', async () => {
    const journal = await open();
    for (const revision of [1n, 2n, 3n]) await journal.note(pendingAt(revision));
    const bytes = await readFile(path());
    const second = bytes.indexOf('"revision":"2"');
    bytes[second] = (bytes[second] as number) ^ 1;
    await writeFile(path(), bytes);
    assert.deepEqual(await journal.read(lease), [recordAt(1n), recordAt(3n)]);
    await writeFile(path(), '{"kind":"restated"}\n{"kind":"signed"}\n[]\n\u0000\n');
    assert.deepEqual(await journal.read(lease), []);
  });
});
