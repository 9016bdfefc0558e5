import { MemoryLeaseJournal } from '@dstore/application/adapters/memory/memory-lease-journal.js';

import { leaseJournalConformance } from '../../../conformance/lease-journal.js';

describe('MemoryLeaseJournal', () => {
  leaseJournalConformance(async () => new MemoryLeaseJournal());
});
