/** The review desk at `/desk`, and what pages share: all that an environment serves of the pages. */
import { type Asset, folderAssets } from './asset.ts';

export function deskAssets(): ReadonlyMap<string, Asset> {
  return new Map([
    ...folderAssets(new URL('./look/', import.meta.url), '/pages/look/'),
    ...folderAssets(new URL('./desk/', import.meta.url), '/pages/desk/', { 'desk.html': { at: '/desk' } }),
  ]);
}
