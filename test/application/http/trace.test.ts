import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { traceOf } from '@dstore/application/http/trace.js';

function requestWith(traceparent?: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  if (traceparent !== undefined) request.headers['traceparent'] = traceparent;
  return request;
}

const traceId = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';

describe('traceOf', () => {
  it('goes on in the trace that a request names, as a part of its own', () => {
    const { traceId: found, traceparent } = traceOf(requestWith(`00-${traceId}-${span}-01`));
    assert.equal(found, traceId);
    assert.match(traceparent, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    assert.ok(!traceparent.includes(span));
  });

  it('begins a trace where none is named, or none that can be', () => {
    const odd = [
      undefined,
      '',
      `00-${'0'.repeat(32)}-${span}-01`,
      `00-${traceId}-${'0'.repeat(16)}-01`,
      `01-${traceId}-${span}-01`,
      `00-${traceId.toUpperCase()}-${span}-01`,
      `00-${traceId}-${span}-01-more`,
    ];
    const found = odd.map((given) => traceOf(requestWith(given)).traceId);
    for (const each of found) assert.match(each, /^[0-9a-f]{32}$/);
    assert.ok(!found.includes(traceId));
    assert.equal(new Set(found).size, odd.length);
  });

  it('answers the same for one request', () => {
    const request = requestWith();
    assert.equal(traceOf(request), traceOf(request));
  });
});
