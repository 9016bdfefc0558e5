import assert from 'node:assert/strict';
import { type LawCode, Refusal } from '@dstore/chaincode/domain';

/** Asserts that the body is refused with this code, and with no other error. */
export function refused(code: LawCode, body: () => unknown, what?: string): void {
  assert.throws(body, (error: unknown) => {
    assert.ok(error instanceof Refusal, `${what ?? ''} threw ${String(error)}`);
    assert.equal(error.code, code, `${what ?? ''} ${error.message}`);
    return true;
  });
}
