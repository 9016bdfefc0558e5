import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { ShownAudit } from '../../core/audit-view.js';
import { Denial } from '../../ports/fault.js';
import type { DiskWish } from '../../use-cases/list-disks.js';
import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import { onlookers, Operation } from '../operation.js';
import { newestFirst, pageOfItems, type PageWish } from '../paging.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';
import { auditView, diskView, epochView, leaseView, supplyView } from '../views.js';

interface EpochsWish {
  readonly limit: number;
  /** The number that the page begins with. */
  readonly cursor?: bigint;
}

interface DisksQuery extends PageWish {
  readonly org?: string;
  readonly site?: string;
  readonly state?: DiskWish['state'];
  readonly minFree?: bigint;
  readonly maxPrice?: bigint;
}

/** The ledger's rows in our words: leases, disks, epochs, audits, money. */
@Controller('v1')
export class LedgerController {
  readonly #with: Surroundings;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
  }

  @Get('leases')
  @Operation({
    id: 'listLeases',
    summary: 'List leases',
    access: onlookers,
    status: 200,
    answer: schemas.leases,
  })
  async leases(
    @Query(new SchemaPipe(schemas.leasesQuery))
    query: PageWish & { state?: 'active' | 'closed' | 'defaulted' },
  ) {
    const leases = (await this.#with.useCases.listLeases.run(query)).map(leaseView);
    return pageOfItems(leases, ({ leaseId }) => leaseId, query);
  }

  @Get('leases/:id')
  @Operation({
    id: 'readLease',
    summary: 'Read a lease',
    access: onlookers,
    status: 200,
    answer: schemas.lease,
  })
  async lease(@Param(new SchemaPipe(schemas.idParam)) { id }: { id: string }) {
    return (await this.#with.useCases.listLeases.run({ leaseId: id })).map(leaseView)[0];
  }

  @Get('placements/explain')
  @Operation({
    id: 'explainPlacement',
    summary: 'Where a stripe would go now, and why not elsewhere',
    access: onlookers,
    status: 200,
    answer: schemas.explanation,
  })
  explain(@Query(new SchemaPipe(schemas.explainQuery)) { bucket, bytes }: { bucket: string; bytes: number }) {
    const { organizationLimit, disks } = this.#with.useCases.explainPlacement.run(bucket, bytes);
    return {
      organizationLimit,
      disks: disks.map(({ diskId, outcome }) => ({ disk: diskId, ...outcome })),
    };
  }

  @Get('disks')
  @Operation({
    id: 'listDisks',
    summary: 'List disks',
    access: onlookers,
    status: 200,
    answer: schemas.disks,
  })
  async disks(
    @Query(new SchemaPipe(schemas.disksQuery))
    { org: organization, minFree: minFreeBytes, site, state, maxPrice, ...page }: DisksQuery,
  ) {
    const wish = { organization, site, state, minFreeBytes, maxPrice };
    const disks = (await this.#with.useCases.listDisks.run(wish)).map(diskView);
    return pageOfItems(disks, ({ diskId }) => diskId, page);
  }

  @Get('disks/:id')
  @Operation({ id: 'readDisk', summary: 'Read a disk', access: onlookers, status: 200, answer: schemas.disk })
  async disk(@Param(new SchemaPipe(schemas.idParam)) { id }: { id: string }) {
    return (await this.#with.useCases.listDisks.run({ diskId: id })).map(diskView)[0];
  }

  @Get('disks/:id/earnings')
  @Operation({
    id: 'listEarnings',
    summary: 'What a disk was due, earned and missed, newest epoch first; of the last 50 epochs',
    access: onlookers,
    status: 200,
    answer: schemas.earnings,
  })
  async earnings(
    @Param(new SchemaPipe(schemas.idParam)) { id }: { id: string },
    @Query(new SchemaPipe(schemas.pageQuery)) query: PageWish,
  ) {
    const { listDisks, listEarnings } = this.#with.useCases;
    await listDisks.run({ diskId: id });
    const found = await listEarnings.run(id);
    return pageOfItems(
      found.map(({ epoch, due, earned, missed }) => {
        return { epoch: String(epoch), due: String(due), earned: String(earned), missed };
      }),
      ({ epoch }) => newestFirst(BigInt(epoch)),
      query,
    );
  }

  @Get('epochs')
  @Operation({
    id: 'listEpochs',
    summary: 'List epochs, newest first',
    access: onlookers,
    status: 200,
    answer: schemas.epochs,
  })
  async epochs(@Query(new SchemaPipe(schemas.epochsQuery)) { limit, cursor }: EpochsWish) {
    const from = cursor === undefined ? {} : { number: cursor };
    const found = await this.#with.useCases.listEpochs.run({ ...from, last: limit + 1 });
    const next = found[limit]?.number;
    return {
      items: found.slice(0, limit).map(epochView),
      ...(next === undefined ? {} : { next: String(next) }),
    };
  }

  @Get('epochs/:id')
  @Operation({
    id: 'readEpoch',
    summary: 'Read an epoch by its number, or the `current` one',
    access: onlookers,
    status: 200,
    answer: schemas.epoch,
  })
  async epoch(@Param(new SchemaPipe(schemas.idParam)) { id }: { id: string }) {
    if (id !== 'current' && !schemas.decimal.safeParse(id).success)
      throw new Denial('request-malformed', 'an epoch is a number, or current');
    const wish = id === 'current' ? {} : { number: BigInt(id) };
    return (await this.#with.useCases.listEpochs.run(wish)).map(epochView)[0];
  }

  @Get('audits')
  @Operation({
    id: 'listAudits',
    summary: 'List verdicts, newest epoch first; of the last 50 epochs unless one is named',
    access: onlookers,
    status: 200,
    answer: schemas.audits,
  })
  async audits(
    @Query(new SchemaPipe(schemas.auditsQuery))
    query: PageWish & {
      epoch?: string;
      disk?: string;
      lease?: string;
      verdict?: ShownAudit['verdict'];
    },
  ) {
    const { epoch, disk, lease, verdict } = query;
    const found = await this.#with.useCases.listAudits.run({
      ...(epoch === undefined ? {} : { epoch: BigInt(epoch) }),
      ...(disk === undefined ? {} : { diskId: disk }),
      ...(lease === undefined ? {} : { leaseId: lease }),
      ...(verdict === undefined ? {} : { verdict }),
    });
    return pageOfItems(
      found.map(auditView),
      (audit) => [newestFirst(BigInt(audit.epoch)), audit.diskId, audit.leaseId, audit.batchId].join('/'),
      query,
    );
  }

  @Get('accounts/:msp/:id')
  @Operation({
    id: 'readAccount',
    summary: "Read a member's account",
    access: onlookers,
    status: 200,
    answer: schemas.accountAnswer,
  })
  async account(@Param(new SchemaPipe(schemas.accountParam)) account: { msp: string; id: string }) {
    const { free, escrow, earned, collateral } = await this.#with.useCases.readAccount.run(account);
    return {
      account,
      free: String(free),
      escrow: String(escrow),
      earned: String(earned),
      collateral: String(collateral),
    };
  }

  @Get('accounts/:msp/:id/notes')
  @Operation({
    id: 'listNotes',
    summary: "List an account's notes",
    access: onlookers,
    status: 200,
    answer: schemas.notes,
  })
  async notes(
    @Param(new SchemaPipe(schemas.accountParam)) account: { msp: string; id: string },
    @Query(new SchemaPipe(schemas.pageQuery)) query: PageWish,
  ) {
    const { notes } = await this.#with.useCases.readAccount.run(account);
    return pageOfItems(
      notes.map(({ noteId, amount }) => ({ noteId, amount: String(amount) })),
      ({ noteId }) => noteId,
      query,
    );
  }

  @Get('supply')
  @Operation({
    id: 'readSupply',
    summary: 'All money; the difference is 0',
    access: onlookers,
    status: 200,
    answer: schemas.supply,
  })
  async supply() {
    return supplyView(await this.#with.useCases.readSupply.run());
  }
}
