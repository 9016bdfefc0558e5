import assert from 'node:assert/strict';

import { deriveKey } from '@dstore/application/core/keys.js';
import { SealBroken } from '@dstore/application/core/sealing.js';
import { VaultKeys } from '@dstore/application/core/vault-keys.js';

describe('vault keys', () => {
  const master = Buffer.alloc(32, 1);
  const sealId = Buffer.alloc(16, 2);
  const objectKey = Buffer.alloc(32, 3);

  it('are those of the master key, the vault and the generation asked for', () => {
    const keys = new VaultKeys(master, 'records', 0);
    assert.deepEqual(keys.catalogKey(4), deriveKey(master, 'catalog', 'records', 4));
    assert.deepEqual(keys.structureKey(4), deriveKey(master, 'structure', 'records', 4));
  });

  it('F-17 open what was wrapped before a rotation, and not what comes after', () => {
    const before = new VaultKeys(master, 'records', 0);
    const after = new VaultKeys(master, 'records', 1);
    const old = before.wrap(sealId, objectKey);
    assert.deepEqual(before.unwrap(sealId, old), objectKey);
    assert.deepEqual(after.unwrap(sealId, old), objectKey);
    assert.notDeepEqual(after.wrap(sealId, objectKey), old);
    assert.throws(() => before.unwrap(sealId, after.wrap(sealId, objectKey)), SealBroken);
  });

  it('refuse another vault, another stream, a changed generation and what is no wrapped key', () => {
    const keys = new VaultKeys(master, 'records', 1);
    const wrapped = keys.wrap(sealId, objectKey);
    assert.throws(() => new VaultKeys(master, 'others', 1).unwrap(sealId, wrapped), SealBroken);
    assert.throws(() => new VaultKeys(Buffer.alloc(32), 'records', 1).unwrap(sealId, wrapped), SealBroken);
    assert.throws(() => keys.unwrap(Buffer.alloc(16), wrapped), SealBroken);
    assert.throws(
      () => keys.unwrap(sealId, Buffer.concat([Buffer.alloc(4), wrapped.subarray(4)])),
      SealBroken,
    );
    assert.throws(() => keys.unwrap(sealId, wrapped.subarray(4)), SealBroken);
    assert.throws(() => keys.unwrap(sealId, Buffer.alloc(0)), SealBroken);
  });

  it('need a master key of 32 bytes', () => {
    assert.throws(() => new VaultKeys(Buffer.alloc(16), 'records', 0), RangeError);
  });
});
