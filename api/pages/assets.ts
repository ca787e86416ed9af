/** Everything that `npm start` serves of the pages: the desk, and the map with MapLibre GL. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Asset, asset, folderAssets } from './asset.ts';
import { deskAssets } from './desk-assets.ts';

/** The release of MapLibre GL that the pages are written for; `package.json` pins the same one (a test compares). */
export const maplibreVersion = '6.17.0';

/** Where MapLibre's files are found. The version is part of it, so that browsers never have to ask twice. */
export const maplibrePath = `/pages/vendor/maplibre-gl/${maplibreVersion}/`;

const maplibreFiles = ['maplibre-gl.mjs', 'maplibre-gl-worker.mjs', 'maplibre-gl.css'];

/** @param maplibre its `dist` folder; `null` where a static bucket serves it under the same path */
export function listAssets({
  maplibre = installedMaplibre(),
}: {
  readonly maplibre?: string | null;
} = {}): ReadonlyMap<string, Asset> {
  const map = folderAssets(new URL('./map/', import.meta.url), '/pages/map/', {
    'map.html': { at: '/', fill: withMaplibrePath },
  });
  const vendor = (maplibre === null ? [] : maplibreFiles).map(
    (name) =>
      [
        `${maplibrePath}${name}`,
        asset(name, readFileSync(join(maplibre ?? '', name)), 'public, max-age=31536000, immutable'),
      ] as const,
  );
  return new Map([...deskAssets(), ...map, ...vendor]);
}

/** The page says where MapLibre is in one place of its own, so that the version is said once, here. */
function withMaplibrePath(html: string): string {
  return html.replaceAll('{{maplibre}}', maplibrePath);
}

function installedMaplibre(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('maplibre-gl/package.json'))), 'dist');
}
