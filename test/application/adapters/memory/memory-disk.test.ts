import { MemoryDisk } from '@dstore/application/adapters/memory/memory-disk.js';
import { diskConformance } from '../../../conformance/disk.js';

describe('MemoryDisk', () => {
  diskConformance('memory', async () => ({
    open: async () => new MemoryDisk(),
    openSmall: async (capacityBytes) => new MemoryDisk({ capacityBytes }),
    close: async () => undefined,
  }));
});
