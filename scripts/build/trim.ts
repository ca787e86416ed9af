/**
 * Leaves out of a bundle what Koa brings along and no request of ours needs. The packages stay as they are; only what
 * esbuild reads of them is less.
 */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** The two copies of the table of media types are half of a bundle of Koa. */
const mediaTypes: Plugin = {
  name: 'media types',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]mime-db[\\/]db\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify(fewMediaTypes(JSON.parse(await readFile(path, 'utf8')))),
      loader: 'json',
    }));
  },
};

interface MediaType {
  readonly charset?: string;
  readonly extensions?: readonly string[];
}

/** Types that code may name by their extension (`ctx.type = 'json'`, `ctx.accepts('html')`). */
const extensions = new Set([
  'json',
  'html',
  'css',
  'js',
  'txt',
  'csv',
  'xml',
  'png',
  'jpeg',
  'gif',
  'webp',
  'svg',
  'pdf',
  'bin',
]);

/** With every charset, so that a Content-Type is completed as it is without the bundle. */
export function fewMediaTypes(all: Readonly<Record<string, MediaType>>): Record<string, MediaType> {
  return Object.fromEntries(
    Object.entries(all).filter(([, type]) => type.charset !== undefined || extensions.has(type.extensions?.[0] ?? '')),
  );
}

/**
 * Koa asks of every body whether it is a Response, a Blob or a ReadableStream. Node makes these globals when they are
 * first touched, and the first two load the whole of fetch (20 to 50 ms). Whether a body is one can be told by its tag.
 */
const webBodies: Plugin = {
  name: 'web bodies',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/]koa[\\/]lib[\\/][\w-]+\.js$/ }, async ({ path }) => ({
      // On the first line, so that the lines of a stack stay right.
      contents: `${tagged(['Response', 'Blob', 'ReadableStream'])} ${await readFile(path, 'utf8')}`,
      loader: 'js',
    }));
  },
};

function tagged(names: readonly string[]): string {
  const ask = (name: string) =>
    `${name} = { [Symbol.hasInstance]: (body) => body?.[Symbol.toStringTag] === '${name}' && body instanceof globalThis.${name} }`;
  return `const ${names.map(ask).join(', ')};`;
}

/** It asks of what it destroys whether it is a file's stream, and has Node load these, its promises and readline for it. */
const fileStreams: Plugin = {
  name: 'file streams',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/]destroy[\\/]index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        "= require('fs').ReadStream",
        "= { [Symbol.hasInstance]: (stream) => stream instanceof require('fs').ReadStream }",
      ),
      loader: 'js',
    }));
  },
};

export const trimmed: readonly Plugin[] = [mediaTypes, webBodies, fileStreams];
