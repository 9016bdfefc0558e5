import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { z } from 'zod';
import { factsOf, type OperationFacts } from './operation.js';
import { schemaOf } from './parameters.js';

/** An operation within the document. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly 'x-roles': readonly string[];
  readonly [member: string]: unknown;
}

/** An OpenAPI 3.1 document, as far as the surface itself reads it. */
export interface Document {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, unknown>>;
    readonly [part: string]: unknown;
  };
  readonly [member: string]: unknown;
}

/** A handler, with what its decorators say of it. */
export interface Route {
  readonly method: string;
  /** As the router has it, such as `/v1/buckets/:bucket/objects/*`. */
  readonly path: string;
  readonly facts: OperationFacts;
  readonly controller: Type;
  readonly handler: string;
}

/** Every route that controllers declare. */
export function routesOf(controllers: readonly Type[]): Route[] {
  return controllers.flatMap((controller) => {
    const prefix = Reflect.getMetadata(PATH_METADATA, controller) as string;
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((handler): Route[] => {
      const target = handler === 'constructor' ? undefined : prototype[handler];
      const facts = target && factsOf(target);
      if (target === undefined || facts === undefined) return [];
      const path = Reflect.getMetadata(PATH_METADATA, target) as string;
      const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, target) as RequestMethod];
      return [{ method, path: joined(prefix, path), facts, controller, handler }];
    });
  });
}

function joined(...parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
}

/** A router's path as a path template. */
export const templateOf = (path: string) => path.replace('*', '{key}').replace(/:(\w+)/g, '{$1}');

/** The document of what controllers declare; what is written once in their decorators is all that it knows. */
export function documentOf(controllers: readonly Type[], version: string): Document {
  const paths: Record<string, Record<string, DocumentedOperation>> = {};
  const schemas: Record<string, unknown> = { Problem: problemSchema };
  for (const route of routesOf(controllers)) {
    const template = templateOf(route.path);
    paths[template] = { ...paths[template], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'DStore', version, description: 'Storage on leased disks that nobody has to trust.' },
    paths: sorted(paths),
    components: {
      schemas: sorted(schemas),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'dst1_<id>_<secret>' } },
    },
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function operationOf(route: Route, schemas: Record<string, unknown>): DocumentedOperation {
  const { facts, controller, handler } = route;
  const body = schemaOf(controller, handler, 'body');
  const bytes = { content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  return {
    operationId: facts.id,
    summary: facts.summary,
    'x-roles': facts.access === 'open' ? ['open'] : [...facts.access],
    security: facts.access === 'open' ? [] : [{ bearer: [] }],
    parameters: parametersOf(route),
    ...(facts.takesBytes ? { requestBody: bytes } : {}),
    ...(body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: refOf(body, 'input', schemas) } } } }),
    responses: {
      [String(facts.status)]: { description: facts.summary, ...contentOf(facts, schemas) },
      default: {
        description: 'A problem (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function contentOf({ answer, media }: OperationFacts, schemas: Record<string, unknown>): object {
  if (answer !== undefined)
    return { content: { 'application/json': { schema: refOf(answer, 'output', schemas) } } };
  return media === undefined ? {} : { content: { [media]: {} } };
}

/** A reference to a schema with an id, which is added to the others (zod may have added it itself); a schema without one stands in its place. */
function refOf(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, unknown>): object {
  const id = schema.meta()?.id;
  const json = jsonSchema(schema, io, schemas);
  if (id === undefined || '$ref' in json) return json;
  schemas[id] = json;
  return { $ref: `#/components/schemas/${id}` };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, unknown>): object {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>;
  const definitions = (json['$defs'] ?? {}) as Record<string, Record<string, unknown>>;
  for (const [name, definition] of Object.entries(definitions))
    schemas[name] = lifted(without(definition, 'id'));
  return lifted(without(json, '$schema', 'id', '$defs')) as object;
}

function without(record: Readonly<Record<string, unknown>>, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** References within a schema, turned to the document's components. */
function lifted(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/')) as unknown;
}

function parametersOf({ controller, handler, path }: Route): object[] {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  if (path.endsWith('*')) names.push('key');
  const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const query = schemaOf(controller, handler, 'query');
  if (query === undefined) return inPath;
  const { properties = {}, required = [] } = jsonSchema(query, 'input', {}) as {
    properties?: Record<string, object>;
    required?: string[];
  };
  const inQuery = Object.entries(properties).map(([name, schema]) => {
    return { name, in: 'query', required: required.includes(name), schema };
  });
  return [...inPath, ...inQuery];
}

const text = { type: 'string' };
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'traceId', 'retryable'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: text,
    status: { type: 'integer' },
    detail: text,
    instance: text,
    code: text,
    traceId: text,
    retryable: { type: 'boolean' },
    errors: {
      type: 'array',
      items: { type: 'object', required: ['pointer', 'detail'], properties: { pointer: text, detail: text } },
    },
  },
};
