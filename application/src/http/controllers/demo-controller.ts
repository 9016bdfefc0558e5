import { Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Denial } from '../../ports/fault.js';
import { EventStream } from '../event-stream.js';
import { type Demo, surroundings, type Surroundings } from '../gateway-use-cases.js';
import { Operation, owners } from '../operation.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';
import { auditView, diskView, epochView, healthView, supplyView, usageView } from '../views.js';

/** Verdicts that the page shows. */
const auditsShown = 60;

/** What only the embedded demo has: an open overview for its page, and disks to break. */
@Controller('v1')
export class DemoController {
  readonly #with: Surroundings;
  readonly #stream: EventStream;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
    this.#stream = new EventStream(this.#with);
  }

  @Get('overview')
  @Operation({
    id: 'readOverview',
    summary: 'What the page shows; demo only',
    access: 'open',
    status: 200,
    answer: schemas.overview,
  })
  async overview() {
    const { listEpochs, listDisks, listMembers, listAudits, readHealth, readUsage, readSupply } =
      this.#with.useCases;
    const [epochs, disks, members, audits, health, usage, supply] = await Promise.all([
      listEpochs.run({}),
      listDisks.run(),
      listMembers.run(),
      listAudits.run({}),
      readHealth.run(),
      readUsage.run(),
      readSupply.run(),
    ]);
    return {
      version: this.#with.options.version,
      epoch: epochs.map(epochView)[0],
      disks: disks.map(diskView),
      members: members.map(({ account, state }) => ({ ...account, state })),
      audits: audits.slice(0, auditsShown).map(auditView),
      health: healthView(health),
      usage: usageView(usage),
      supply: supplyView(supply),
      commands: this.#demo().commands,
    };
  }

  @Get('overview/events')
  @Operation({
    id: 'followOverview',
    summary: 'Ledger events for the page; demo only',
    access: 'open',
    status: 200,
    media: 'text/event-stream',
  })
  events(
    @Query(new SchemaPipe(schemas.eventsQuery)) { types }: { types?: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#stream.send(types, request, reply);
  }

  @Post('demo/disks')
  @Operation({
    id: 'addDemoDisk',
    summary: 'Add an organization with a disk; demo only',
    access: owners,
    status: 201,
    answer: schemas.addedDisk,
  })
  async add() {
    const { diskId } = await this.#demo().control.add();
    return { diskId };
  }

  @Post('demo/disks/:id/loss')
  @Operation({
    id: 'loseDemoDisk',
    summary: 'Lose a disk with all that is on it; demo only',
    access: owners,
    status: 204,
  })
  async lose(@Param(new SchemaPipe(schemas.idParam)) { id }: { id: string }): Promise<void> {
    await this.#demo().control.lose(id);
  }

  @Post('demo/disks/:id/restoration')
  @Operation({
    id: 'restoreDemoDisk',
    summary: 'Bring a lost disk back, empty; demo only',
    access: owners,
    status: 204,
  })
  async restore(@Param(new SchemaPipe(schemas.idParam)) { id }: { id: string }): Promise<void> {
    await this.#demo().control.restore(id);
  }

  #demo(): Demo {
    const { demo } = this.#with.options;
    if (demo === undefined) throw new Denial('route-unknown', 'this is no demo');
    return demo;
  }
}
