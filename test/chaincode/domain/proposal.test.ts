import assert from 'node:assert/strict';
import {
  canonicalJson,
  checkBody,
  checkClosing,
  proposalDigest,
  type ProposalBody,
  sha256,
  tuple,
} from '@dstore/chaincode/domain';
import { refused } from '../refused.js';

const to = { msp: 'Org1', id: 'owner' };
const bodies: ProposalBody[] = [
  { kind: 'mint', to, amount: 5n },
  { kind: 'params', changes: { challenges: 9 } },
  { kind: 'suspend', organization: 'Org2' },
  { kind: 'reinstate', organization: 'Org2' },
  { kind: 'admit', organization: 'Org2' },
];

describe('domain/proposal', () => {
  it('takes bodies with exactly the members of their kind', () => {
    const members = { to, amount: 5n, changes: {}, organization: 'Org2' };
    for (const body of bodies) {
      assert.equal(checkBody(body), body);
      for (const [name, value] of Object.entries(members)) {
        if (name in body) {
          const rest = Object.fromEntries(Object.entries(body).filter(([other]) => other !== name));
          refused(
            'arguments-malformed',
            () => checkBody(rest as ProposalBody),
            `${body.kind} without ${name}`,
          );
        } else
          refused(
            'arguments-malformed',
            () => checkBody({ ...body, [name]: value }),
            `${body.kind}, ${name}`,
          );
      }
    }
  });

  it('A-61 refuses to mint nothing', () => {
    refused('amount-zero', () => checkBody({ kind: 'mint', to, amount: 0n }));
  });

  it('A-149 binds votes to channel, proposal and every part of its body', () => {
    const [mint] = bodies as [ProposalBody];
    const digest = sha256(tuple('dstore/v1/proposal', 'dstore', 'id', canonicalJson(mint))).toString('hex');
    assert.equal(proposalDigest('dstore', 'id', mint), digest);
    const digests = [
      digest,
      proposalDigest('dstore2', 'id', mint),
      proposalDigest('dstore', 'id2', mint),
      proposalDigest('dstore', 'id', { ...mint, amount: 50n }),
      proposalDigest('dstore', 'id', { ...mint, to: { ...to, id: 'other' } }),
      ...bodies.slice(1).map((body) => proposalDigest('dstore', 'id', body)),
    ];
    assert.equal(new Set(digests).size, digests.length);
    assert.equal(proposalDigest('dstore', 'id', { amount: 5n, to, kind: 'mint' }), digest);
  });

  it('closes a vote 1 to 100,000 epochs from now', () => {
    checkClosing(8n, 7n);
    checkClosing(100_007n, 7n);
    for (const closesAt of [0n, 7n, 100_008n]) refused('term-out-of-range', () => checkClosing(closesAt, 7n));
  });
});
