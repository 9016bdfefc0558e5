import { parentPort } from 'node:worker_threads';

import { CodecDesk } from './codec-desk.js';
import type { ToThread } from './codec-messages.js';

const desk = new CodecDesk();
parentPort?.on('message', (message: ToThread) => {
  const answer = desk.handle(message);
  if (answer !== undefined) parentPort?.postMessage(answer);
});
