/** The API's description as a page to read: made on the server from the document, with no script and nothing from elsewhere. */
import { escaped } from '../http/escaped.ts';
import { styleSource } from '../http/html-frame.ts';
import { styles } from './reference-styles.ts';

type Json = { readonly [key: string]: unknown };

interface Schema extends Json {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly Json[];
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: Schema }[];
  readonly requestBody?: { content: Record<string, { schema: Schema }> };
  readonly responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>;
}

export interface Document extends Json {
  readonly info: Json & { readonly title: string; readonly description: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: Json & { readonly schemas: Record<string, Schema> };
}

/** The only thing that the page may use is its own style, known by its hash. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  styleSource(styles),
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function referencePage(document: Document): string {
  const { info, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
  const tags = [...new Set(operations.map(({ tags: [tag = ''] }) => tag))];
  const section = (tag: string) =>
    `<section id="${tag}"><h2>${title(tag)}</h2>${operations
      .filter(({ tags: [own] }) => own === tag)
      .map(operationHtml)
      .join('')}</section>`;
  const schemas = Object.entries(components.schemas).sort(([one], [other]) => one.localeCompare(other));

  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)}</title>
<style>${styles}</style>
</head>
<body>
<nav aria-label="Contents">
<p class="brand">${escaped(info.title)}</p>
<ul>${tags.map((tag) => `<li><a href="#${tag}">${title(tag)}</a></li>`).join('')}<li><a href="#schemas">Schemas</a></li></ul>
</nav>
<main>
<h1>${escaped(info.title)}</h1>
<p>${code(info.description)} The same as a file: <a href="/api/openapi.json">openapi.json</a>.</p>
${tags.map(section).join('\n')}
<section id="schemas"><h2>Schemas</h2>
${schemas.map(([name, schema]) => `<details id="schema-${name}"><summary><b>${escaped(name)}</b></summary>${fields(schema)}</details>`).join('\n')}
</section>
</main>
</body>
</html>
`;
}

function operationHtml(operation: Operation & { readonly path: string; readonly method: string }): string {
  const { path, method, operationId, summary, description, security, parameters, requestBody, responses } = operation;
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const good = Object.entries(responses).filter(([status]) => /^2/.test(status));
  return `<details id="${operationId}">
<summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${escaped(path).replaceAll('/', '/<wbr>')}</code>
<span class="summary">${code(summary)}</span>${security.some((each) => 'session' in each) ? '<span class="staff">staff</span>' : ''}</summary>
${description ? `<p>${code(description)}</p>` : ''}
${parameters.length > 0 ? `<h3>Parameters</h3>${table(parameters.map(({ name, in: where, required, schema }) => [name, `${typeOf(schema)}, in the ${where}`, required]))}` : ''}
${body ? `<h3>Body</h3>${fields(body)}` : ''}
${good.map(([status, { content }]) => `<h3>${status}</h3>${answer(content)}`).join('')}
</details>`;
}

function answer(content: Record<string, { schema: Schema }> | undefined): string {
  const [found] = Object.entries(content ?? {});
  if (!found) return '<p>No body.</p>';
  const [type, { schema }] = found;
  if (!type.endsWith('json')) return `<p>${escaped(type)}</p>`;
  return schema.properties ? fields(schema) : `<p>${typeOf(schema)}</p>`;
}

function fields(schema: Schema): string {
  if (!schema.properties) return `<p>${typeOf(schema)}</p>`;
  return table(
    Object.entries(schema.properties).map(([name, field]) => [
      name,
      typeOf(field),
      schema.required?.includes(name) ?? false,
    ]),
  );
}

function table(rows: ReadonlyArray<readonly [name: string, type: string, required: boolean]>): string {
  const lines = rows.map(
    ([name, type, required]) =>
      `<tr><th scope="row"><code>${escaped(name)}</code></th><td>${type}</td><td>${required ? 'always' : ''}</td></tr>`,
  );
  return `<table>${lines.join('')}</table>`;
}

/** In words, as HTML. */
function typeOf(schema: Schema): string {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return `<a href="#schema-${name}">${escaped(name)}</a>`;
  }
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.enum) return schema.enum.map((value) => `<code>${escaped(String(value))}</code>`).join(', ');
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`;
  const type = [schema.type ?? 'anything'].flat().join(' or ');
  return escaped(schema.format ? `${type} (${schema.format})` : type);
}

function title(tag: string): string {
  const words = tag.replaceAll(/[-.]/g, ' ');
  return escaped(words.charAt(0).toUpperCase() + words.slice(1));
}

/** Backticks become code. */
function code(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}
