/**
 * All that an environment serves of the pages: the review desk with its files, and the map's page. What that page loads
 * lies in the static bucket (`published-assets.ts`); its HTML in a bundle names the files that were there with it.
 */
import { readFileSync } from 'node:fs';
import { type Asset, asset, folderAssets } from './asset.ts';

export function environmentAssets(): ReadonlyMap<string, Asset> {
  const map = asset('map.html', readFileSync(new URL('./map/map.html', import.meta.url)), 'no-cache');
  return new Map([...deskAssets(), ['/', map]]);
}

/** At `/desk`, with what pages share. */
export function deskAssets(): ReadonlyMap<string, Asset> {
  return new Map([
    ...folderAssets(new URL('./look/', import.meta.url), '/pages/look/'),
    ...folderAssets(new URL('./desk/', import.meta.url), '/pages/desk/', { 'desk.html': { at: '/desk' } }),
  ]);
}
