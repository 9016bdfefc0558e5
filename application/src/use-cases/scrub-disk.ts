import type { Entry } from '@dstore/chaincode/domain';
import { maxShardBytes, shardDigest } from '../core/shard.js';
import { SpareBuffers } from '../core/spare-buffers.js';
import type { LeasedDisk } from './leased-disk.js';
import type { MissingShard, ReportLosses } from './report-losses.js';

/**
 * Reads a disk's own shards through, some bytes a run, and reports what is missing or rotten before an audit finds it
 * (F-12). Goes on where the last run stopped and begins anew at the end.
 */
export class ScrubDisk {
  readonly #disk: LeasedDisk;
  readonly #losses: Pick<ReportLosses, 'run'>;
  readonly #bytesPerRun: number;
  readonly #rooms = new SpareBuffers(maxShardBytes + 1, 1);
  #at = { leaseId: '', index: 0 };

  constructor(disk: LeasedDisk, losses: Pick<ReportLosses, 'run'>, bytesPerRun: number) {
    this.#disk = disk;
    this.#losses = losses;
    this.#bytesPerRun = bytesPerRun;
  }

  /** Answers how many losses it reported. */
  async run(signal?: AbortSignal): Promise<number> {
    const missing: MissingShard[] = [];
    let left = this.#bytesPerRun;
    for (const shard of this.#shards()) {
      signal?.throwIfAborted();
      if (left <= 0) break;
      this.#at = { leaseId: shard.leaseId, index: shard.index + 1 };
      left -= shard.entry.size;
      if (!(await this.#isWhole(shard.entry))) missing.push(shard);
    }
    if (left > 0) this.#at = { leaseId: '', index: 0 };
    return this.#losses.run(missing);
  }

  *#shards(): Generator<MissingShard> {
    const { book } = this.#disk.means;
    for (const leaseId of book.leaseIds()) {
      if (leaseId < this.#at.leaseId) continue;
      const from = leaseId === this.#at.leaseId ? this.#at.index : 0;
      const entries = this.#disk.vector(leaseId).entries;
      for (let index = from; index < entries.length; index += 1)
        yield { leaseId, index, entry: entries[index] as Entry };
    }
  }

  async #isWhole({ digest, size }: Entry): Promise<boolean> {
    const room = this.#rooms.take();
    const bytes = await this.#disk.means.disk.get(digest, room);
    const isWhole = bytes !== undefined && bytes.length === size && shardDigest(bytes) === digest;
    this.#rooms.give(room);
    return isWhole || (bytes === undefined && !this.#disk.means.book.names(digest));
  }
}
