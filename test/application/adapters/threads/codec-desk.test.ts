import assert from 'node:assert/strict';

import { CodecDesk } from '@dstore/application/adapters/threads/codec-desk.js';
import { createMemory } from '@dstore/application/core/kernel-engine.js';
import { segmentBytes } from '@dstore/application/core/sealing.js';
import { stripeLayout } from '@dstore/application/core/stripe-layout.js';

import { sealingOf, twoAndOne } from '../../../conformance/codec.js';

const small = stripeLayout(twoAndOne, 64, true);
const message = { kind: 'work', id: 1, placeId: 1, layout: small, work: { kind: 'encode' } } as const;

describe('CodecDesk', () => {
  it('needs to see memory once', () => {
    const desk = new CodecDesk();
    const first = desk.handle({ ...message, memory: createMemory(small.totalBytes) });
    assert.ok(first !== undefined && 'answer' in first);
    assert.deepEqual(desk.handle({ ...message, id: 2, memory: undefined }), { ...first, id: 2 });
  });

  it('answers with an error for memory that it never saw or forgot', () => {
    const desk = new CodecDesk();
    const unseen = desk.handle({ ...message, memory: undefined });
    assert.ok(unseen !== undefined && 'error' in unseen);
    desk.handle({ ...message, memory: createMemory(small.totalBytes) });
    assert.equal(desk.handle({ kind: 'forget', placeId: 1 }), undefined);
    const forgotten = desk.handle({ ...message, memory: undefined });
    assert.ok(forgotten !== undefined && 'error' in forgotten);
  });

  it('wipes the keys that it was sent, also when the work fails', () => {
    const layout = stripeLayout(twoAndOne, segmentBytes, true);
    const memory = createMemory(layout.totalBytes);
    for (const last of [true, false]) {
      const task = { ...sealingOf('wipe'), firstSegment: 0, plainBytes: 10, last };
      const answer = new CodecDesk().handle({ ...message, layout, memory, work: { kind: 'seal', task } });
      assert.equal(answer !== undefined && 'answer' in answer, last);
      assert.ok(task.objectKey.every((byte) => byte === 0));
    }
  });
});
