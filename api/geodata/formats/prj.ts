/**
 * Which coordinates a layer is in: NAD83 in degrees, as all of the Census's are, or a refusal.
 *
 * NAD83 (EPSG:4269) is stored as WGS 84 (EPSG:4326) by relabelling. The two differ by at most some 0.9 m, in Alaska and
 * Hawaii, and a transformation depends on the version of PROJ and on its grids: relabelled numbers are the same
 * everywhere. A layer that is in WGS 84 already is taken as it is.
 * Source: OGC 01-009 (WKT 1), with ESRI's names beside the EPSG's.
 */
import { FormatError, type Place } from './fault.ts';

/** @param wkt content of the .prj, or undefined where the zip has none @returns what a person should know */
export function checkCoordinates(wkt: string | undefined, place: Place): string[] {
  if (wkt === undefined) {
    return ['The zip has no .prj: NAD83 (EPSG:4269) is assumed, in which the Census publishes all boundaries.'];
  }
  const root = /^[\s\uFEFF]*([A-Z_]+)\s*[[(]\s*"([^"]*)"/i.exec(wkt);
  if (!root) throw refused(place, `it is no description of coordinates: ${JSON.stringify(wkt.trim().slice(0, 40))}`);
  const [, kind = '', name = ''] = root;
  if (!/^(GEOGCS|GEOGCRS|GEODCRS)$/i.test(kind))
    throw refused(place, `its coordinates are ${name} (${kind}), not NAD83 degrees`);
  const datum = /\bDATUM\s*[[(]\s*"([^"]*)"/i.exec(wkt)?.[1] ?? 'an unknown datum';
  if (!datums.has(datum.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'))) {
    throw refused(place, `its coordinates are ${name}, on ${datum}, not on NAD83`);
  }
  const meridian = Number(/\bPRIMEM\s*[[(]\s*"[^"]*"\s*,\s*([-+.\deE]+)/i.exec(wkt)?.[1] ?? 0);
  if (meridian !== 0) throw refused(place, `its longitudes count from ${meridian} degrees east of Greenwich`);
  const unit = Number(/\b(?:ANGLE)?UNIT\s*[[(]\s*"[^"]*"\s*,\s*([-+.\deE]+)/i.exec(wkt)?.[1] ?? degree);
  if (!(Math.abs(unit - degree) < 1e-12)) throw refused(place, `its unit is ${unit} radians, not a degree`);
  return [];
}

const degree = Math.PI / 180;

const datums = new Set([
  'd_north_american_1983',
  'north_american_datum_1983',
  'd_wgs_1984',
  'wgs_1984',
  'world_geodetic_system_1984',
]);

function refused(place: Place, fault: string): FormatError {
  return new FormatError(
    place,
    fault,
    'Use the file as the Census publishes it, or convert it: ogr2ogr -t_srs EPSG:4269 converted.shp original.shp',
  );
}
