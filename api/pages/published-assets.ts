/**
 * What the map's page loads, as the static bucket of an environment has it: under keys that have the files' contents in
 * them. Browsers and CloudFront keep such a file for good, and no release ever finds the files of another one.
 */
import { createHash } from 'node:crypto';
import { type Asset, asset, folderAssets, forGood } from './asset.ts';
import type { Places } from './map-page.ts';
import { maplibreFiles, maplibreVersion } from './maplibre.ts';

/** Where CloudFront serves the bucket; `generator/resources/distribution.ts` says the same. */
const servedAt = '/static/';

export interface PublishedAssets {
  /** By key. */
  readonly files: ReadonlyMap<string, Asset>;
  readonly places: Places;
}

export function publishedAssets(): PublishedAssets {
  const pages = folderOf('pages', [
    ...filesOf(new URL('./look/', import.meta.url), 'look/'),
    ...filesOf(new URL('./map/', import.meta.url), 'map/'),
  ]);
  const maplibre = folderOf(`maplibre-gl-${maplibreVersion}`, [...maplibreFiles()]);
  return {
    files: new Map([...pages.files, ...maplibre.files]),
    places: { pages: `${servedAt}${pages.folder}`, maplibre: `${servedAt}${maplibre.folder}` },
  };
}

type Files = readonly (readonly [name: string, content: Buffer])[];

function filesOf(folder: URL, path: string): Files {
  return folderAssets(folder, path)
    .filter(([name]) => !name.endsWith('.html'))
    .map(([name, { content }]) => [name, content]);
}

/** Files that name each other have a folder together, which is named after the contents of all of them. */
function folderOf(name: string, files: Files): { folder: string; files: readonly (readonly [string, Asset])[] } {
  const hash = createHash('sha256');
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${path}\0${content.length}\0`).update(content);
  const folder = `${name}-${hash.digest('hex').slice(0, 16)}/`;
  return { folder, files: files.map(([path, content]) => [`${folder}${path}`, asset(path, content, forGood)]) };
}
