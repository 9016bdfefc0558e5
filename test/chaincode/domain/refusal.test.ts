import assert from 'node:assert/strict';
import { formatRefusal, insist, lawCodes, parseRefusal, Refusal } from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { refused } from '../refused.js';

describe('domain/refusal', () => {
  it('lists each code once, in words joined by hyphens', () => {
    assert.equal(new Set(lawCodes).size, lawCodes.length);
    for (const code of lawCodes) assert.match(code, /^[a-z]+(?:-[a-z]+)+$/);
  });

  it('S-12 sends every code and any message, and reads both back from what a peer makes of them', () => {
    const wraps = ['', 'chaincode response 500, ', '10 ABORTED: failed to endorse: ', 'Error:\n'];
    const messages = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.constantFrom(...lawCodes),
        messages,
        fc.constantFrom(...wraps),
        (code, message, wrap) => {
          const back = parseRefusal(wrap + formatRefusal(new Refusal(code, message)));
          assert.deepEqual([back?.code, back?.message], [code, message]);
        },
      ),
    );
    for (const code of lawCodes) assert.equal(parseRefusal(`${code}: x`)?.code, code);
  });

  it('reads the first code: a message may quote another', () => {
    const back = parseRefusal('chaincode response 500, not-owner: lease-full: no');
    assert.deepEqual([back?.code, back?.message], ['not-owner', 'lease-full: no']);
  });

  it('takes other errors for what they are', () => {
    const texts = [
      '',
      'lease-full',
      'no-such-code: x',
      'TypeError: x',
      'LEASE-FULL: x',
      'lease-full:x',
      'xlease-full',
    ];
    for (const text of texts) assert.equal(parseRefusal(text), undefined, text);
  });

  it('insists or refuses', () => {
    insist(true, 'disk-full', 'never');
    refused('disk-full', () => insist(false, 'disk-full', 'no room'));
    assert.throws(() => insist(false, 'disk-full', 'no room'), { name: 'Refusal', message: 'no room' });
  });
});
