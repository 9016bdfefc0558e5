import type { Bundles } from '@dstore/application/ports/bundles.js';
import { sha256 } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';

/** Every adapter passes these. */
export function bundlesConformance(open: () => Promise<Bundles>): void {
  const bundle = Buffer.from('a bundle');
  const digest = sha256(bundle).toString('hex');

  it('gives back what it keeps, kept twice too, and nothing else', async () => {
    const bundles = await open();
    assert.equal(await bundles.get(digest), undefined);
    await bundles.keep(7n, digest, bundle);
    await bundles.keep(7n, digest, bundle);
    assert.deepEqual(await bundles.get(digest), bundle);
    assert.equal(await bundles.get(digest.slice(1)), undefined);
  });

  it('forgets epochs before the one that is named, and no other', async () => {
    const bundles = await open();
    await bundles.keep(9n, digest, bundle);
    const other = sha256(Buffer.from(digest)).toString('hex');
    await bundles.keep(10n, other, bundle);
    await bundles.prune(-5n);
    await bundles.prune(9n);
    assert.deepEqual(await bundles.get(digest), bundle);
    await bundles.prune(10n);
    assert.equal(await bundles.get(digest), undefined);
    assert.deepEqual(await bundles.get(other), bundle);
  });
}
