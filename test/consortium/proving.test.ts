import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';

describe('a consortium that proves', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;

  before(async () => {
    consortium = await ConsortiumOfTests.open();
    owner = await consortium.openOwner();
    await owner.makeBucket();
  });
  after(() => consortium?.close());
  afterEach(() => consortium.assertSupply());

  it('puts, proves and is paid', async () => {
    const bytes = randomBytes(3_000_000);
    const { degraded } = await owner.put('one', bytes);
    assert.equal(degraded, false);
    assert.deepEqual(await owner.get('one'), bytes);
    const verdicts = await consortium.nextEpoch();
    for (const [diskId, [verdict]] of verdicts) assert.equal(verdict?.paid, 100n, diskId);
  });
});
