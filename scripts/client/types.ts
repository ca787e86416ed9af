/**
 * OpenAPI as TypeScript: `components` and `paths`, shaped as openapi-typescript shapes them, so that openapi-fetch and
 * its relatives take them. That package itself needs TypeScript's JavaScript API, which TypeScript 7 no longer has.
 */
import type { Document } from '../../api/openapi/reference-page.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema | false;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** @returns a `.d.ts`: the same for the same routes */
export function clientTypes(document: Document): string {
  const schemas = Object.entries(document.components.schemas)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, schema]) => `    ${key(name)}: ${type(schema as Schema, 2)};`);
  const paths = Object.entries(document.paths).map(([path, operations]) => {
    const lines = methods.map((method) =>
      operations[method] ? `    ${method}: ${operation(operations[method], 2)};` : `    ${method}?: never;`,
    );
    return `  ${JSON.stringify(path)}: {\n    parameters: { query?: never; header?: never; path?: never; cookie?: never };\n${lines.join('\n')}\n  };`;
  });
  return [
    '// Written by `npm run client` of Coalition Builder from its routes; write it again rather than edit it.',
    '',
    'export interface components {',
    '  schemas: {',
    ...schemas,
    '  };',
    '}',
    '',
    'export interface paths {',
    ...paths,
    '}',
    '',
  ].join('\n');
}

type Operation = Document['paths'][string][string];

function operation({ summary, parameters, requestBody, responses }: Operation, depth: number): string {
  const inside = (where: string) => {
    const found = parameters.filter((parameter) => parameter.in === where);
    if (found.length === 0) return 'never';
    const fields = found.map(
      ({ name, required, schema }) => `${key(name)}${required ? '' : '?'}: ${type(input(schema as Schema), depth)}`,
    );
    return `{ ${fields.join('; ')} }`;
  };
  const optional = (where: string) => (parameters.some((each) => each.in === where && each.required) ? '' : '?');
  const pad = '  '.repeat(depth + 1);
  return [
    `/** ${summary.replaceAll('*/', '* /')} */ {`,
    `${pad}parameters: { query${optional('query')}: ${inside('query')}; header?: never; path${optional('path')}: ${inside('path')}; cookie?: never };`,
    requestBody
      ? `${pad}requestBody: { content: ${content(requestBody.content, depth + 1)} };`
      : `${pad}requestBody?: never;`,
    `${pad}responses: {`,
    ...Object.entries(responses).map(([status, response]) => `${pad}  ${status}: ${answer(response, depth + 2)};`),
    `${pad}};`,
    `${'  '.repeat(depth)}}`,
  ].join('\n');
}

/** What a query or path holds is text; a caller may write a number for one. */
function input(schema: Schema): Schema {
  return schema.type === 'string' && !schema.enum ? { anyOf: [{ type: 'string' }, { type: 'number' }] } : schema;
}

function answer(response: Operation['responses'][string] & { readonly $ref?: string }, depth: number): string {
  const headers = 'headers: { [name: string]: unknown }';
  if (response.$ref) return `{ ${headers}; content: { "application/problem+json": components["schemas"]["Problem"] } }`;
  return `{ ${headers}; content${response.content ? `: ${content(response.content, depth)}` : '?: never'} }`;
}

function content(types: Readonly<Record<string, { readonly schema: unknown }>>, depth: number): string {
  const entries = Object.entries(types).map(
    ([name, { schema }]) => `${JSON.stringify(name)}: ${type(schema as Schema, depth)}`,
  );
  return `{ ${entries.join('; ')} }`;
}

function type(schema: Schema, depth: number): string {
  if (schema.$ref) return `components["schemas"][${JSON.stringify(schema.$ref.split('/').at(-1))}]`;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.map((each) => type(each, depth)).join(' | ');
  if (schema.allOf) return schema.allOf.map((each) => `(${type(each, depth)})`).join(' & ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const types = [schema.type ?? []].flat();
  return types.length === 0 ? 'unknown' : types.map((each) => named(each, schema, depth)).join(' | ');
}

function named(name: string, schema: Schema, depth: number): string {
  switch (name) {
    case 'array':
      return schema.items ? `Array<${type(schema.items, depth)}>` : 'unknown[]';
    case 'object':
      return object(schema, depth);
    case 'integer':
      return 'number';
    default:
      return name;
  }
}

function object({ properties, required = [], additionalProperties }: Schema, depth: number): string {
  if (!properties) {
    const value = typeof additionalProperties === 'object' ? type(additionalProperties, depth) : 'unknown';
    return `Record<string, ${value}>`;
  }
  const pad = '  '.repeat(depth + 1);
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${pad}${key(name)}${required.includes(name) ? '' : '?'}: ${type(schema, depth + 1)};`,
  );
  return `{\n${fields.join('\n')}\n${'  '.repeat(depth)}}`;
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
