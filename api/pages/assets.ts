/** Everything that `npm start` serves of the pages: the desk, and the map with MapLibre GL. */
import { type Asset, asset, folderAssets, forGood } from './asset.ts';
import { deskAssets } from './environment-assets.ts';
import { fillMapPage } from './map-page.ts';
import { maplibreFiles, maplibreVersion } from './maplibre.ts';

/** Where MapLibre's files are found. The version is part of it, so that browsers never have to ask twice. */
export const maplibrePath = `/pages/vendor/maplibre-gl/${maplibreVersion}/`;

export function listAssets(): ReadonlyMap<string, Asset> {
  const map = folderAssets(new URL('./map/', import.meta.url), '/pages/map/', {
    'map.html': { at: '/', fill: (html) => fillMapPage(html, { pages: '/pages/', maplibre: maplibrePath }) },
  });
  const vendor = [...maplibreFiles()].map(
    ([name, content]) => [`${maplibrePath}${name}`, asset(name, content, forGood)] as const,
  );
  return new Map([...deskAssets(), ...map, ...vendor]);
}
