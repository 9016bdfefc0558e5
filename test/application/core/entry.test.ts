import {
  decodeCatalogEntry,
  decodeStructureEntry,
  encodeEntry,
  entryData,
  openEntry,
  sealEntry,
} from '@dstore/application/core/entry.js';
import { entryKey } from '@dstore/application/core/keys.js';
import { SealBroken, sealedSize, segmentCapacity } from '@dstore/application/core/sealing.js';
import { Refusal } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';

import { SeededRandom } from '../memory-vault.js';
import { catalogDelta, structureDelta } from './entries-of-tests.js';

const key = entryKey(Buffer.alloc(32, 1), 'catalog', 7n);
const salt = { salt: Buffer.alloc(32, 2), noncePrefix: Buffer.alloc(7, 3) };
const seal = (plain: Uint8Array) => sealEntry(plain, key, 'v', 'catalog', 7n, salt);

describe('entries', () => {
  it('open to what was sealed, at every edge of a segment', () => {
    const first = segmentCapacity(0);
    for (const size of [
      0,
      1,
      first - 1,
      first,
      first + 1,
      first + segmentCapacity(1),
      first + segmentCapacity(1) + 1,
    ]) {
      const plain = new SeededRandom(size).bytes(size);
      const sealed = seal(plain);
      assert.equal(sealed.length, sealedSize(size));
      assert.ok(openEntry(sealed, key, 'v', 'catalog', 7n).equals(plain), String(size));
    }
  });

  it('give back both halves of a flush', () => {
    assert.deepEqual(
      decodeCatalogEntry(openEntry(seal(encodeEntry(catalogDelta)), key, 'v', 'catalog', 7n)),
      catalogDelta,
    );
    assert.deepEqual(decodeStructureEntry(encodeEntry(structureDelta)), structureDelta);
    assert.throws(() => decodeCatalogEntry(encodeEntry(structureDelta)), Refusal);
    assert.throws(() => decodeStructureEntry(Buffer.from('{')), Refusal);
  });

  it('A-138 open for their very vault, kind, revision and key', () => {
    const sealed = seal(encodeEntry(catalogDelta));
    assert.throws(() => openEntry(sealed, key, 'w', 'catalog', 7n), SealBroken);
    assert.throws(() => openEntry(sealed, key, 'v', 'structure', 7n), SealBroken);
    assert.throws(() => openEntry(sealed, key, 'v', 'catalog', 8n), SealBroken);
    const other = entryKey(Buffer.alloc(32, 1), 'catalog', 8n);
    assert.throws(() => openEntry(sealed, other, 'v', 'catalog', 7n), SealBroken);
  });

  it('A-138 do not open with any one byte flipped, nor cut', () => {
    const sealed = seal(Buffer.from('what is it?'));
    for (let at = 0; at < sealed.length; at += 1) {
      const flipped = Buffer.from(sealed);
      flipped[at] = (flipped[at] as number) ^ 1;
      assert.throws(() => openEntry(flipped, key, 'v', 'catalog', 7n), SealBroken, `byte ${at}`);
    }
    for (const length of [0, 39, 40, sealed.length - 1])
      assert.throws(() => openEntry(sealed.subarray(0, length), key, 'v', 'catalog', 7n), SealBroken);
  });

  it('are bound to other data than checkpoints of the same revision', () => {
    const kinds = ['catalog', 'structure', 'catalog-checkpoint', 'structure-checkpoint'] as const;
    const data = kinds.map((kind) => entryData('v', kind, 7n).toString('hex'));
    assert.equal(new Set(data).size, 4);
  });
});
