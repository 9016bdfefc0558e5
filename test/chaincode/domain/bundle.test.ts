import assert from 'node:assert/strict';
import { type Answer, encodeBundle, type LeaseProof, parseBundle } from '@dstore/chaincode/domain';
import fc from 'fast-check';
import { flipped, noise } from '../noise.js';
import { refused } from '../refused.js';

const nodes = (count: number, name: string) =>
  Array.from({ length: count }, (_, at) => noise(32, `${name}${at}`));

function answerOf(name: string, nodeCount = 3, chunkLength = 20, values = 2): Answer {
  return {
    entry: { digest: noise(32, name).toString('hex'), size: 64 + nodeCount },
    path: nodes(nodeCount, `${name}/node`),
    proof: { chunk: noise(chunkLength, `${name}/chunk`), path: nodes(values, `${name}/value`) },
  };
}

function proofOf(name: string, answers = 2, cures = 1): LeaseProof {
  return {
    leaseId: noise(16, name).toString('hex'),
    answers: Array.from({ length: answers }, (_, at) => answerOf(`${name}/${at}`)),
    cures: Array.from({ length: cures }, (_, index) => ({ index, ...answerOf(`${name}/cure/${index}`) })),
  };
}

const good = encodeBundle([proofOf('a'), proofOf('b', 1, 0)]);
const leaseBytes = 16 + 1 + 1;
/** Bytes of an answer with no nodes, no chunk and no values. */
const bareAnswer = Buffer.concat([Buffer.alloc(32), Buffer.of(0, 0, 0, 64, 0, 0, 0, 0)]);
const bundleOf = (...leases: Buffer[]) =>
  Buffer.concat([Buffer.from('DSP1'), Buffer.of(leases.length), ...leases]);
const leaseOf = (id: number, answers: number, cures: number, ...parts: Uint8Array[]) => {
  const name = Buffer.alloc(16);
  name.writeUInt32BE(id);
  return Buffer.concat([name, Buffer.of(answers, cures), ...parts]);
};

describe('domain/bundle', () => {
  it('lays out what it says, to the byte', () => {
    const proof = { leaseId: '0f'.repeat(16), answers: [answerOf('x', 1, 2, 1)], cures: [] };
    const [answer] = proof.answers as [Answer];
    const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
    const expected = [
      hex(Buffer.from('DSP1')),
      '01',
      '0f'.repeat(16),
      '01',
      '00',
      answer.entry.digest,
      '00000041',
      '01',
      hex(answer.path[0]),
      '0002',
      hex(answer.proof.chunk),
      '01',
      hex(answer.proof.path[0]),
    ];
    assert.equal(encodeBundle([proof]).toString('hex'), expected.join(''));
  });

  it('is read back as it was written', () => {
    const counts = fc.tuple(fc.nat(4), fc.nat(3), fc.nat(48), fc.nat(1024), fc.nat(48));
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 5 }), (leases) => {
        const proofs = leases.map(([answers, cures, nodeCount, chunk, values], at) => ({
          leaseId: noise(16, at).toString('hex'),
          answers: Array.from({ length: answers }, (_, i) =>
            answerOf(`${at}/${i}`, nodeCount, chunk, values),
          ),
          cures: Array.from({ length: cures }, (_, index) => ({
            index: index * 1_000_000_007,
            ...answerOf(`${at}/c${index}`, values, chunk, nodeCount),
          })),
        }));
        assert.deepEqual(parseBundle(encodeBundle(proofs)), proofs);
      }),
      { numRuns: 50 },
    );
  });

  it('A-15 refuses every truncation and every spare byte', () => {
    for (let length = 0; length < good.length; length += 1)
      refused('arguments-malformed', () => parseBundle(good.subarray(0, length)), `${length}`);
    for (const spare of [Buffer.of(0), Buffer.from('DSP1'), good])
      refused('arguments-malformed', () => parseBundle(Buffer.concat([good, spare])));
    assert.equal(parseBundle(good).length, 2);
  });

  it('A-15 has one spelling: what is read after any byte was turned is written as those bytes again', () => {
    for (let at = 0; at < good.length; at += 1)
      for (const bytes of [
        flipped(good, at),
        Buffer.concat([good.subarray(0, at), Buffer.of(255), good.subarray(at + 1)]),
      ])
        try {
          assert.deepEqual(encodeBundle(parseBundle(bytes)), bytes);
        } catch (error) {
          assert.equal((error as Error).name, 'Refusal', `byte ${at}: ${String(error)}`);
        }
  });

  it('refuses a lease that stands twice, and another magic', () => {
    refused('arguments-malformed', () => parseBundle(encodeBundle([proofOf('a'), proofOf('a', 1)])));
    for (let at = 0; at < 4; at += 1) refused('arguments-malformed', () => parseBundle(flipped(good, at)));
  });

  it('A-16 A-68 refuses more bytes than a transaction may carry, before it reads one', () => {
    refused('batch-too-large', () => parseBundle(Buffer.alloc(8_000_001)));
    refused('arguments-malformed', () => parseBundle(Buffer.alloc(8_000_000)));
  });

  it('A-16 holds leases, answers, cures, nodes and chunks to their bounds', () => {
    const leases = (count: number) =>
      bundleOf(...Array.from({ length: count }, (_, at) => leaseOf(at, 0, 0)));
    assert.equal(parseBundle(leases(100)).length, 100);
    for (const count of [0, 101, 255]) refused('batch-too-large', () => parseBundle(leases(count)));
    const answers = (count: number) => Array.from({ length: count }, () => bareAnswer);
    const cures = (count: number) => answers(count).map((bytes) => Buffer.concat([Buffer.alloc(4), bytes]));
    assert.equal(parseBundle(bundleOf(leaseOf(1, 200, 0, ...answers(200))))[0]?.answers.length, 200);
    refused('arguments-malformed', () => parseBundle(bundleOf(leaseOf(1, 201, 0, ...answers(201)))));
    assert.equal(parseBundle(bundleOf(leaseOf(1, 0, 64, ...cures(64))))[0]?.cures.length, 64);
    refused('arguments-malformed', () => parseBundle(bundleOf(leaseOf(1, 0, 65, ...cures(65)))));
  });

  it('A-16 holds paths to 48 nodes and chunks to 1,024 bytes', () => {
    const one = (answer: Answer) =>
      encodeBundle([{ leaseId: '00'.repeat(16), answers: [answer], cures: [] }]);
    assert.equal(parseBundle(one(answerOf('x', 48, 1024, 48))).length, 1);
    for (const answer of [answerOf('x', 49), answerOf('x', 1, 1025), answerOf('x', 1, 0, 49)])
      refused('arguments-malformed', () => parseBundle(one(answer)));
  });

  it('reads from within a larger buffer without straying', () => {
    const around = Buffer.concat([Buffer.alloc(7, 1), good, Buffer.alloc(7, 2)]);
    assert.deepEqual(parseBundle(around.subarray(7, 7 + good.length)), parseBundle(good));
    assert.equal(bundleOf(leaseOf(1, 0, 0)).length, 5 + leaseBytes);
  });
});
