import type { Outcome } from '@dstore/network/native/checks/point.js';
import assert from 'node:assert/strict';

/** What an outcome says is wrong, one `state: says` each, every one with a fix; fails for a point that was skipped. */
export function flawsOf(outcome: Outcome): string[] {
  assert.ok(!('skipped' in outcome), JSON.stringify(outcome));
  return outcome.flaws.map(({ state, says, fix }) => {
    assert.notEqual(fix, '', says);
    return `${state}: ${says}`;
  });
}
