/** Asks a geocoder once for each address, and keeps what it said: a found place for long, an unknown one for a week. */
import { createHash } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { tidy } from './address.ts';
import type { Geocoder, Match, Quality } from './geocoder.ts';

interface Row {
  readonly lat: number | null;
  readonly lng: number | null;
  readonly quality: Quality | null;
  readonly confidence: number | null;
}

/**
 * The same geocoder; `locate()` answers from the database where it can. A kept match does not say how the geocoder
 * writes the address: `matched` is what was asked. Without the database the geocoder is asked all the same.
 */
export function kept(geocoder: Geocoder, { pool }: Pick<Database, 'pool'>): Geocoder {
  return {
    ...geocoder,
    async locate(text, signal) {
      const asked = tidy(text);
      const digest = digestOf(geocoder.name, asked);
      const { rows } = await pool.query<Row>({
        name: 'geocoded',
        text: `select lat, lng, quality, confidence::float8 from geocoded
                where digest = $1 and asked_at > now() - case when lat is null then interval '7 days' else interval '365 days' end`,
        values: [digest],
      });
      const [known] = rows;
      if (known) return toMatch(known, asked);
      const match = await geocoder.locate(asked, signal);
      await pool.query({
        name: 'keep-geocoded',
        text: `insert into geocoded (digest, geocoder, lat, lng, quality, confidence) values ($1, $2, $3, $4, $5, $6)
               on conflict (digest) do update set (lat, lng, quality, confidence, asked_at) =
                 (excluded.lat, excluded.lng, excluded.quality, excluded.confidence, now())`,
        values: [digest, geocoder.name, match?.lat, match?.lng, match?.quality, match?.confidence],
      });
      return match;
    },
  };
}

function digestOf(geocoder: string, text: string): Buffer {
  return createHash('sha256').update(`${geocoder}\n${text.toLowerCase()}`).digest();
}

function toMatch({ lat, lng, quality, confidence }: Row, matched: string): Match | undefined {
  if (lat === null || lng === null || quality === null || confidence === null) return undefined;
  return { lat, lng, quality, confidence, matched };
}
