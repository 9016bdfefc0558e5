import { parentPort } from 'node:worker_threads';

import { CodecDesk } from '@dstore/application/adapters/threads/codec-desk.js';
import type { ToThread } from '@dstore/application/adapters/threads/codec-messages.js';

/** First byte of a stripe's first shard on which {@link CodecDesk}'s thread dies. */
export const deadly = 0xdd;

const desk = new CodecDesk();
const memories = new Map<number, Uint8Array>();
parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'work') {
    const { memory, layout, placeId } = message;
    if (memory !== undefined) memories.set(placeId, new Uint8Array(memory.buffer));
    if (memories.get(placeId)?.[layout.shardsAt] === deadly) process.exit(3);
  }
  const answer = desk.handle(message);
  if (answer !== undefined) parentPort?.postMessage(answer);
});
