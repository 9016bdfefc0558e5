import assert from 'node:assert/strict';
import { leaseIdOf, noteIdOf, proposalIdOf, sha256, tuple } from '@dstore/chaincode/domain';

describe('domain/issued-id', () => {
  it('is the first 16 bytes of H(T(tag, channel, transaction, index))', () => {
    const whole = sha256(tuple('dstore/v1/lease', 'dstore', 'tx', 3)).toString('hex');
    assert.equal(leaseIdOf('dstore', 'tx', 3), whole.slice(0, 32));
    assert.match(noteIdOf('dstore', 'tx', 0), /^[0-9a-f]{32}$/);
  });

  it('A-124 A-146 never returns: other kind, channel, transaction or index, another id', () => {
    const ids: string[] = [];
    for (const channel of ['a', 'ab', 'abc'])
      for (const txId of ['c', 'bc', 'x']) {
        ids.push(proposalIdOf(channel, txId));
        for (let index = 0; index < 64; index += 1)
          ids.push(leaseIdOf(channel, txId, index), noteIdOf(channel, txId, index));
      }
    assert.equal(new Set(ids).size, ids.length);
  });
});
