import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import type { TokenVerb } from '../core/token-scope.js';
import type { TokenRole } from '../ports/token-store.js';

/** Who may use an operation. `open` needs no credentials. */
export type Access = 'open' | readonly TokenRole[];

/** Those who may read objects. */
export const readers: Access = ['reader', 'writer', 'owner'];
/** Those who may change objects. */
export const writers: Access = ['writer', 'owner'];
/** The owner of the vault. */
export const owners: Access = ['owner'];
/** The organization's administrators. */
export const admins: Access = ['admin'];
/** Everyone who may look at the ledger's rows. */
export const onlookers: Access = ['owner', 'provider', 'treasurer', 'auditor', 'admin'];

/** What an operation is, for the guard, the interceptor and the OpenAPI document. */
export interface OperationFacts {
  readonly id: string;
  readonly summary: string;
  readonly access: Access;
  /** What a token with a scope needs for it; an operation without a verb is refused to every such token. */
  readonly verb?: TokenVerb;
  readonly status: number;
  /** Schema of the JSON answer; what does not fit it is never sent. */
  readonly answer?: z.ZodType;
  /** Media type of an answer that is no JSON. */
  readonly media?: string;
  /** The request's body is a stream of bytes. */
  readonly takesBytes?: true;
}

/** Where {@link Operation} leaves its facts on a handler. */
export const operationKey = 'dstore:operation';

/** Declares a handler: without it a route is refused to everybody. */
export function Operation(facts: OperationFacts): MethodDecorator {
  return applyDecorators(
    SetMetadata(operationKey, facts),
    HttpCode(facts.status),
    RouteConfig({ stream: facts.takesBytes === true, operation: facts.id }),
  );
}

/** The facts of a handler, undefined where it has none. */
export function factsOf(handler: object): OperationFacts | undefined {
  return Reflect.getMetadata(operationKey, handler) as OperationFacts | undefined;
}
