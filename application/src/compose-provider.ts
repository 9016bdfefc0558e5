import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Identity, signLowS, type TlsCredentials } from '@dstore/organizations';
import { FileBundles } from './adapters/file/file-bundles.js';
import { FileLeaseJournal } from './adapters/file/file-lease-journal.js';
import { openLeaseBook } from './adapters/sqlite/open-lease-book.js';
import { createDoor } from './door/create-door.js';
import type { MemberRoot } from './door/member-roots.js';
import type { Disk } from './ports/disk.js';
import type { Ledger } from './ports/ledger.js';
import { AdmitMember } from './use-cases/admit-member.js';
import { AnswerChallenges } from './use-cases/answer-challenges.js';
import { DescribeDisk } from './use-cases/describe-disk.js';
import { DiscardShards } from './use-cases/discard-shards.js';
import { FollowCommits } from './use-cases/follow-commits.js';
import { LeasedDisk } from './use-cases/leased-disk.js';
import { ReadBundle } from './use-cases/read-bundle.js';
import { ReadContents } from './use-cases/read-contents.js';
import { ReadShard } from './use-cases/read-shard.js';
import { ReportLosses } from './use-cases/report-losses.js';
import { ScrubDisk } from './use-cases/scrub-disk.js';
import { SignReceipt } from './use-cases/sign-receipt.js';
import { StoreShard } from './use-cases/store-shard.js';
import { SweepDisk } from './use-cases/sweep-disk.js';
import { commitDuty, type Duty, proofDuty, scrubDuty, sweepDuty } from './workers/rota.js';
import type { Surroundings } from './workers/worker.js';

/** What a provider's disk is made of. */
export interface ProviderMeans extends Surroundings {
  readonly diskId: string;
  /** The lease book lies in it. */
  readonly folder: string;
  /** Where shards are kept; closed with the rest. */
  readonly disk: Disk;
  /** The ledger as the disk's agent sees it. */
  readonly ledger: Ledger;
  readonly agent: Identity;
  readonly tls: TlsCredentials;
  readonly organizations: () => readonly MemberRoot[];
}

/** A disk that is open: its door, what it does by itself, and how it ends. */
export interface OpenDisk {
  /** Listens at the port, or at a free one where 0 is given or the port is taken; answers the door's URL. */
  listen(port: number): Promise<string>;
  readonly duties: readonly Duty[];
  readonly answerChallenges: AnswerChallenges;
  readonly followCommits: FollowCommits;
  readonly sweepDisk: SweepDisk;
  close(): Promise<void>;
}

const host = '127.0.0.1';
const scrubbedBytesPerRun = 64 << 20;

/** Wires a provider's side of one disk. */
export async function openDisk(means: ProviderMeans): Promise<OpenDisk> {
  const { diskId, folder, disk, ledger, agent, clock, log } = means;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const book = openLeaseBook(join(folder, 'leases.db'), (reason) =>
    log.error('the lease book is damaged: it is put aside and rebuilt', { diskId, reason }),
  );
  const bundles = await FileBundles.open(join(folder, 'bundles'));
  const journal = await FileLeaseJournal.open(join(folder, 'journal'));
  const sign = async (message: Uint8Array) => signLowS(agent.privateKey, message);
  const leased = await LeasedDisk.open({
    diskId,
    ledger,
    disk,
    book,
    journal,
    bundles,
    agent: { sign },
    clock,
    log,
  });
  const followCommits = new FollowCommits(leased);
  const reportLosses = new ReportLosses(ledger, log);
  const answerChallenges = new AnswerChallenges(leased, followCommits, reportLosses);
  const sweepDisk = new SweepDisk(leased);
  const door = createDoor({
    useCases: {
      admitMember: new AdmitMember(leased.rows),
      storeShard: new StoreShard(leased),
      readShard: new ReadShard(disk),
      readBundle: new ReadBundle(bundles),
      signReceipt: new SignReceipt(leased, followCommits),
      readContents: new ReadContents(leased),
      discardShards: new DiscardShards(leased),
      describeDisk: new DescribeDisk(leased),
    },
    tls: means.tls,
    organizations: means.organizations,
    log,
  });
  return {
    answerChallenges,
    followCommits,
    sweepDisk,
    duties: [
      proofDuty(answerChallenges, means),
      commitDuty(diskId, followCommits, means),
      sweepDuty(diskId, sweepDisk, means),
      scrubDuty(new ScrubDisk(leased, reportLosses, scrubbedBytesPerRun), means),
    ],
    listen: (port) =>
      door.listen(host, port).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        return door.listen(host, 0);
      }),
    async close() {
      await door.close();
      await disk.close();
      book.close();
    },
  };
}
