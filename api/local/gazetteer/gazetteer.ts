/** A geocoder that knows a few public buildings by heart, and the towns that they stand in. */
import { readFileSync } from 'node:fs';
import { oneLine, telling, tidy } from '../../geocoding/address.ts';
import type { Address, Geocoder, Match } from '../../geocoding/geocoder.ts';

interface Place extends Address {
  readonly id: string;
  readonly lat: number;
  readonly lng: number;
  readonly line: string;
}

const places: readonly Place[] = readFileSync(new URL('./places.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => {
    const [street = '', city = '', state = '', zip = '', lat, lng] = row.split(',');
    const address = { street, city, state, zip };
    const line = oneLine(address);
    return { ...address, id: Buffer.from(line).toString('base64url'), line, lat: Number(lat), lng: Number(lng) };
  });

/** Case, punctuation and the last four digits of a ZIP code make no difference. */
function comparable(text: string): string {
  return tidy(text)
    .toLowerCase()
    .replace(/(\d{5})-\d{4}$/, '$1')
    .replace(/\bsaint\b/g, 'st')
    .replace(/[.,]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

export function gazetteer(): Geocoder {
  return {
    name: 'gazetteer',
    async locate(text) {
      const asked = comparable(text);
      const building = places.find(({ line, zip }) => {
        const known = comparable(line);
        return asked === known || asked === known.replace(` ${zip}`, '');
      });
      if (building) return matchOf(building, 'address', telling(text).zip === building.zip ? 1 : 0.9);
      const town = places.find(({ city, state }) => asked.includes(` ${comparable(city)} ${state.toLowerCase()}`));
      return town && matchOf(town, 'place', 0.5);
    },
    async suggest(text, limit) {
      const asked = comparable(text);
      return places
        .filter(({ line }) => comparable(line).includes(asked))
        .slice(0, limit)
        .map(({ line, id }) => ({ text: line, place_id: id }));
    },
    async place(id) {
      const found = places.find((each) => each.id === id);
      return found && { street: found.street, city: found.city, state: found.state, zip: found.zip };
    },
  };
}

function matchOf({ lat, lng, line, city, state }: Place, quality: Match['quality'], confidence: number): Match {
  return { lat, lng, quality, confidence, matched: quality === 'address' ? line : `${city}, ${state}` };
}
