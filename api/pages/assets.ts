/** The files that can be served, read once: each with its path, its type and its ETag. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Asset {
  /** A media type with its charset. */
  readonly type: string;
  readonly content: Buffer;
  /** Weak, because the plain and the compressed body share it (RFC 9110, 8.8.1). */
  readonly etag: string;
  readonly cacheControl: string;
}

/** The release of MapLibre GL that the pages are written for; `package.json` pins the same one (a test compares). */
export const maplibreVersion = '6.17.0';

/** Where MapLibre's files are found. The version is part of it, so that browsers never have to ask twice. */
export const maplibrePath = `/pages/vendor/maplibre-gl/${maplibreVersion}/`;

const maplibreFiles = ['maplibre-gl.mjs', 'maplibre-gl-worker.mjs', 'maplibre-gl.css'];

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  // A browser refuses to run a module that comes without a JavaScript type, and few servers know this ending.
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/**
 * @param folders `map`: where the page's files lie; `maplibre`: MapLibre's `dist` folder, `null` where a static bucket
 *   serves it under the same path
 */
export function listAssets({
  map = join(import.meta.dirname, 'map'),
  maplibre = installedMaplibre(),
}: {
  readonly map?: string;
  readonly maplibre?: string | null;
} = {}): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(map).filter((file) => extname(file) in types)) {
    const content = readFileSync(join(map, name));
    // The files name each other, so all of them have to be of one age: a browser asks each time, and mostly hears 304.
    if (name === 'map.html') assets.set('/', asset(name, withMaplibrePath(content), 'no-cache'));
    else assets.set(`/pages/map/${name}`, asset(name, content, 'no-cache'));
  }
  if (maplibre !== null) {
    for (const name of maplibreFiles) {
      const content = readFileSync(join(maplibre, name));
      assets.set(`${maplibrePath}${name}`, asset(name, content, 'public, max-age=31536000, immutable'));
    }
  }
  return assets;
}

function asset(name: string, content: Buffer, cacheControl: string): Asset {
  return {
    type: types[extname(name)] ?? 'application/octet-stream',
    content,
    etag: `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`,
    cacheControl,
  };
}

/** The page says where MapLibre is in one place of its own, so that the version is said once, here. */
function withMaplibrePath(html: Buffer): Buffer {
  return Buffer.from(html.toString('utf8').replaceAll('{{maplibre}}', maplibrePath));
}

function installedMaplibre(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('maplibre-gl/package.json'))), 'dist');
}
