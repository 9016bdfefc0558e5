import { Controller, Delete, Get, Head, Inject, Param, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Denial } from '../../ports/fault.js';
import { conditionsOf } from '../conditional.js';
import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import { keptHeaders } from '../object-headers.js';
import { ObjectReader, type ObjectWish } from '../object-reader.js';
import { Operation, readers, writers } from '../operation.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';
import { geometryText, timeOf } from '../views.js';

interface Name {
  readonly bucket: string;
  readonly '*': string;
}

interface ListQuery {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly startAfter?: string;
  readonly versions?: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

/** Largest object, bytes. */
const mostBytes = 5 * 2 ** 40;

/** Objects: streams in, streams out. */
@Controller('v1/buckets/:bucket')
export class ObjectController {
  readonly #with: Surroundings;
  readonly #reader: ObjectReader;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
    this.#reader = new ObjectReader(this.#with.useCases);
  }

  @Get('objects')
  @Operation({
    id: 'listObjects',
    summary: 'List objects by key',
    access: readers,
    verb: 'list',
    status: 200,
    answer: schemas.objectsPage,
  })
  list(
    @Param(new SchemaPipe(schemas.bucketParam)) { bucket }: { bucket: string },
    @Query(new SchemaPipe(schemas.objectsQuery)) query: ListQuery,
  ) {
    const { items, prefixes, next } = this.#with.useCases.listObjects.run({ ...query, bucket });
    return {
      items: items.map(({ key, versionId, bytes, modified, marker, current }) => {
        return { key, versionId, bytes, modified: timeOf(modified), marker: marker === 'yes', current };
      }),
      prefixes,
      ...(next === undefined ? {} : { next }),
    };
  }

  @Put('objects/*')
  @Operation({
    id: 'putObject',
    summary: 'Put an object; 201 once it is valid on the ledger, 200 when it replaced one',
    access: writers,
    verb: 'put',
    status: 201,
    answer: schemas.putAnswer,
    takesBytes: true,
  })
  async put(
    @Param(new SchemaPipe(schemas.objectParam)) name: Name,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const key = checkedKey(name['*']);
    const length = lengthOf(request);
    const { headers, metadata, digests } = keptHeaders(request.headers);
    const conditions = conditionsOf(request.headers);
    const gone = new AbortController();
    request.raw.once('close', () => {
      if (!request.raw.complete) gone.abort(new Denial('body-incomplete', 'the connection ended early'));
    });
    if (request.headers.expect !== undefined) reply.raw.writeContinue();
    const put = await this.#with.useCases.putObject.run({
      bucket: name.bucket,
      key,
      body: wholeBody(request),
      headers,
      metadata,
      digests,
      conditions,
      ...(length === undefined ? {} : { contentLength: length }),
      signal: AbortSignal.any([gone.signal, this.#with.closing]),
    });
    void reply
      .code(put.replaced ? 200 : 201)
      .headers({ etag: `"${put.versionId}"`, 'dstore-transaction': put.txId });
    const { versionId, bytes, geometry, diskIds, txId, degraded } = put;
    return { versionId, bytes, geometry: geometryText(geometry), disks: [...diskIds], txId, degraded };
  }

  @Get('objects/*')
  @Operation({
    id: 'getObject',
    summary: 'Get an object or a range of it',
    access: readers,
    verb: 'get',
    status: 200,
    media: 'application/octet-stream',
  })
  get(
    @Param(new SchemaPipe(schemas.objectParam)) name: Name,
    @Query(new SchemaPipe(schemas.objectQuery)) query: Omit<ObjectWish, 'bucket' | 'key'>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#reader.get({ ...query, bucket: name.bucket, key: checkedKey(name['*']) }, request, reply);
  }

  @Head('objects/*')
  @Operation({
    id: 'statObject',
    summary: 'What an object is, without its bytes',
    access: readers,
    verb: 'get',
    status: 200,
  })
  head(
    @Param(new SchemaPipe(schemas.objectParam)) name: Name,
    @Query(new SchemaPipe(schemas.objectQuery)) query: Omit<ObjectWish, 'bucket' | 'key'>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    this.#reader.head({ ...query, bucket: name.bucket, key: checkedKey(name['*']) }, request, reply);
  }

  @Delete('objects/*')
  @Operation({
    id: 'deleteObject',
    summary: 'Delete an object or one version of it',
    access: writers,
    verb: 'delete',
    status: 204,
  })
  async remove(
    @Param(new SchemaPipe(schemas.objectParam)) name: Name,
    @Query(new SchemaPipe(schemas.versionQuery)) { version }: { version?: string },
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { txId } = await this.#with.useCases.deleteObject.run({
      bucket: name.bucket,
      key: checkedKey(name['*']),
      conditions: conditionsOf(request.headers),
      ...(version === undefined ? {} : { versionId: version }),
    });
    void reply.header('dstore-transaction', txId);
  }

  @Get('shards/*')
  @Operation({
    id: 'locateShards',
    summary: 'Where the shards of an object lie',
    access: readers,
    verb: 'get',
    status: 200,
    answer: schemas.located,
  })
  shards(
    @Param(new SchemaPipe(schemas.objectParam)) name: Name,
    @Query(new SchemaPipe(schemas.versionQuery)) { version }: { version?: string },
  ) {
    const key = checkedKey(name['*']);
    const { locateShards } = this.#with.useCases;
    const stripes = locateShards.run({
      bucket: name.bucket,
      key,
      ...(version === undefined ? {} : { versionId: version }),
    });
    return {
      key,
      stripes: stripes.map((stripe) => ({
        stripeId: stripe.stripeId,
        geometry: geometryText(stripe),
        bytes: stripe.length,
        margin: stripe.margin,
        shards: stripe.shards.map(({ index, digest, diskId, leaseId }) => {
          return { index, digest, disk: diskId, lease: leaseId, ...locateShards.placeOf(diskId) };
        }),
      })),
    };
  }
}

function checkedKey(key: string): string {
  const bytes = Buffer.byteLength(key, 'utf8');
  if (bytes < 1 || bytes > 1024 || key.includes('\0'))
    throw new Denial('name-malformed', 'a key has 1 to 1024 bytes of UTF-8 without U+0000');
  return key;
}

function lengthOf(request: FastifyRequest): number | undefined {
  const given = request.headers['content-length'];
  if (given === undefined) return undefined;
  const length = Number(given);
  if (length > mostBytes)
    throw new Denial('object-too-large', 'an object may have 5 TiB', { limit: String(mostBytes) });
  return length;
}

/** The body, which fails where the connection ended before it was whole. */
async function* wholeBody({ raw }: FastifyRequest): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const piece of raw as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      if (bytes > mostBytes) throw new Denial('object-too-large', 'an object may have 5 TiB');
      yield piece;
    }
  } catch (error) {
    if (error instanceof Denial) throw error;
    throw new Denial('body-incomplete', 'the connection ended before the body did');
  }
}
