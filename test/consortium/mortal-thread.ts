import { parentPort } from 'node:worker_threads';

import { CodecDesk } from '@dstore/application/adapters/threads/codec-desk.js';
import type { ToThread } from '@dstore/application/adapters/threads/codec-messages.js';
import type { StripeWork } from '@dstore/application/core/stripe-work.js';

/** A codec's thread that dies of every stripe that begins with a stream's segment number 2. */
const desk = new CodecDesk();
parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'work' && firstSegmentOf(message.work) === 2) process.exit(3);
  const answer = desk.handle(message);
  if (answer !== undefined) parentPort?.postMessage(answer);
});

function firstSegmentOf(work: StripeWork): number | undefined {
  if (work.kind === 'seal') return work.task.firstSegment;
  return work.kind === 'open' ? work.task.opening?.firstSegment : undefined;
}
