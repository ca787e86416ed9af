/**
 * Coordinates as people write them.
 *
 * @typedef {{ lat: number, lng: number }} Point degrees, EPSG:4326
 */

const number = String.raw`[+-]?\d+(?:\.\d*)?|[+-]?\.\d+`;
const pair = new RegExp(String.raw`^(${number})\s*°?\s*([NS])?\s*[,; ]\s*(${number})\s*°?\s*([EW])?$`, 'i');

/**
 * Reads `44.9553, -93.1022`, `44.9553° N 93.1022° W`, `(44.9553; -93.1022)` or `geo:44.9553,-93.1022`.
 *
 * @param {string} text
 * @returns {{ point: Point } | { problem: string }} the problem is a sentence for whoever typed it
 */
export function parsePoint(text) {
  const cleaned = text
    .trim()
    .replace(/^geo:/i, '')
    .replace(/^[([]\s*|\s*[)\]]$/g, '')
    // Text copied from a typeset page has a true minus sign.
    .replaceAll('−', '-');
  if (cleaned === '') return { problem: 'Enter a latitude and a longitude, for example 44.9553, -93.1022.' };
  const match = pair.exec(cleaned);
  if (!match) return { problem: `“${text.trim()}” is not two decimal numbers. Write them like 44.9553, -93.1022.` };
  const lat = Number(match[1]) * (match[2]?.toUpperCase() === 'S' ? -1 : 1);
  const lng = Number(match[3]) * (match[4]?.toUpperCase() === 'W' ? -1 : 1);
  if (Math.abs(lat) > 90) {
    return {
      problem: `Latitude comes first and lies between -90 and 90; ${lat} does not.${
        Math.abs(lng) <= 90 && Math.abs(lat) <= 180 ? ` Did you mean ${lng}, ${lat}?` : ''
      }`,
    };
  }
  if (Math.abs(lng) > 180) return { problem: `Longitude lies between -180 and 180; ${lng} does not.` };
  return { point: { lat, lng } };
}

/**
 * @param {Point} point
 * @returns {string} five decimals, about a metre, which is finer than any boundary here
 */
export function formatPoint({ lat, lng }) {
  return `${Number(lat.toFixed(5))}, ${Number(lng.toFixed(5))}`;
}
