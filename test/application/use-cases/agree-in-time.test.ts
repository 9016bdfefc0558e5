import assert from 'node:assert/strict';
import { Fault } from '@dstore/application/ports/fault.js';
import { agreeInTime } from '@dstore/application/use-cases/agree-in-time.js';
import { Refusal } from '@dstore/chaincode/domain';

/** A clock that counts what it slept, and work that fails with each of these in turn before it succeeds. */
function failing(...errors: Error[]) {
  const seen = { slept: 0, runs: 0 };
  const sleep = async (milliseconds: number) => void (seen.slept += milliseconds);
  const work = async () => {
    const error = errors[seen.runs];
    seen.runs += 1;
    if (error !== undefined) throw error;
    return seen.runs;
  };
  return { seen, run: () => agreeInTime({ sleep }, work) };
}

const behind = new Refusal('proposal-unknown', 'there is no proposal');

describe('agreeInTime', () => {
  it('goes on when a peer that was behind has caught up', async () => {
    const busy = new Fault('ledger-unavailable', 'not yet', { retryable: true });
    const { seen, run } = failing(behind, busy, behind);
    assert.equal(await run(), 4);
    assert.equal(seen.slept, 750);
  });

  it('believes a refusal that lasts', async () => {
    const { seen, run } = failing(...Array.from({ length: 1_000 }, () => behind));
    await assert.rejects(run, behind);
    assert.equal(seen.slept, 14_750);
  });

  it('does not wait for what cannot pass', async () => {
    for (const error of [new Error('a bug'), new Fault('endorsement-refused', 'no', { retryable: false })]) {
      const { seen, run } = failing(error, error);
      await assert.rejects(run, error);
      assert.equal(seen.runs, 1);
    }
  });
});
