import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Denial } from '../ports/fault.js';
import type { Caller } from '../use-cases/verify-token.js';
import { factsOf } from './operation.js';

/** Lets a caller through whose token has a role that the operation names; a handler without facts lets nobody through. */
export class Guard implements CanActivate {
  readonly #verify: { run(token: string): Promise<Caller> };

  constructor(verify: { run(token: string): Promise<Caller> }) {
    this.#verify = verify;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const facts = factsOf(context.getHandler());
    if (facts?.access === 'open') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.#verify.run(bearerOf(request.headers.authorization));
    if (facts === undefined || !facts.access.includes(caller.role))
      throw new Denial('scope-missing', `the role ${caller.role} may not do this`);
    return true;
  }
}

function bearerOf(header: string | undefined): string {
  if (header === undefined) throw new Denial('credentials-missing', 'send Authorization: Bearer <token>');
  const token = /^Bearer +([^ ]+)$/i.exec(header)?.[1];
  if (token === undefined)
    throw new Denial('token-invalid', 'the Authorization header holds no bearer token');
  return token;
}
