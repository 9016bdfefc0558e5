import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { TokenScope } from '../../core/token-scope.js';
import type { TokenRole } from '../../ports/token-store.js';
import { callerOf } from '../caller.js';
import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import { Operation, owners } from '../operation.js';
import { pageOfItems, type PageWish } from '../paging.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';
import * as tokenSchemas from '../token-schemas.js';
import { tokenView } from '../views.js';

interface Wish extends TokenScope {
  readonly name: string;
  readonly role: TokenRole;
  readonly endsAt?: string;
}

/** API tokens of the gateway. */
@Controller('v1/tokens')
export class TokenController {
  readonly #with: Surroundings;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
  }

  @Get()
  @Operation({
    id: 'listTokens',
    summary: 'List tokens, without their texts',
    access: owners,
    status: 200,
    answer: tokenSchemas.tokens,
  })
  async list(@Query(new SchemaPipe(schemas.pageQuery)) query: PageWish) {
    const tokens = await this.#with.useCases.keepTokens.list();
    return pageOfItems(tokens.map(tokenView), ({ id }) => id, query);
  }

  @Post()
  @Operation({
    id: 'giveToken',
    summary: 'Make a token; its text is shown this once',
    access: owners,
    status: 201,
    answer: tokenSchemas.freshToken,
  })
  async give(
    @Body(new SchemaPipe(tokenSchemas.tokenWish)) { endsAt, ...wish }: Wish,
    @Req() request: FastifyRequest,
  ) {
    const end = endsAt === undefined ? {} : { endsAt: Date.parse(endsAt) };
    return tokenView(await this.#with.useCases.keepTokens.give(makerOf(request), { ...wish, ...end }));
  }

  @Post(':id/rotation')
  @Operation({
    id: 'rotateToken',
    summary: 'A new text for a token; the old one is good for a day more, or until oldEndsAt',
    access: owners,
    status: 201,
    answer: tokenSchemas.freshToken,
  })
  async rotate(
    @Param(new SchemaPipe(schemas.idParam)) { id }: { id: string },
    @Body(new SchemaPipe(tokenSchemas.rotation)) { oldEndsAt }: { oldEndsAt?: string },
    @Req() request: FastifyRequest,
  ) {
    const end = oldEndsAt === undefined ? undefined : Date.parse(oldEndsAt);
    return tokenView(await this.#with.useCases.keepTokens.rotate(makerOf(request), id, end));
  }

  @Delete(':id')
  @Operation({
    id: 'removeToken',
    summary: 'Refuse a token from now on',
    access: owners,
    status: 204,
  })
  async remove(
    @Param(new SchemaPipe(schemas.idParam)) { id }: { id: string },
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.#with.useCases.keepTokens.remove(makerOf(request), id);
  }
}

/** The guard let nobody through without a caller; a reader gives nothing. */
function makerOf({ raw }: FastifyRequest): TokenRole {
  return callerOf(raw)?.role ?? 'reader';
}
