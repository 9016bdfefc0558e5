import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openStream, sealStream } from '@dstore/application/core/sealed-stream.js';
import {
  associatedData,
  headerBytes,
  SealBroken,
  sealedSize,
  segmentBytes,
  tagBytes,
} from '@dstore/application/core/sealing.js';

import { runTink, type TinkJob } from './tink.js';

const first = segmentBytes - headerBytes - tagBytes;
const full = segmentBytes - tagBytes;
const borders = [first, first + full, first + 2 * full];
const sizes = [0, 1, 40, 65536, 65537, ...borders.flatMap((border) => [border - 1, border, border + 1])];

const noise = (length: number) =>
  createHash('shake256', { outputLength: Math.max(1, length) })
    .update(`${length}`)
    .digest()
    .subarray(0, length);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function whole(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('sealed streams and Tink 1.16.1 for Python', () => {
  const objectKey = randomBytes(32);
  const bound = associatedData(randomBytes(16), 3);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interop-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const path = (name: string) => join(folder, name);
  const job = (verb: TinkJob['verb'], input: string, output: string): TinkJob => ({
    verb,
    objectKey,
    associatedData: bound,
    input: path(input),
    output: path(output),
  });
  const seal = (plain: Uint8Array) =>
    whole(
      sealStream(once(plain), {
        objectKey,
        salt: randomBytes(32),
        noncePrefix: randomBytes(7),
        associatedData: bound,
      }),
    );
  const open = (name: string) =>
    whole(openStream(createReadStream(path(name)), { objectKey, associatedData: bound }));

  describe('Tink opens what we seal', () => {
    before(async () => {
      for (const size of sizes) await writeFile(path(`ours-${size}`), await seal(noise(size)));
      const jobs = sizes.map((size) => job('open', `ours-${size}`, `opened-${size}`));
      assert.deepEqual(new Set(runTink(jobs)), new Set(['ok']));
    });
    for (const size of sizes)
      it(`${size} bytes`, async () => {
        assert.ok((await readFile(path(`opened-${size}`))).equals(noise(size)));
      });
  });

  describe('we open what Tink seals', () => {
    before(async () => {
      for (const size of sizes) await writeFile(path(`plain-${size}`), noise(size));
      const jobs = sizes.map((size) => job('seal', `plain-${size}`, `theirs-${size}`));
      assert.deepEqual(new Set(runTink(jobs)), new Set(['ok']));
    });
    for (const size of sizes)
      it(`${size} bytes`, async () => {
        assert.equal((await readFile(path(`theirs-${size}`))).length, sealedSize(size));
        assert.ok((await open(`theirs-${size}`)).equals(noise(size)));
      });
  });

  it('refuse the same damaged streams', async () => {
    const good = await seal(noise(first + full + 100));
    const flip = (at: number) => Buffer.from(good.map((byte, index) => (index === at ? byte ^ 1 : byte)));
    const damaged = {
      'no-header': Buffer.alloc(0),
      'no-segment': good.subarray(0, headerBytes),
      'cut-after-one': good.subarray(0, segmentBytes),
      'cut-after-two': good.subarray(0, 2 * segmentBytes),
      'cut-tag': good.subarray(0, -1),
      longer: Buffer.concat([good, Buffer.of(0)]),
      salt: flip(5),
      prefix: flip(39),
      segment: flip(segmentBytes + 5),
      tag: flip(good.length - 1),
    };
    for (const [name, bytes] of Object.entries(damaged)) {
      await writeFile(path(name), bytes);
      await assert.rejects(open(name), SealBroken, name);
    }
    const verdicts = runTink(Object.keys(damaged).map((name) => job('open', name, `${name}-opened`)));
    assert.deepEqual(
      verdicts,
      Object.keys(damaged).map(() => 'refused'),
    );
  });

  it('refuse a stream that was sealed for another place', async () => {
    await writeFile(path('placed'), await seal(noise(10)));
    const elsewhere = {
      ...job('open', 'placed', 'placed-opened'),
      associatedData: associatedData(Buffer.alloc(16), 3),
    };
    assert.deepEqual(runTink([elsewhere]), ['refused']);
  });
});
