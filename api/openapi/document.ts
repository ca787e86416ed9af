/** The API's description, OpenAPI 3.1, written from the same values that route, validate and permit. */
import * as z from 'zod/mini';
import { permissionsOf, roles } from '../access/permissions.ts';
import type { Answer, Route } from '../http/route.ts';
import { names, numberOf } from './named.ts';
import type { Document } from './reference-page.ts';

type Json = Record<string, unknown>;

const verbs: Readonly<Record<Route['method'], string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'replace',
  PATCH: 'change',
  DELETE: 'delete',
};

export function describe(routes: readonly Route[]): Document {
  const schemas: Json = {};
  const toJson = (schema: z.ZodMiniType, io: 'input' | 'output') => schemaOf(schema, io, schemas);
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = isCollection(route.path) ? `${route.path}/` : route.path;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, toJson) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Coalition Builder API',
      version: '1',
      description:
        'The backend of a platform for policy coalitions. Every path answers with and without a slash at its end. ' +
        'Lists are whole; with `limit` they come in pages, and `Link` names the next one.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths: paths as Document['paths'],
    components: {
      schemas: { ...(schemas as Document['components']['schemas']), Problem: problem },
      responses: {
        Problem: {
          description: 'What is wrong',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'From POST /api/staff/session/' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRFToken', description: 'From GET /api/csrf-token/' },
        key: { type: 'http', scheme: 'bearer', description: 'An API key' },
      },
    },
  };
}

/** Under which heading a reader looks for it: drafts beside what they become, and what is no API together. */
function tagOf(path: string): string {
  const [api, first = '', second = ''] = path.slice(1).split('/');
  if (api !== 'api') return 'site';
  if (first === 'csrf-token') return 'staff';
  if (first === 'docs' || first === 'openapi.json') return 'description';
  return first === 'staff' && !['session', 'password', 'accounts', 'keys', 'audit'].includes(second) ? second : first;
}

/** Files have no slash at their end. */
function isCollection(path: string): boolean {
  return !/\.\w+$/.test(path);
}

const problem: Json = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'request_id'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: {
      anyOf: [
        { type: 'string' },
        {
          type: 'array',
          items: {
            type: 'object',
            required: ['loc', 'msg', 'type'],
            properties: {
              loc: { type: 'array', items: { type: ['string', 'integer'] } },
              msg: { type: 'string' },
              type: { type: 'string' },
            },
          },
        },
      ],
    },
    summary: { type: 'string', description: 'The faults of a 422 in one sentence' },
    request_id: { type: 'string' },
  },
};

function operation(route: Route, toJson: (schema: z.ZodMiniType, io: 'input' | 'output') => Json): Json {
  const { access = 'everybody', method } = route;
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [tagOf(route.path)],
    ...(access === 'everybody' || access === 'staff' ? {} : { description: whoMay(access) }),
    security: route.byLink ? [] : security(access, method),
    parameters: [
      ...parameters('path', route.pathParameters, toJson),
      ...parameters('query', route.queryParameters, toJson),
    ],
    ...(route.requestBody
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toJson(route.requestBody, 'input') } },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers()).map(([status, answer]) => [status, response(status, answer, toJson)]),
      ),
      ...(route.cache === undefined ? {} : { 304: { description: 'What If-None-Match names is current' } }),
      ...Object.fromEntries(failures(route).map((status) => [status, { $ref: '#/components/responses/Problem' }])),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function response(status: string, answer: Answer, toJson: (schema: z.ZodMiniType, io: 'output') => Json): Json {
  const description = status === '201' ? 'Added' : status === '204' ? 'Done' : 'The answer';
  if (answer === undefined) return { description };
  if ('type' in answer && typeof answer.type === 'string' && !('safeParse' in answer)) {
    const schema = answer.schema ? toJson(answer.schema, 'output') : { type: 'string' };
    return { description, content: { [answer.type]: { schema } } };
  }
  return { description, content: { 'application/json': { schema: toJson(answer as z.ZodMiniType, 'output') } } };
}

function failures({
  method,
  cache,
  access = 'everybody',
  limit,
  requestBody,
  pathParameters,
  queryParameters,
}: Route): readonly number[] {
  return [
    ...(requestBody ? [400, 413, 415] : []),
    ...(access === 'everybody' ? [] : [401]),
    ...(access === 'everybody' && method === 'GET' ? [] : [403]),
    ...(pathParameters ? [404] : []),
    ...(cache === undefined ? [] : [412]),
    ...(requestBody || pathParameters || queryParameters ? [422] : []),
    ...(limit ? [429] : []),
  ];
}

function security(access: NonNullable<Route['access']>, method: Route['method']): readonly Json[] {
  const csrf = method === 'GET' ? {} : { csrf: [] };
  if (access === 'everybody') return method === 'GET' ? [] : [csrf];
  return [{ session: [], ...csrf }, { key: access === 'staff' ? [] : [access] }];
}

function whoMay(access: Parameters<typeof mayBy>[0]): string {
  return `Takes the permission \`${access}\`, which these roles have: ${mayBy(access).join(', ')}.`;
}

function mayBy(access: Exclude<Route['access'], 'everybody' | 'staff' | undefined>) {
  return roles.filter((role) => permissionsOf(role).includes(access));
}

function parameters(
  where: 'path' | 'query',
  schema: z.ZodMiniType | undefined,
  toJson: (schema: z.ZodMiniType, io: 'input') => Json,
): readonly Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJson(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

/** `get_campaigns_by_name_name`: stable while the path is, because clients are generated from it. */
function operationId({ method, path }: Route): string {
  const words = path
    .replace(/^\/api\//, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return [verbs[method], ...words].join('_');
}

/** A schema with its named parts moved to the components. */
function schemaOf(schema: z.ZodMiniType, io: 'input' | 'output', schemas: Json): Json {
  const {
    $schema: _,
    $defs = {},
    ...json
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    metadata: names,
    override({ zodSchema, jsonSchema }) {
      const number = numberOf(zodSchema);
      if (!number) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, number);
    },
  }) as Json & { $defs?: Record<string, Json> };
  for (const [name, definition] of Object.entries($defs)) schemas[name] = relinked(withoutId(definition));
  if (typeof json.id !== 'string') return relinked(json) as Json;
  schemas[json.id] = relinked(withoutId(json));
  return { $ref: `#/components/schemas/${json.id}` };
}

function withoutId({ id: _, ...rest }: Json): Json {
  return rest;
}

function relinked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relinked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace('#/$defs/', '#/components/schemas/')]
        : [key, relinked(inner)],
    ),
  );
}
