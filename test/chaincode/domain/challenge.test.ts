import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chunkCount, cureChunk, drawnChunk, drawnShard, firstDraw, nextDraw } from '@dstore/chaincode/domain';
import { noise } from '../noise.js';

const seed = '5e'.repeat(32);
const lease = '01'.repeat(16);
const channel = 'dstore';
const of = (epoch: bigint) => ({ channel, seed, leaseId: lease, epoch });
const hashOf = (hex: string) => createHash('sha256').update(Buffer.from(hex, 'hex')).digest();
const hexOf = (text: string) => Buffer.from(text).toString('hex');
const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

describe('domain/challenge', () => {
  it('draws first from channel, seed, lease and epoch, as bytes written out by hand', () => {
    const bytes = `${hexOf('dstore/v1/challenge')}00${hexOf(channel)}00${'00000020'}${seed}${hexOf(lease)}00${'0000000000000007'}`;
    assert.deepEqual(firstDraw(of(7n)), hashOf(bytes));
  });

  it('takes the entry by x mod count and the chunk by H(0x01 || x) mod chunks', () => {
    for (let at = 0; at < 50; at += 1) {
      const draw = noise(32, at);
      const count = numberOf(noise(5, `count ${at}`)) + 1n;
      assert.equal(drawnShard(draw, count), numberOf(draw) % count);
      const size = 64 + at * 20_000;
      const chunk = numberOf(hashOf(`01${draw.toString('hex')}`)) % BigInt(Math.ceil(size / 1024));
      assert.equal(drawnChunk(draw, size), Number(chunk));
    }
  });

  it('A-100 leads on by the bytes of the chunk before, so that none can be skipped or invented', () => {
    const draw = firstDraw(of(1n));
    const chunk = noise(1024, 'chunk');
    assert.deepEqual(nextDraw(draw, chunk), hashOf(draw.toString('hex') + chunk.toString('hex')));
    const others = [noise(1024, 'other'), chunk.subarray(1), Buffer.alloc(0)];
    const draws = [chunk, ...others].map((bytes) => nextDraw(draw, bytes).toString('hex'));
    assert.equal(new Set(draws).size, draws.length);
  });

  it('A-08 A-20 A-50 hangs on channel, seed, lease and epoch and on nothing else', () => {
    const draws = new Set<string>();
    for (const other of [{}, { channel: 'other' }, { seed: '5f'.repeat(32) }, { leaseId: '02'.repeat(16) }])
      for (const epoch of [1n, 2n, 256n, 2n ** 63n])
        draws.add(firstDraw({ ...of(epoch), ...other }).toString('hex'));
    assert.equal(draws.size, 16);
    assert.deepEqual(firstDraw(of(1n)), firstDraw(of(1n)));
  });

  it('draws every entry and every chunk about as often', () => {
    const shards = new Map<bigint, number>();
    const chunks = new Map<number, number>();
    let draw = firstDraw(of(1n));
    for (let at = 0; at < 7000; at += 1, draw = nextDraw(draw, Buffer.of(at & 255))) {
      const [shard, chunk] = [drawnShard(draw, 7n), drawnChunk(draw, 5000)];
      shards.set(shard, (shards.get(shard) ?? 0) + 1);
      chunks.set(chunk, (chunks.get(chunk) ?? 0) + 1);
    }
    assert.deepEqual([shards.size, chunks.size], [7, chunkCount(5000)]);
    for (const times of shards.values()) assert.ok(Math.abs(times - 1000) < 150, `${times} of 7000`);
    for (const times of chunks.values()) assert.ok(Math.abs(times - 1400) < 180, `${times} of 7000`);
  });

  it('A-108 asks a reported loss for a chunk of its own, another in the next epoch', () => {
    const loss = { digest: 'ab'.repeat(32), size: 1 << 20 };
    const tag = `${hexOf('dstore/v1/cure')}00${hexOf(channel)}00${'00000020'}${seed}${hexOf(lease)}00`;
    const draw = numberOf(hashOf(`${tag}${'0000000000000007'}${'00000020'}${loss.digest}`));
    assert.equal(cureChunk(of(7n), loss), Number(draw % 1024n));
    const asked = Array.from({ length: 20 }, (_, at) => cureChunk(of(BigInt(at)), loss));
    assert.ok(new Set(asked).size > 15);
  });
});
