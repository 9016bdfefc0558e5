import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import type { WriteBackAnswer } from './write-back.js';

/** Each pass writes what was committed during the one before it, so they get short. */
const mostPasses = 4;

/** Writes back what is committed. The connection is closed again, so that it is in nobody's way. */
function writeBack(path: string): void {
  // No database is made where there is none any more.
  const database = new DatabaseSync(new URL(`${pathToFileURL(path).href}?mode=rw`));
  try {
    const pass = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    let written: unknown;
    for (let passes = 0; passes < mostPasses; passes += 1) {
      const before = written;
      written = pass.get()?.['log'];
      if (written === before) return;
    }
  } finally {
    database.close();
  }
}

parentPort?.on('message', (path: string | undefined) => {
  if (path === undefined) {
    parentPort?.close();
    return;
  }
  let answer: WriteBackAnswer = 'failed';
  try {
    writeBack(path);
    answer = 'written';
  } catch {
    // The next one tries again.
  }
  parentPort?.postMessage(answer);
});
