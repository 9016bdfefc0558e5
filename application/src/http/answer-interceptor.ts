import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { factsOf } from './operation.js';
import { Malformed } from './malformed.js';
import { nextLink } from './paging.js';
import { queryIsChecked } from './parameters.js';

/** Holds answers to their schemas, says where a listing goes on, and refuses query members of operations that take none. */
export class AnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const facts = factsOf(context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const unknown = Object.keys(request.query as object);
    if (unknown.length > 0 && !queryIsChecked(context.getClass(), context.getHandler().name)) {
      throw new Malformed(
        'this operation takes no query',
        unknown.map((name) => ({ pointer: `/${name}`, detail: 'unknown member' })),
      );
    }
    const schema = facts?.answer;
    if (schema === undefined) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((value) => {
        void reply.header('cache-control', 'no-store');
        const answer = schema.parse(value);
        const link = nextLink(request.url, answer);
        if (link !== undefined) void reply.header('link', link);
        return answer;
      }),
    );
  }
}
