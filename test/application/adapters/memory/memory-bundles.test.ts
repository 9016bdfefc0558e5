import { MemoryBundles } from '@dstore/application/adapters/memory/memory-bundles.js';

import { bundlesConformance } from '../../../conformance/bundles.js';

describe('MemoryBundles', () => {
  bundlesConformance(async () => new MemoryBundles());
});
