import assert from 'node:assert/strict';
import { type Receipt, receiptBytes, tuple } from '@dstore/chaincode/domain';

const receipt: Receipt = {
  leaseId: '01'.repeat(16),
  diskId: 'd1',
  content: { revision: 7n, root: 'ab'.repeat(32), count: 3n, bytes: 12_288n },
  lastEpoch: 9n,
};

describe('domain/receipt', () => {
  it('is signed over the bytes that the protocol lists', () => {
    const root = Buffer.from('ab'.repeat(32), 'hex');
    const lease = '01'.repeat(16);
    const bytes = tuple('dstore/v1/receipt', 'dstore', lease, 'd1', 7n, root, 3n, 12_288n, 9n);
    assert.deepEqual(receiptBytes('dstore', receipt), bytes);
  });

  it('A-12 A-50 A-124 binds channel, lease, disk, last epoch and each part of the content', () => {
    const { content } = receipt;
    const others: [string, Receipt][] = [
      ['dstore2', receipt],
      ['dstore', { ...receipt, leaseId: '02'.repeat(16) }],
      ['dstore', { ...receipt, diskId: 'd2' }],
      ['dstore', { ...receipt, diskId: 'd' }],
      ...[8n, 10n, 0n].map((lastEpoch): [string, Receipt] => ['dstore', { ...receipt, lastEpoch }]),
    ];
    const contents = [
      ...[6n, 8n, 0n].map((revision) => ({ ...content, revision })),
      ...[2n, 4n, 0n].map((count) => ({ ...content, count })),
      ...[12_287n, 12_289n, 0n, 2n ** 64n - 1n].map((bytes) => ({ ...content, bytes })),
      { ...content, root: 'ac'.repeat(32) },
      { ...content, count: content.bytes, bytes: content.count },
    ];
    const all = [
      ...others,
      ...contents.map((each): [string, Receipt] => ['dstore', { ...receipt, content: each }]),
    ];
    const messages = new Set(all.map(([channel, each]) => receiptBytes(channel, each).toString('hex')));
    messages.add(receiptBytes('dstore', receipt).toString('hex'));
    assert.equal(messages.size, all.length + 1);
  });

  it('A-146 keeps channel, lease and disk apart from each other', () => {
    const at = (channel: string, leaseId: string, diskId: string) =>
      receiptBytes(channel, { ...receipt, leaseId, diskId }).toString('hex');
    assert.notEqual(at('ab', 'c', 'd'), at('a', 'bc', 'd'));
    assert.notEqual(at('a', 'bc', 'd'), at('a', 'b', 'cd'));
  });
});
