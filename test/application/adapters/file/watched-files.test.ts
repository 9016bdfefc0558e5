import { WatchedFiles } from '@dstore/application/adapters/file/watched-files.js';
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { inDirectory } from '../../../network/embedded/world.js';

describe('WatchedFiles', () => {
  it('tells what a file says now, and nothing before it is there', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'list.pem');
      const files = await WatchedFiles.open([path]);
      try {
        assert.equal(files.text(path), undefined);
        for (const text of ['one', 'two']) {
          await writeFile(path, text);
          await files.look();
          assert.equal(files.text(path), text);
        }
      } finally {
        files.close();
      }
    }));

  it('looks by itself', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'list.pem');
      const files = await WatchedFiles.open([path]);
      try {
        await writeFile(path, 'one');
        while (files.text(path) === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
      } finally {
        files.close();
      }
    }));

  it('keeps what a file said that is gone', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'list.pem');
      await writeFile(path, 'one');
      const files = await WatchedFiles.open([path]);
      try {
        await rm(path);
        await files.look();
        assert.equal(files.text(path), 'one');
      } finally {
        files.close();
      }
    }));

  it('refuses to open what is there and can not be read', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'list.pem');
      await mkdir(path);
      await assert.rejects(WatchedFiles.open([path]), { code: 'EISDIR' });
    }));
});
