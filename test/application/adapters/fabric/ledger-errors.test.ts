import {
  errorOfRead,
  meaningOfCode,
  meaningOfCommitError,
  meaningOfProposalError,
} from '@dstore/application/adapters/fabric/ledger-errors.js';
import { Fault } from '@dstore/application/ports/fault.js';
import { Refusal } from '@dstore/chaincode/domain';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import assert from 'node:assert/strict';

function gatewayError(code: status, message: string, ...said: string[]): GatewayError {
  const cause: ServiceError = Object.assign(new Error(message), {
    code,
    details: message,
    metadata: new Metadata(),
  });
  const details = said.map((text) => ({ address: 'peer', mspId: 'Org1MSP', message: text }));
  return new GatewayError({ code, message, details, cause });
}

const codeOf = (error: unknown) =>
  error instanceof Refusal || error instanceof Fault ? error.code : undefined;

describe('meaningOfProposalError', () => {
  it('reads a refusal from what an endorser said', () => {
    const error = gatewayError(status.ABORTED, 'see details', 'chaincode response 500, escrow-short: 5 of 9');
    const meaning = meaningOfProposalError(error);
    assert.ok(meaning.kind === 'answer' && meaning.error instanceof Refusal);
    assert.deepEqual([meaning.error.code, meaning.error.message], ['escrow-short', '5 of 9']);
  });

  it('proposes anew when payloads do not match, and ends in disagreement', () => {
    const text = 'failed to assemble transaction: ProposalResponsePayloads do not match (base64)';
    assert.deepEqual(meaningOfProposalError(gatewayError(status.ABORTED, text)), {
      kind: 'again',
      exhausted: 'endorsers-disagree',
    });
  });

  it('A-27 proposes anew when a proposal came too late for the window of its peer', () => {
    const text = "error validating proposal: the proposal's timestamp is outside the time window of 2 s";
    const meaning = meaningOfProposalError(gatewayError(status.UNKNOWN, text));
    assert.deepEqual(meaning, { kind: 'again', exhausted: 'endorsement-refused', why: text });
  });

  it('says unavailable, and retryable, when nobody answers in time', () => {
    for (const code of [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]) {
      const meaning = meaningOfProposalError(gatewayError(code, 'gone'));
      assert.ok(meaning.kind === 'answer' && meaning.error instanceof Fault);
      assert.deepEqual([meaning.error.code, meaning.error.retryable], ['ledger-unavailable', true]);
    }
  });

  it('takes any other failure for a refused endorsement', () => {
    const meaning = meaningOfProposalError(gatewayError(status.ABORTED, 'x', 'chaincode response 500, boom'));
    assert.ok(meaning.kind === 'answer' && meaning.error instanceof Fault);
    assert.deepEqual([meaning.error.code, meaning.error.retryable], ['endorsement-refused', false]);
    assert.equal(codeOf(errorOfRead(new Error('odd'))), 'endorsement-refused');
  });
});

describe('meaningOfCode', () => {
  it('proposes anew after conflicts of versions and ranges', () => {
    for (const code of [11, 12])
      assert.deepEqual(meaningOfCode(code, 'tx'), { kind: 'again', exhausted: 'ledger-contended' });
  });

  it('never repeats what failed a policy or anything else', () => {
    for (const code of [4, 9, 10, 254]) {
      const meaning = meaningOfCode(code, 'tx');
      assert.ok(meaning.kind === 'answer');
      assert.equal(codeOf(meaning.error), 'endorsement-refused');
    }
  });
});

describe('meaningOfCommitError', () => {
  it('never takes an error for the end of a transaction', () => {
    assert.deepEqual(meaningOfCommitError(), { kind: 'unknown' });
  });
});
