import { Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuditName } from '../../use-cases/read-audit.js';
import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import { onlookers, Operation } from '../operation.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';
import { auditRowView } from '../views.js';

interface Named {
  readonly epoch: string;
  readonly disk: string;
  readonly batch: string;
}

/** One audit, the proofs that it was judged by, and its judgement once more. */
@Controller('v1/audits/:epoch/:disk/:batch')
export class AuditController {
  readonly #with: Surroundings;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
  }

  @Get()
  @Operation({
    id: 'readAudit',
    summary: 'Read an audit: what the ledger says of a bundle of proofs',
    access: onlookers,
    status: 200,
    answer: schemas.auditRow,
  })
  async read(@Param(new SchemaPipe(schemas.auditParam)) named: Named) {
    return auditRowView(await this.#with.useCases.readAudit.run(nameOf(named)), named.batch);
  }

  @Get('bundle')
  @Operation({
    id: 'getBundle',
    summary: 'The proofs as the endorsers received them, from the provider; their digest is checked',
    access: onlookers,
    status: 200,
    media: 'application/octet-stream',
  })
  async bundle(
    @Param(new SchemaPipe(schemas.auditParam)) named: Named,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const bundle = await this.#with.useCases.readAudit.bundle(nameOf(named));
    void reply
      .headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
      .type('application/octet-stream')
      .send(Buffer.from(bundle));
  }

  @Post('replay')
  @Operation({
    id: 'replayAudit',
    summary: 'Judge the proofs again, and compare with the ledger',
    access: onlookers,
    status: 200,
    answer: schemas.replay,
  })
  async replay(@Param(new SchemaPipe(schemas.auditParam)) named: Named) {
    const verdicts = await this.#with.useCases.readAudit.replay(nameOf(named));
    return {
      equal: verdicts.every(({ outcome }) => outcome === 'agrees'),
      verdicts: verdicts.map(({ leaseId, verdict, outcome }) => ({ leaseId, verdict, outcome })),
    };
  }
}

function nameOf({ epoch, disk, batch }: Named): AuditName {
  return { epoch: BigInt(epoch), diskId: disk, batchId: batch };
}
