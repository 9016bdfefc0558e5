import { type Account, accountedBytes } from '@dstore/chaincode/domain';
import { MemoryDisk } from '@dstore/application/adapters/memory/memory-disk.js';
import { MemoryBundles } from '@dstore/application/adapters/memory/memory-bundles.js';
import { MemoryLeaseJournal } from '@dstore/application/adapters/memory/memory-lease-journal.js';
import { SqliteLeaseBook } from '@dstore/application/adapters/sqlite/sqlite-lease-book.js';
import type { Agent } from '@dstore/application/ports/agent.js';
import type { Clock } from '@dstore/application/ports/clock.js';
import type { Block, Disk } from '@dstore/application/ports/disk.js';
import type { Door } from '@dstore/application/ports/door.js';
import { Fault } from '@dstore/application/ports/fault.js';
import { AdmitMember } from '@dstore/application/use-cases/admit-member.js';
import { AnswerChallenges } from '@dstore/application/use-cases/answer-challenges.js';
import { DescribeDisk } from '@dstore/application/use-cases/describe-disk.js';
import { DiscardShards } from '@dstore/application/use-cases/discard-shards.js';
import { FollowCommits } from '@dstore/application/use-cases/follow-commits.js';
import { LeasedDisk } from '@dstore/application/use-cases/leased-disk.js';
import { ReadBundle } from '@dstore/application/use-cases/read-bundle.js';
import { ReadContents } from '@dstore/application/use-cases/read-contents.js';
import { ReadShard } from '@dstore/application/use-cases/read-shard.js';
import { ReportLosses } from '@dstore/application/use-cases/report-losses.js';
import { ScrubDisk } from '@dstore/application/use-cases/scrub-disk.js';
import { SignReceipt } from '@dstore/application/use-cases/sign-receipt.js';
import { StoreShard } from '@dstore/application/use-cases/store-shard.js';
import { SweepDisk } from '@dstore/application/use-cases/sweep-disk.js';

import { laidIn } from './memory-doors.js';
import type { TappedLedger } from './tapped-ledger.js';
import { KeptLog } from './workers/surroundings.js';

/** A disk that a test may damage, and that counts what is read. */
export class FragileDisk implements Disk {
  readonly #disk: Disk;
  readonly #flipped = new Set<string>();
  reads = 0;

  constructor(disk: Disk = new MemoryDisk()) {
    this.#disk = disk;
  }

  /** From now on one bit of the block is wrong, until it is put anew. */
  rot(digest: string): void {
    this.#flipped.add(digest);
  }

