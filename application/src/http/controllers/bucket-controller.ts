import { Body, Controller, Delete, Get, Inject, Param, Patch, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bucketTag } from '../../core/bucket-tag.js';
import type { Bucket, DigestName } from '../../core/delta.js';
import { seesBucket } from '../../core/token-scope.js';
import { Denial } from '../../ports/fault.js';
import type { BucketWish } from '../../use-cases/change-bucket.js';
import type { HeldBucket } from '../../use-cases/list-buckets.js';
import { callerOf } from '../caller.js';
import { conditionsOf } from '../conditional.js';
import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import { Operation, owners, readers } from '../operation.js';
import { pageOfItems, type PageWish } from '../paging.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';
import { bucketView } from '../views.js';

interface Wish {
  readonly geometry?: string;
  readonly versions?: 'latest' | 'keep';
  readonly quotaBytes?: number | null;
  readonly digests?: readonly DigestName[] | null;
}

/** Buckets. */
@Controller('v1/buckets')
export class BucketController {
  readonly #with: Surroundings;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
  }

  @Get()
  @Operation({
    id: 'listBuckets',
    summary: 'List buckets',
    access: readers,
    verb: 'list',
    status: 200,
    answer: schemas.pageOf(schemas.bucket),
  })
  list(@Query(new SchemaPipe(schemas.pageQuery)) query: PageWish, @Req() request: FastifyRequest) {
    const scope = callerOf(request.raw)?.scope ?? {};
    const seen = this.#with.useCases.listBuckets.run().filter(({ bucket }) => seesBucket(scope, bucket));
    return pageOfItems(seen.map(bucketView), ({ bucket }) => bucket, query);
  }

  @Get(':bucket')
  @Operation({
    id: 'readBucket',
    summary: 'Read a bucket',
    access: readers,
    verb: 'list',
    status: 200,
    answer: schemas.bucket,
  })
  read(
    @Param(new SchemaPipe(schemas.bucketParam)) { bucket }: { bucket: string },
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return shown(this.#mustFind(bucket), reply);
  }

  @Put(':bucket')
  @Operation({
    id: 'makeBucket',
    summary: 'Make a bucket; 200 when an equal one is there',
    access: owners,
    status: 201,
    answer: schemas.bucket,
  })
  async make(
    @Param(new SchemaPipe(schemas.bucketParam)) { bucket }: { bucket: string },
    @Body(new SchemaPipe(schemas.bucketWish)) wish: Wish,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const made = await this.#with.useCases.changeBucket.make(bucket, parsed(wish));
    if (made.txId === undefined) void reply.code(200);
    return shown(this.#held(made.bucket), reply, made.txId);
  }

  @Patch(':bucket')
  @Operation({
    id: 'changeBucket',
    summary: 'Change a bucket (merge patch) if it still is the one that If-Match names',
    access: owners,
    status: 200,
    answer: schemas.bucket,
  })
  async change(
    @Param(new SchemaPipe(schemas.bucketParam)) { bucket }: { bucket: string },
    @Body(new SchemaPipe(schemas.bucketPatch)) wish: Wish,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const conditions = conditionsOf(request.headers);
    if (conditions.ifMatch === undefined)
      throw new Denial('precondition-required', 'send If-Match with the ETag of the bucket');
    const made = await this.#with.useCases.changeBucket.amend(bucket, parsed(wish), conditions);
    return shown(this.#held(made.bucket), reply, made.txId);
  }

  @Delete(':bucket')
  @Operation({ id: 'removeBucket', summary: 'Remove an empty bucket', access: owners, status: 204 })
  async remove(
    @Param(new SchemaPipe(schemas.bucketParam)) { bucket }: { bucket: string },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { txId } = await this.#with.useCases.changeBucket.drop(bucket);
    void reply.header('dstore-transaction', txId);
  }

  #find(name: string) {
    return this.#with.useCases.listBuckets.run().find((bucket) => bucket.bucket === name);
  }

  /** The bucket as it was committed, with what it holds now. */
  #held(bucket: Bucket): HeldBucket {
    const { objects = 0, bytes = 0 } = this.#find(bucket.bucket) ?? {};
    return { ...bucket, objects, bytes };
  }

  #mustFind(name: string): HeldBucket {
    const found = this.#find(name);
    if (found === undefined) throw new Denial('bucket-unknown', `there is no bucket ${name}`);
    return found;
  }
}

/** The bucket with its tag, and with the transaction of what was committed. */
function shown(bucket: HeldBucket, reply: FastifyReply, txId?: string) {
  void reply.header('etag', `"${bucketTag(bucket)}"`);
  if (txId !== undefined) void reply.header('dstore-transaction', txId);
  return bucketView(bucket);
}

function parsed({ geometry, ...wish }: Wish): BucketWish {
  const [dataShards = 0, parityShards = 0] = (geometry ?? '').split('+').map(Number);
  return { ...(geometry === undefined ? {} : { geometry: { dataShards, parityShards } }), ...wish };
}
