import assert from 'node:assert/strict';
import { FolderSyncs } from '@dstore/application/adapters/file/folder-syncs.js';

/** Syncs that end when the test says so. */
class SlowSyncs {
  readonly begun: string[] = [];
  readonly #ends: PromiseWithResolvers<void>[] = [];

  readonly sync = (path: string): Promise<void> => {
    this.begun.push(path);
    const end = Promise.withResolvers<void>();
    this.#ends.push(end);
    return end.promise;
  };

  end(index: number): void {
    this.#ends[index]?.resolve();
  }

  fail(index: number): void {
    this.#ends[index]?.reject(new Error('no'));
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('FolderSyncs', () => {
  let slow: SlowSyncs;
  let folders: FolderSyncs;

  beforeEach(() => {
    slow = new SlowSyncs();
    folders = new FolderSyncs(slow.sync);
  });

  it('syncs once for all who ask in one turn', async () => {
    const all = [folders.sync('a'), folders.sync('a'), folders.sync('a')];
    await turn();
    slow.end(0);
    await Promise.all(all);
    assert.deepEqual(slow.begun, ['a']);
  });

  it('begins another one for those who ask while one runs, and one only', async () => {
    const first = folders.sync('a');
    await turn();
    const later = Promise.all([folders.sync('a'), folders.sync('a')]);
    await turn();
    assert.deepEqual(slow.begun, ['a']);
    slow.end(0);
    await first;
    await turn();
    assert.deepEqual(slow.begun, ['a', 'a']);
    slow.end(1);
    await later;
  });

  it('keeps folders apart', async () => {
    const all = [folders.sync('a'), folders.sync('b')];
    await turn();
    assert.deepEqual(slow.begun, ['a', 'b']);
    slow.end(0);
    slow.end(1);
    await Promise.all(all);
  });

  it('F-03 fails those who waited for the sync that failed, and nobody else', async () => {
    const first = folders.sync('a');
    const failed = assert.rejects(first, /no/);
    await turn();
    const second = folders.sync('a');
    slow.fail(0);
    await failed;
    await turn();
    slow.end(1);
    await second;
  });
});
