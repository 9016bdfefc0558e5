import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { type Flaw, Malformed } from './malformed.js';

/** Holds a part of a request to its schema; refuses with every flaw named. */
export class SchemaPipe implements PipeTransform {
  readonly schema: z.ZodType;

  constructor(schema: z.ZodType) {
    this.schema = schema;
  }

  transform(value: unknown): unknown {
    const parsed = this.schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    throw new Malformed('the request does not fit its schema', parsed.error.issues.flatMap(flawsOf));
  }
}

function flawsOf(issue: z.core.$ZodIssue): Flaw[] {
  const path = issue.path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'));
  const pointer = (more: readonly string[]) => [...path, ...more].map((part) => `/${part}`).join('');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ pointer: pointer([key]), detail: 'unknown member' }));
  return [{ pointer: pointer([]), detail: issue.message }];
}
