import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { z } from 'zod';
import { SchemaPipe } from './schema-pipe.js';

const kinds = {
  body: RouteParamtypes.BODY,
  query: RouteParamtypes.QUERY,
  param: RouteParamtypes.PARAM,
} as const;

/** The schema that a handler's decorators hold a part of the request to, or undefined. */
export function schemaOf(
  controller: object,
  method: string,
  part: keyof typeof kinds,
): z.ZodType | undefined {
  const given = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<
    string,
    { pipes?: unknown[] }
  >;
  for (const [key, { pipes = [] }] of Object.entries(given)) {
    const pipe = pipes.find((each) => each instanceof SchemaPipe);
    if (Number(key.split(':')[0]) === Number(kinds[part]) && pipe !== undefined) return pipe.schema;
  }
  return undefined;
}

/** Whether a handler checks its query itself. */
export function queryIsChecked(controller: object, method: string): boolean {
  return schemaOf(controller, method, 'query') !== undefined;
}
