/** Who sits for a region today. */
import type { Database } from '../database/database.ts';
import type { LayerId } from '../regions/layers.ts';
import { type Elected, seatOf } from './district.ts';

export interface Sitting {
  readonly id: number;
  readonly name: string;
  readonly level: string;
  readonly chamber: string;
  readonly party: string;
  readonly url: string;
  /** The region that elects this one: one of those that were found. */
  readonly layer: LayerId;
  readonly geoid: string;
}

type Row = Elected & Omit<Sitting, 'layer' | 'geoid'>;

/** All of them are a few hundred short rows that change a few times a year, and every look-up asks for some. */
const freshMs = 30_000;

/** By layer and GEOID. */
export type Seated = ReadonlyMap<string, readonly Sitting[]>;

/** In order of the regions. */
export function sittingFor(
  regions: ReadonlyArray<{ readonly layer: LayerId; readonly geoid: string }>,
  seated: Seated,
): readonly Sitting[] {
  return regions.flatMap(({ layer, geoid }) => seated.get(`${layer} ${geoid}`) ?? []);
}

/** @returns what reads who sits: for a while the same map */
export function sittingLegislators({ pool }: Pick<Database, 'pool'>, now: () => number = Date.now) {
  let known: { readonly until: number; readonly seated: Promise<Seated> } | undefined;

  return (): Promise<Seated> => {
    if (!known || known.until <= now()) {
      const seated = read();
      known = { until: now() + freshMs, seated };
      // A database that was away is asked again at once.
      seated.catch(() => {
        if (known?.seated === seated) known = undefined;
      });
    }
    return known.seated;
  };

  async function read(): Promise<Seated> {
    const { rows } = await pool.query<Row>({
      name: 'sitting-legislators',
      text: `select id, first_name || ' ' || last_name as name, level, chamber, party, url, state, district
               from legislator where in_office order by level, chamber, last_name, first_name, id`,
    });
    const seated = rows.flatMap(({ state, district, ...row }) => {
      const seat = seatOf({ ...row, state, district });
      return seat ? [{ ...row, ...seat }] : [];
    });
    return Map.groupBy(seated, ({ layer, geoid }) => `${layer} ${geoid}`);
  }
}
