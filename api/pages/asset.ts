/** A file that can be served, read once: with its type and its ETag. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

export interface Asset {
  /** A media type with its charset. */
  readonly type: string;
  readonly content: Buffer;
  /** Weak, because the plain and the compressed body share it (RFC 9110, 8.8.1). */
  readonly etag: string;
  readonly cacheControl: string;
}

/** Of an address that has the version or the content in it: nobody has to ask again. */
export const forGood = 'public, max-age=31536000, immutable';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  // A browser refuses to run a module that comes without a JavaScript type, and few servers know this ending.
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/**
 * The files of a folder, by the paths that they are served under.
 * @param pages of its HTML files, where each is found, and what is filled in
 */
export function folderAssets(
  folder: URL,
  path: string,
  pages: Readonly<Record<string, { at: string; fill?: (html: string) => string }>> = {},
): readonly (readonly [string, Asset])[] {
  const names = readdirSync(folder).filter((file) => extname(file) in types);
  return names.map((name) => {
    const content = readFileSync(new URL(name, folder));
    const { at = `${path}${name}`, fill = (text: string) => text } = pages[name] ?? {};
    // The files name each other, so all of them have to be of one age: a browser asks each time, and mostly hears 304.
    return [at, asset(name, pages[name] ? Buffer.from(fill(content.toString('utf8'))) : content, 'no-cache')];
  });
}

export function asset(name: string, content: Buffer, cacheControl: string): Asset {
  return {
    type: types[extname(name)] ?? 'application/octet-stream',
    content,
    etag: `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`,
    cacheControl,
  };
}
