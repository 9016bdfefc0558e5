import { Body, Controller, Delete, Get, Inject, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Denial } from '../../ports/fault.js';
import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import { Operation, owners, readers } from '../operation.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';
import { bucketView } from '../views.js';

interface Wish {
  readonly geometry?: string;
  readonly versions?: 'latest' | 'keep';
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
    status: 200,
    answer: schemas.pageOf(schemas.bucket),
  })
  list() {
    return { items: this.#with.useCases.listBuckets.run().map(bucketView) };
  }

  @Get(':bucket')
  @Operation({
    id: 'readBucket',
    summary: 'Read a bucket',
    access: readers,
    status: 200,
    answer: schemas.bucket,
  })
  read(@Param(new SchemaPipe(schemas.bucketParam)) { bucket }: { bucket: string }) {
    const found = this.#find(bucket);
    if (found === undefined) throw new Denial('bucket-unknown', `there is no bucket ${bucket}`);
    return bucketView(found);
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
    const known = this.#find(bucket);
    if (known !== undefined) {
      const view = bucketView(known);
      const equal =
        (wish.geometry ?? view.geometry) === view.geometry &&
        (wish.versions ?? view.versions) === view.versions;
      if (!equal) throw new Denial('bucket-exists', `bucket ${bucket} is there and differs`);
      void reply.code(200);
      return view;
    }
    const [dataShards = 0, parityShards = 0] = (wish.geometry ?? '').split('+').map(Number);
    return bucketView(
      await this.#with.useCases.changeBucket.run(
        bucket,
        {
          ...(wish.geometry === undefined ? {} : { geometry: { dataShards, parityShards } }),
          ...(wish.versions === undefined ? {} : { versions: wish.versions }),
        },
        true,
      ),
    );
  }

  @Delete(':bucket')
  @Operation({ id: 'removeBucket', summary: 'Remove an empty bucket', access: owners, status: 204 })
  async remove(@Param(new SchemaPipe(schemas.bucketParam)) { bucket }: { bucket: string }): Promise<void> {
    await this.#with.useCases.changeBucket.drop(bucket);
  }

  #find(name: string) {
    return this.#with.useCases.listBuckets.run().find((bucket) => bucket.bucket === name);
  }
}
