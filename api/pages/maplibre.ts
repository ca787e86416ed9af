/** MapLibre GL, as it is installed here: the files of it that the map's page loads. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The release that the pages are written for; `package.json` pins the same one (a test compares). */
export const maplibreVersion = '6.17.0';

/** The worker is found beside the library, by the name that it has there. */
const files = ['maplibre-gl.mjs', 'maplibre-gl-worker.mjs', 'maplibre-gl.css'];

export function maplibreFiles(): ReadonlyMap<string, Buffer> {
  const dist = join(dirname(fileURLToPath(import.meta.resolve('maplibre-gl/package.json'))), 'dist');
  return new Map(files.map((name) => [name, readFileSync(join(dist, name))]));
}
