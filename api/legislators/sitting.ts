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

/** @returns what names the legislators of regions, in order of those regions */
export function sittingLegislators({ pool }: Pick<Database, 'pool'>, now: () => number = Date.now) {
  let known: { readonly until: number; readonly bySeat: Promise<ReadonlyMap<string, readonly Sitting[]>> } | undefined;

  return async (regions: ReadonlyArray<{ readonly layer: LayerId; readonly geoid: string }>): Promise<Sitting[]> => {
    if (!known || known.until <= now()) {
      const bySeat = read();
      known = { until: now() + freshMs, bySeat };
      // A database that was away is asked again at once.
      bySeat.catch(() => {
        if (known?.bySeat === bySeat) known = undefined;
      });
    }
    const bySeat = await known.bySeat;
    return regions.flatMap(({ layer, geoid }) => bySeat.get(`${layer} ${geoid}`) ?? []);
  };

  async function read(): Promise<ReadonlyMap<string, readonly Sitting[]>> {
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
