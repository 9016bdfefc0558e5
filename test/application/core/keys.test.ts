import assert from 'node:assert/strict';
import { createDecipheriv, createHmac } from 'node:crypto';

import {
  deriveKey,
  entryKey,
  masterOf,
  unwrapKey,
  wordsOf,
  wrapKey,
  wrappedBytes,
} from '@dstore/application/core/keys.js';
import { SealBroken } from '@dstore/application/core/sealing.js';
import fc from 'fast-check';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const master = Buffer.alloc(32, 5);
const sealId = Buffer.alloc(16, 6);

/** Vectors of BIP-39's reference implementation for 256 bits of entropy. */
const published = new Map([
  ['00', `${'abandon '.repeat(23)}art`],
  [
    '80',
    `${'letter advice cage absurd amount doctor acoustic avoid '.repeat(2)}letter advice cage absurd amount doctor acoustic bless`,
  ],
  ['ff', `${'zoo '.repeat(23)}vote`],
]);

describe('keys', () => {
  it('turns a master key into the words that BIP-39 publishes, and back', () => {
    for (const [byte, words] of published) {
      assert.equal(wordsOf(Buffer.from(byte.repeat(32), 'hex')), words);
      assert.equal(masterOf(words)?.toString('hex'), byte.repeat(32));
    }
    fc.assert(fc.property(key, (bytes) => assert.deepEqual(masterOf(wordsOf(bytes)), bytes)));
    assert.throws(() => wordsOf(Buffer.alloc(16)), RangeError);
  });

  it('reads words in any case and spacing', () => {
    const words = wordsOf(master);
    assert.deepEqual(masterOf(`  ${words.toUpperCase().replaceAll(' ', '\n\t ')} `), master);
  });

  it('F-16 refuses wrong words', () => {
    const words = wordsOf(master).split(' ');
    const wrong = [
      [],
      words.slice(1),
      [...words, 'zoo'],
      ['notaword', ...words.slice(1)],
      [...words.slice(0, 23), words[23] === 'zoo' ? 'zone' : 'zoo'],
      Array<string>(12).fill('abandon'),
    ];
    for (const list of wrong) assert.equal(masterOf(list.join(' ')), undefined, list.join(' '));
  });

  it('derives by HKDF-SHA256 with the tuple as info', () => {
    const info = Buffer.concat([
      Buffer.from('dstore/v1/key\0wrap\0records\0'),
      Buffer.from('0000000000000102', 'hex'),
    ]);
    const extracted = createHmac('sha256', Buffer.alloc(32)).update(master).digest();
    const expected = createHmac('sha256', extracted).update(info).update(Buffer.of(1)).digest();
    assert.deepEqual(deriveKey(master, 'wrap', 'records', 258), expected);
    assert.throws(() => deriveKey(Buffer.alloc(31), 'wrap', 'records', 0), RangeError);
  });

  it('derives another key for every purpose, vault, generation, kind and revision', () => {
    const derived = [
      deriveKey(master, 'catalog', 'records', 0),
      deriveKey(master, 'structure', 'records', 0),
      deriveKey(master, 'wrap', 'records', 0),
      deriveKey(master, 'catalog', 'record', 0),
      deriveKey(master, 'catalog', 'records', 1),
      deriveKey(Buffer.alloc(32, 1), 'catalog', 'records', 0),
      entryKey(master, 'catalog', 1n),
      entryKey(master, 'catalog', 2n),
      entryKey(master, 'structure', 1n),
      entryKey(master, 'catalog-checkpoint', 1n),
      entryKey(master, 'structure-checkpoint', 1n),
    ];
    assert.equal(new Set(derived.map((each) => each.toString('hex'))).size, derived.length);
  });

  it('wraps an object key by AES-256-GCM bound to vault and seal', () => {
    const wrapped = wrapKey(master, 'records', sealId, Buffer.alloc(32, 9));
    assert.equal(wrapped.length, wrappedBytes);
    const bound = Buffer.concat([
      Buffer.from('dstore/v1/wrap\0records\0'),
      Buffer.from('00000010', 'hex'),
      sealId,
    ]);
    const decipher = createDecipheriv('aes-256-gcm', master, wrapped.subarray(0, 12));
    decipher.setAAD(bound).setAuthTag(wrapped.subarray(44));
    assert.deepEqual(
      Buffer.concat([decipher.update(wrapped.subarray(12, 44)), decipher.final()]),
      Buffer.alloc(32, 9),
    );
  });

  it('unwraps what it wrapped, the same each time, under a nonce for each key', () => {
    const nonces = new Set<string>();
    fc.assert(
      fc.property(key, key, (wrapping, objectKey) => {
        const wrapped = wrapKey(wrapping, 'records', sealId, objectKey);
        assert.deepEqual(wrapKey(wrapping, 'records', sealId, objectKey), wrapped);
        assert.deepEqual(unwrapKey(wrapping, 'records', sealId, wrapped), objectKey);
      }),
    );
    for (let at = 0; at < 100; at += 1)
      nonces.add(wrapKey(master, 'records', Buffer.alloc(16, at), Buffer.alloc(32)).toString('hex', 0, 12));
    for (let at = 1; at < 100; at += 1)
      nonces.add(wrapKey(master, 'records', Buffer.alloc(16), Buffer.alloc(32, at)).toString('hex', 0, 12));
    assert.equal(nonces.size, 199);
  });

  it('refuses a wrapped key of another vault, seal or wrapping key, and any flipped bit', () => {
    const wrapped = wrapKey(master, 'records', sealId, Buffer.alloc(32, 9));
    const broken = (wrapping: Buffer, vaultId: string, seal: Buffer, bytes: Buffer) =>
      assert.throws(() => unwrapKey(wrapping, vaultId, seal, bytes), SealBroken);
    broken(master, 'others', sealId, wrapped);
    broken(master, 'records', Buffer.alloc(16), wrapped);
    broken(Buffer.alloc(32), 'records', sealId, wrapped);
    broken(master, 'records', sealId, wrapped.subarray(1));
    broken(master, 'records', sealId, Buffer.alloc(0));
    for (let at = 0; at < wrapped.length; at += 1) {
      const bad = Buffer.from(wrapped);
      bad.writeUInt8(bad.readUInt8(at) ^ 1, at);
      broken(master, 'records', sealId, bad);
    }
    assert.throws(() => wrapKey(master, 'records', sealId, Buffer.alloc(16)), RangeError);
  });
});
