import assert from 'node:assert/strict';

import { ReadThrough } from '@dstore/application/use-cases/read-through.js';

import { VaultOfTests } from './vault-of-tests.js';

/** Forty stripes on three disks, and a reader that draws from a counter. */
function reading() {
  const vault = new VaultOfTests(3);
  for (let at = 0; at < 40; at += 1) vault.put(`s${at}`, [1, 2, 3]);
  const { map, doors, suspects } = vault;
  let drawn = 0;
  const random = {
    bytes: (count: number) => Buffer.alloc(count, ((drawn += 37) * 101) % 251),
  };
  return { vault, useCase: new ReadThrough({ map, doors, suspects, random }) };
}

describe('read-through', () => {
  it('notes nothing where everything is there', async () => {
    const { vault, useCase } = reading();
    assert.equal(await useCase.run(), 0);
    assert.equal(vault.suspects.count, 0);
  });

  it('A-122 finds all shards of a disk that lost everything but still answers, and notes them once', async () => {
    const { vault, useCase } = reading();
    vault.disk(2).shards.clear();
    assert.equal(await useCase.run(), 40);
    assert.equal(await useCase.run(), 0);
    assert.equal(vault.suspects.count, 40);
  });

  it('finds a disk that serves other bytes', async () => {
    const { vault, useCase } = reading();
    for (const digest of vault.disk(1).shards.keys()) vault.disk(1).shards.set(digest, Buffer.alloc(4096));
    assert.equal(await useCase.run(), 1);
  });

  it('blames nobody for a silent door', async () => {
    const { vault, useCase } = reading();
    vault.disk(3).mood = 'silent';
    assert.equal(await useCase.run(), 0);
  });
});
