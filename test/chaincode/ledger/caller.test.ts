import assert from 'node:assert/strict';
import { callerOf } from '@dstore/chaincode/ledger/caller.js';
import type { Context } from 'fabric-contract-api';
import { refused } from '../refused.js';
import { certificate } from './call-of-tests.js';

const called = (msp: string, attributes: Record<string, string>) =>
  callerOf({ clientIdentity: certificate(msp, attributes) } as unknown as Context);

describe('ledger/caller', () => {
  it('A-88 is MSP and enrolment id, whatever else a certificate says', () => {
    const caller = called('Org1MSP', { 'hf.EnrollmentID': 'User1@org1', 'hf.Affiliation': 'Org2MSP' });
    assert.deepEqual(caller, { account: { msp: 'Org1MSP', id: 'User1@org1' }, roles: [] });
  });

  it('takes the roles it knows, each once, in one order', () => {
    const roles = (text: string) => called('Org1', { 'hf.EnrollmentID': 'a', 'dstore.roles': text }).roles;
    assert.deepEqual(roles('admin owner'), ['owner', 'admin']);
    assert.deepEqual(roles('admin owner admin king'), ['owner', 'admin']);
    for (const text of ['', ' ', 'Admin', 'admins', 'owner,admin', 'owner\tadmin', 'owneradmin'])
      assert.deepEqual(roles(text), [], text);
  });

  it('A-65 refuses a certificate without an id that an account can have', () => {
    refused('id-malformed', () => called('Org1', {}));
    for (const id of ['', 'a/b', 'a\0', 'é', '-a', 'a'.repeat(64)]) {
      refused('id-malformed', () => called('Org1', { 'hf.EnrollmentID': id }));
      refused('id-malformed', () => called(id, { 'hf.EnrollmentID': 'a' }));
    }
  });
});
