import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStream } from '../event-stream.js';
import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import { onlookers, Operation } from '../operation.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';

/** What the ledger announces, as server-sent events. */
@Controller('v1/events')
export class EventController {
  readonly #stream: EventStream;

  constructor(@Inject(surroundings) given: unknown) {
    this.#stream = new EventStream(given as Surroundings);
  }

  @Get()
  @Operation({
    id: 'followEvents',
    summary: 'Follow ledger events; resumes after Last-Event-ID',
    access: onlookers,
    status: 200,
    media: 'text/event-stream',
  })
  follow(
    @Query(new SchemaPipe(schemas.eventsQuery)) { types }: { types?: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#stream.send(types, request, reply);
  }
}
