import assert from 'node:assert/strict';
import { lawCodes, Refusal } from '@dstore/chaincode/domain';
import { isRetryable, problemOf, retryAfter, statusOf, titleOf } from '@dstore/application/ports/problem.js';
import { Denial, Fault, faultCodes, gatewayCodes } from '@dstore/application/ports/fault.js';

const all = [...new Set<string>([...lawCodes, ...gatewayCodes, ...faultCodes, 'invariant-broken'])].sort();

describe('problems', () => {
  it('S-12 give every code of the law, the gateway and the world a status, and no other', () => {
    assert.deepEqual([...statusOf.keys()].sort(), all);
  });

  it('S-12 are 4xx or 5xx', () => {
    for (const status of statusOf.values()) assert.ok(status >= 400 && status < 600);
  });

  for (const [code, status, retryable] of [
    ['arguments-malformed', 400, false],
    ['token-invalid', 401, false],
    ['escrow-short', 402, false],
    ['scope-missing', 403, false],
    ['object-unknown', 404, false],
    ['revision-stale', 409, true],
    ['precondition-failed', 412, false],
    ['range-not-satisfiable', 416, false],
    ['digest-mismatch', 422, false],
    ['rate-limited', 429, true],
    ['invariant-broken', 500, false],
    ['provider-faulty', 502, true],
    ['shards-unreachable', 503, true],
    ['outcome-unknown', 504, true],
    ['too-few-disks', 507, true],
  ] as const) {
    it(`answer ${code} with ${status}`, () => {
      assert.equal(statusOf.get(code), status);
      assert.equal(isRetryable(code), retryable);
    });
  }

  it('say when to come back where waiting is the cure', () => {
    assert.equal(retryAfter('not-ready'), 2);
    assert.equal(retryAfter('epoch-not-due'), 2);
    assert.equal(retryAfter('object-unknown'), undefined);
  });

  it('S-12 show lawful noes in their own words and nothing of what is inside', () => {
    assert.equal(problemOf(new Refusal('lease-full', 'no room')).detail, 'no room');
    assert.deepEqual(problemOf(new Denial('object-too-large', 'big', { limit: '5' })).facts, { limit: '5' });
    const inside = 'connect ECONNREFUSED 10.0.0.1:7443';
    const fault = problemOf(new Fault('door-unreachable', inside, { retryable: true }));
    assert.doesNotMatch(JSON.stringify(fault), /10\.0\.0\.1/);
    const bug = problemOf(new TypeError(`canary ${inside}`));
    assert.equal(bug.code, 'invariant-broken');
    assert.doesNotMatch(JSON.stringify(bug), /canary|10\.0\.0\.1/);
  });

  it('make a title of a code', () => {
    assert.equal(titleOf('token-invalid'), 'Token invalid');
  });
});
