import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Denial, Fault } from '../../ports/fault.js';
import { isRetryable, statusOf, titleOf } from '../../ports/problem.js';
import { docsPage } from '../docs-page.js';
import { surroundings, type Surroundings } from '../gateway-use-cases.js';
import { Operation } from '../operation.js';
import { pageCss, pageHtml, pageScript } from '../page.js';
import { SchemaPipe } from '../schema-pipe.js';
import * as schemas from '../schemas.js';
import { z } from 'zod';

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const aliveAnswer = z.strictObject({ status: z.literal('ok') });
const problemAnswer = z.strictObject({
  code: z.string(),
  status: z.number(),
  title: z.string(),
  retryable: z.boolean(),
});

/** What everybody may see: is it there, its pages, its document, what a problem means. */
@Controller()
export class OpenController {
  readonly #with: Surroundings;

  constructor(@Inject(surroundings) given: unknown) {
    this.#with = given as Surroundings;
  }

  @Get('health/live')
  @Operation({ id: 'live', summary: 'The process runs', access: 'open', status: 200, answer: aliveAnswer })
  live() {
    return { status: 'ok' };
  }

  @Get('health/startup')
  @Operation({
    id: 'startup',
    summary: 'The process has started',
    access: 'open',
    status: 200,
    answer: aliveAnswer,
  })
  startup() {
    return this.live();
  }

  @Get('health/ready')
  @Operation({
    id: 'ready',
    summary: 'Ledger and catalog answer',
    access: 'open',
    status: 200,
    answer: aliveAnswer,
  })
  async ready() {
    await this.#with.useCases.readVault.run().catch((cause: unknown) => {
      this.#with.options.log.warn('not ready', { cause });
      throw new Fault('not-ready', 'the ledger does not answer', { retryable: true, cause });
    });
    return { status: 'ok' };
  }

  @Get('openapi.json')
  @Operation({
    id: 'readOpenApi',
    summary: 'This document',
    access: 'open',
    status: 200,
    media: 'application/json',
  })
  openapi() {
    return this.#with.document();
  }

  @Get('problems/:id')
  @Operation({
    id: 'readProblem',
    summary: 'What a problem code means',
    access: 'open',
    status: 200,
    answer: problemAnswer,
  })
  problem(@Param(new SchemaPipe(schemas.idParam)) { id }: { id: string }) {
    const status = statusOf.get(id);
    if (status === undefined) throw new Denial('route-unknown', 'there is no such code');
    return { code: id, status, title: titleOf(id), retryable: isRetryable(id) };
  }

  @Get('docs')
  @Operation({
    id: 'readDocs',
    summary: 'The operations as a page',
    access: 'open',
    status: 200,
    media: 'text/html',
  })
  docs(@Res() reply: FastifyReply): void {
    sendPage(reply, 'text/html', docsPage(this.#with.document()));
  }

  @Get('/')
  @Operation({ id: 'readPage', summary: 'The live page', access: 'open', status: 200, media: 'text/html' })
  page(@Res() reply: FastifyReply): void {
    sendPage(reply, 'text/html', pageHtml);
  }

  @Get('page.css')
  @Operation({
    id: 'readPageStyle',
    summary: "The page's style",
    access: 'open',
    status: 200,
    media: 'text/css',
  })
  css(@Res() reply: FastifyReply): void {
    sendPage(reply, 'text/css', pageCss);
  }

  @Get('page.js')
  @Operation({
    id: 'readPageScript',
    summary: "The page's script",
    access: 'open',
    status: 200,
    media: 'text/javascript',
  })
  script(@Res() reply: FastifyReply): void {
    sendPage(reply, 'text/javascript', pageScript);
  }
}

function sendPage(reply: FastifyReply, type: string, text: string): void {
  void reply
    .headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    })
    .type(`${type}; charset=utf-8`)
    .send(text);
}
