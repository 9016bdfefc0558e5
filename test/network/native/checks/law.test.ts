import { judgeIndependence, judgeLaw, type LawView } from '@dstore/network/native/checks/law.js';
import assert from 'node:assert/strict';

import { flawsOf } from './judged.js';

const approvals = { Org1MSP: true, Org2MSP: true };
const view = (mspId: string, changes: Partial<LawView> = {}): LawView => ({
  mspId,
  definition: { version: '1', sequence: 2, approvals },
  silence: undefined,
  keepalive: undefined,
  ...changes,
});
const judged = (changes: Partial<LawView>) => flawsOf(judgeLaw([view('Org1MSP'), view('Org2MSP', changes)]));

describe('the check of the law', () => {
  it('is content with one definition that all have approved and that answers', () => {
    assert.deepEqual(judged({ keepalive: '0' }), []);
  });

  it('says who does not know, does not answer, or will end at a message', () => {
    assert.deepEqual(judged({ definition: undefined }), [
      'fail: the peer of Org2MSP does not know sequence 2',
    ]);
    const older = { version: '1', sequence: 1, approvals };
    assert.deepEqual(judged({ definition: older }), ['fail: the peer of Org2MSP does not know sequence 2']);
    assert.deepEqual(judged({ silence: 'refused' }), ['fail: the law of Org2MSP does not answer: refused']);
    assert.deepEqual(judged({ keepalive: '60000' }), [
      'fail: the chaincode server of Org2MSP expects keep-alive messages, at which it ends',
    ]);
  });

  it('warns of who has not approved', () => {
    const definition = { version: '1', sequence: 1, approvals: { Org1MSP: true, Org2MSP: false } };
    const views = ['Org1MSP', 'Org2MSP'].map((mspId) => view(mspId, { definition }));
    assert.deepEqual(flawsOf(judgeLaw(views)), ['warn: Org2MSP has not approved sequence 1']);
  });

  it('fails where nothing is defined', () => {
    assert.equal(flawsOf(judgeLaw([view('Org1MSP', { definition: undefined })])).length, 1);
  });
});

describe('the check of endorsement', () => {
  const all = ['Org1MSP', 'Org2MSP', 'Org3MSP'].map((mspId) => ({ mspId, error: undefined }));

  it('says without whom nothing is endorsed', () => {
    assert.deepEqual(flawsOf(judgeIndependence(all)), []);
    const broken = [...all.slice(0, 2), { mspId: 'Org3MSP', error: 'no combination' }];
    assert.deepEqual(flawsOf(judgeIndependence(broken)), [
      'fail: without Org3MSP nothing is endorsed: no combination',
    ]);
  });

  it('does not ask what a majority of two can not give', () => {
    assert.ok('skipped' in judgeIndependence(all.slice(0, 2)));
  });
});
