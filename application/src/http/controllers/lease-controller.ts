import { Body, Controller, Get, Inject, Param, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { LeasePolicy } from '../../core/lease-policy.js';
import type { QuoteWish } from '../../core/lease-quote.js';
import type { LeaseChange } from '../../use-cases/change-lease.js';

import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import * as wishes from '../lease-schemas.js';
import { onlookers, Operation, owners } from '../operation.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';
import { leaseView, policyView, quoteView } from '../views.js';

interface Wish {
  readonly disk: string;
  readonly capacityBytes: bigint;
  readonly termEpochs: bigint;
  readonly maxPrice: bigint;
}

/** What the owner does to leases: quotes, opens, extends and ends them, and says how the gateway does it by itself. */
@Controller('v1')
export class LeaseController {
  readonly #with: Surroundings;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
  }

  @Post('lease-quotes')
  @Operation({
    id: 'quoteLeases',
    summary: 'Where so many leases could be had, the cheapest first, and what they would cost',
    access: onlookers,
    status: 200,
    answer: wishes.quotes,
  })
  async quote(@Body(new SchemaPipe(wishes.quoteWish)) wish: QuoteWish) {
    const { escrow, disks } = await this.#with.useCases.quoteLeases.run(wish);
    return { escrow: String(escrow), disks: disks.map(quoteView) };
  }

  @Get('lease-policy')
  @Operation({
    id: 'readLeasePolicy',
    summary: 'How the gateway leases by itself',
    access: onlookers,
    status: 200,
    answer: wishes.policy,
  })
  policy() {
    return policyView(this.#with.useCases.setPolicy.read());
  }

  @Put('lease-policy')
  @Operation({
    id: 'setLeasePolicy',
    summary: 'Say how the gateway leases by itself; stays in force over a restart',
    access: owners,
    status: 200,
    answer: wishes.policy,
  })
  async setPolicy(@Body(new SchemaPipe(wishes.policyWish)) policy: LeasePolicy) {
    return policyView(await this.#with.useCases.setPolicy.run(policy));
  }

  @Post('leases')
  @Operation({
    id: 'openLease',
    summary: 'Lease space on a disk, at the price it asks now if that is no more than maxPrice',
    access: owners,
    status: 201,
    answer: schemas.lease,
  })
  async open(
    @Body(new SchemaPipe(wishes.leaseWish)) { disk, ...terms }: Wish,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const change = await this.#with.useCases.changeLease.open({ diskId: disk, ...terms });
    void reply.header('location', `/v1/leases/${change.leaseId}`);
    return this.#changed(change, reply);
  }

  @Post('leases/:id/extensions')
  @Operation({
    id: 'extendLease',
    summary: 'Lengthen a lease by so many epochs, if it costs no more than maxPrice',
    access: owners,
    status: 200,
    answer: schemas.lease,
  })
  async extend(
    @Param(new SchemaPipe(wishes.leaseParam)) { id }: { id: string },
    @Body(new SchemaPipe(wishes.extension))
    { termEpochs, maxPrice }: { termEpochs: bigint; maxPrice: bigint },
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#changed(await this.#with.useCases.changeLease.extend(id, termEpochs, maxPrice), reply);
  }

  @Post('leases/:id/closure')
  @Operation({
    id: 'closeLease',
    summary: 'End an empty lease; before its term is over the notice is paid',
    access: owners,
    status: 200,
    answer: schemas.lease,
  })
  async close(
    @Param(new SchemaPipe(wishes.leaseParam)) { id }: { id: string },
    @Body(new SchemaPipe(wishes.nothing)) _: object,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#changed(await this.#with.useCases.changeLease.close(id), reply);
  }

  /** The lease as it is now, with the transaction that made it so. */
  async #changed({ leaseId, txId }: LeaseChange, reply: FastifyReply) {
    if (txId !== undefined) void reply.header('dstore-transaction', txId);
    return (await this.#with.useCases.listLeases.run({ leaseId })).map(leaseView)[0];
  }
}
