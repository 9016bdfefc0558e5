import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { coversKey, hasVerb, isScoped, seesBucket } from '../core/token-scope.js';
import { Denial } from '../ports/fault.js';
import type { Caller } from '../use-cases/verify-token.js';
import { setCaller } from './caller.js';
import { factsOf, type OperationFacts } from './operation.js';

/**
 * Lets a caller through whose token has a role that the operation names, and whose scope covers bucket, key and verb;
 * a handler without facts lets nobody through. What lies outside a scope is not there.
 */
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
    if (isScoped(caller.scope)) insistScope(caller, facts, request);
    setCaller(request.raw, caller);
    return true;
  }
}

function insistScope({ scope }: Caller, { verb }: OperationFacts, request: FastifyRequest): void {
  if (verb === undefined) throw new Denial('scope-missing', 'a token with a scope is for objects only');
  const { bucket, '*': key } = request.params as { readonly bucket?: string; readonly '*'?: string };
  if (bucket !== undefined && !seesBucket(scope, bucket))
    throw new Denial('bucket-unknown', `there is no bucket ${bucket}`);
  if (key !== undefined && !coversKey(scope, key)) throw outOfSight(verb);
  if (!hasVerb(scope, verb)) throw new Denial('scope-missing', `the token's scope lacks the verb ${verb}`);
  const lists = request.routeOptions.url?.endsWith('/objects') === true;
  if (lists && !coversKey(scope, prefixOf(request)))
    throw new Denial('scope-missing', "list below one of the token's prefixes");
}

/** A put tells nothing of what is there; all else finds nothing. */
function outOfSight(verb: string): Denial {
  if (verb === 'put') return new Denial('scope-missing', "the key is outside the token's prefixes");
  return new Denial('object-unknown', 'there is no such object');
}

function prefixOf({ query }: FastifyRequest): string {
  const { prefix } = query as { readonly prefix?: unknown };
  return typeof prefix === 'string' ? prefix : '';
}

function bearerOf(header: string | undefined): string {
  if (header === undefined) throw new Denial('credentials-missing', 'send Authorization: Bearer <token>');
  const token = /^Bearer +([^ ]+)$/i.exec(header)?.[1];
  if (token === undefined)
    throw new Denial('token-invalid', 'the Authorization header holds no bearer token');
  return token;
}
