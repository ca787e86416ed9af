/** What turns an address into coordinates, whoever does it. */

/** As people write it in the United States. */
export interface Address {
  readonly street: string;
  readonly city: string;
  /** Two letters. */
  readonly state: string;
  /** Five digits, or nine with a hyphen; empty where unknown. */
  readonly zip: string;
}

/** What was matched, from the nearest to the widest. Only the first two are near enough to tell districts by. */
export const qualities = ['address', 'street', 'postcode', 'place'] as const;

export type Quality = (typeof qualities)[number];

export interface Match {
  /** Degrees, EPSG:4326. */
  readonly lat: number;
  readonly lng: number;
  readonly quality: Quality;
  /** 0 to 1: how much of what was asked agrees with what was found. */
  readonly confidence: number;
  /** The address as the geocoder writes it. */
  readonly matched: string;
}

export interface Suggestion {
  readonly text: string;
  /** What `place()` takes; means nothing to anybody else. */
  readonly place_id: string;
}

export interface Geocoder {
  /** Kept beside each location. */
  readonly name: string;
  /**
   * @param text one line
   * @returns undefined where nothing matches, or several places match that are far from each other
   * @throws GeocoderError
   */
  locate(text: string, signal?: AbortSignal): Promise<Match | undefined>;
  /**
   * What somebody may mean who has typed this much.
   * @throws GeocoderError
   */
  suggest(text: string, limit: number, signal?: AbortSignal): Promise<readonly Suggestion[]>;
  /**
   * @returns undefined where no suggestion had this id
   * @throws GeocoderError
   */
  place(id: string, signal?: AbortSignal): Promise<Address | undefined>;
}

/** Whoever was asked did not answer, or not in the way that they describe. Trying later may help. */
export class GeocoderError extends Error {
  readonly remedy: string;
  constructor(geocoder: string, reason: string, options?: ErrorOptions) {
    super(`The geocoder ${geocoder} ${reason}.`, options);
    this.name = 'GeocoderError';
    this.remedy = 'It is asked again later. Where that does not end, run the doctor job, or choose another geocoder.';
  }
}

/** Where two matches are at most this far apart they are one place: a building has several entrances. In degrees. */
const samePlace = 0.002;

/** The best of what a geocoder found; nothing where it cannot know which one is meant. */
export function unambiguous(matches: readonly Match[]): Match | undefined {
  const [best, ...others] = matches.toSorted((a, b) => b.confidence - a.confidence);
  if (!best) return undefined;
  const rival = others.find(
    ({ lat, lng, confidence }) =>
      confidence >= best.confidence - 0.05 &&
      (Math.abs(lat - best.lat) > samePlace || Math.abs(lng - best.lng) > samePlace),
  );
  return rival ? undefined : best;
}

/** Coordinates that a map has: anything else is not what was asked for. */
export function isOnEarth(lat: unknown, lng: unknown): boolean {
  return isNumber(lat) && isNumber(lng) && Math.abs(lat) <= 90 && Math.abs(lng) <= 180 && (lat !== 0 || lng !== 0);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