  async put(digest: string, bytes: Uint8Array): Promise<void> {
    if (this.#flipped.delete(digest)) await this.#disk.remove(digest);
    await this.#disk.put(digest, bytes);
  }

  async get(digest: string): Promise<Buffer | undefined> {
    this.reads += 1;
    const bytes = await this.#disk.get(digest);
    if (bytes !== undefined && this.#flipped.has(digest)) bytes[11] = (bytes[11] as number) ^ 1;
    return bytes;
  }

  sizeOf(digest: string): Promise<number | undefined> {
    return this.#disk.sizeOf(digest);
  }

  remove(digest: string): Promise<void> {
    return this.#disk.remove(digest);
  }

  list(): AsyncIterable<Block> {
    return this.#disk.list();
  }

  close(): Promise<void> {
    return this.#disk.close();
  }

  /** What lies on it, by digest. */
  async digests(): Promise<string[]> {
    const digests: string[] = [];
    for await (const { digest } of this.list()) digests.push(digest);
    return digests.sort();
  }

  async loseAll(): Promise<void> {
    for (const digest of await this.digests()) await this.remove(digest);
  }
}

/** What a provider of tests is made of. */
export interface ProviderParts {
  readonly diskId: string;
  /** Speaks as the disk's agent. */
  readonly ledger: TappedLedger;
  /** Speaks as the provider, whose the disk is. */
  readonly cashier: TappedLedger;
  readonly agent: Agent;
  readonly clock: Clock;
  readonly disk?: FragileDisk;
}

/** A provider with one disk: the real use cases, behind a door without sockets. */
export class ProviderOfTests {
  readonly diskId: string;
  readonly msp: string;
  readonly url: string;
  readonly ledger: TappedLedger;
  readonly cashier: TappedLedger;
  readonly agent: Agent;
  readonly disk: FragileDisk;
  book = new SqliteLeaseBook(':memory:');
  journal = new MemoryLeaseJournal();
  readonly bundles = new MemoryBundles();
  readonly log = new KeptLog();
  /** A silent one neither answers at its door nor proves. */
  mood: 'well' | 'silent' = 'well';
  /** What its door does, given an honest one. */
  behaves: (honest: Door, caller: Account) => Door = (honest) => honest;
  leased!: LeasedDisk;
  followCommits!: FollowCommits;
  reportLosses!: ReportLosses;
  answerChallenges!: AnswerChallenges;
  sweepDisk!: SweepDisk;
  scrubDisk!: ScrubDisk;
  storeShard!: StoreShard;
  readShard!: ReadShard;
  signReceipt!: SignReceipt;
  readContents!: ReadContents;
  discardShards!: DiscardShards;
  describeDisk!: DescribeDisk;
  readonly #clock: Clock;

  private constructor(parts: ProviderParts) {
    this.diskId = parts.diskId;
    this.msp = parts.ledger.caller.msp;
    this.url = `https://${parts.diskId}:1`;
    this.ledger = parts.ledger;
    this.cashier = parts.cashier;
    this.agent = parts.agent;
    this.disk = parts.disk ?? new FragileDisk();
    this.#clock = parts.clock;
  }

  static async open(parts: ProviderParts): Promise<ProviderOfTests> {
    const provider = new ProviderOfTests(parts);
    await provider.restart();
    return provider;
  }

  /** Ends the provider's process, as far as it lives in memory, and starts it on what its disk and book hold. */
  async restart(): Promise<void> {
    const { diskId, ledger, disk, book, journal, bundles, agent, log } = this;
    this.leased = await LeasedDisk.open({
      diskId,
      ledger,
      disk,
      book,
      journal,
      bundles,
      agent,
      clock: this.#clock,
      log,
    });
    this.followCommits = new FollowCommits(this.leased);
    this.reportLosses = new ReportLosses(ledger, log);
    this.answerChallenges = new AnswerChallenges(this.leased, this.followCommits, this.reportLosses);
    this.sweepDisk = new SweepDisk(this.leased);
    this.scrubDisk = new ScrubDisk(this.leased, this.reportLosses, 64 << 20);
    this.storeShard = new StoreShard(this.leased);
    this.readShard = new ReadShard(disk);
    this.signReceipt = new SignReceipt(this.leased, this.followCommits);
    this.readContents = new ReadContents(this.leased);
    this.discardShards = new DiscardShards(this.leased);
    this.describeDisk = new DescribeDisk(this.leased);
  }

  /** The door as one member finds it now. */
  doorFor(caller: Account): Door {
    return this.mood === 'silent' ? silentDoor : this.behaves(this.#honestDoor(caller), caller);
  }

  /** Accounted bytes of shards that no receipt covers. */
  get uncommittedBytes(): bigint {
    return [...this.leased.uncommitted.values()].reduce(
      (sum, { sizeBytes }) => sum + accountedBytes(sizeBytes),
      0n,
    );
  }

  async close(): Promise<void> {
    await this.disk.close();
    this.book.close();
  }

  #honestDoor(caller: Account): Door {
    const admit = () => new AdmitMember(this.leased.rows).run(caller);
    return {
      putShard: async (leaseId, digest, bytes) => {
        await admit();
        await this.storeShard.run(caller, leaseId, digest, bytes);
      },
      getShard: async (digest, _size, _signal, room) => {
        await admit();
        return laidIn(room, await this.readShard.run(digest));
      },
      hasShard: async (digest) => {
        await admit();
        return (await this.readShard.sizeOf(digest)) !== undefined;
      },
      getBundle: async (digest) => {
        await admit();
        return new ReadBundle(this.bundles).run(digest);
      },
      signReceipt: async (request) => {
        await admit();
        return this.signReceipt.run(caller, request);
      },
      contents: async (leaseId, revision) => {
        await admit();
        return this.readContents.run(caller, leaseId, revision);
      },
      discard: async (leaseId, digests) => {
        await admit();
        await this.discardShards.run(caller, leaseId, digests);
      },
    };
  }
}

const unreachable = async (): Promise<never> => {
  throw new Fault('door-unreachable', 'no answer', { retryable: true });
};

/** A door that nobody answers at. */
export const silentDoor: Door = {
  putShard: unreachable,
  getShard: unreachable,
  hasShard: unreachable,
  signReceipt: unreachable,
  contents: unreachable,
  discard: unreachable,
  getBundle: unreachable,
};
