/**
 * Gives people with a location the districts that are in force now: everybody in the transaction that switches
 * boundaries, one person once their address is located. On a border it is the first by GEOID, as everywhere. Whoever
 * lies in no district of a layer any more keeps the one from before: nobody's district is taken away by an import.
 */
import type pg from 'pg';
import { aroundSql } from '../regions/cells.ts';
import type { LayerId } from '../regions/layers.ts';

export interface Reassignment {
  readonly layer: LayerId;
  /** Who is now in a district with another GEOID. */
  readonly moved: readonly Move[];
  /** How many had no district of this layer until now. */
  readonly placed: number;
  /** How many are in the same district, of another vintage. */
  readonly renewed: number;
}

export interface Move {
  /** Number of the stakeholder; names stay in the database. */
  readonly stakeholder: number;
  readonly from: string;
  readonly to: string;
}

/** The columns of a stakeholder that hold the region of a layer. */
export const columnOf: Readonly<Record<LayerId, string>> = {
  state: 'state_region',
  county: 'county',
  congressional: 'congressional_district',
  state_upper: 'state_senate_district',
  state_lower: 'state_house_district',
};

/**
 * @param stakeholders ids; everybody where there are none given
 * @returns one entry for each layer in which anybody is concerned
 */
export async function reassign(
  client: pg.ClientBase,
  layers: readonly LayerId[],
  stakeholders?: readonly number[],
): Promise<Reassignment[]> {
  if (layers.includes('state') && !stakeholders) await followStates(client);
  const result: Reassignment[] = [];
  for (const layer of layers) {
    const column = columnOf[layer];
    const { rows } = await client.query<{ stakeholder: number; from: string | null; to: string }>(
      `with place as materialized (
         select id, ${column} as before, location::geometry as point,
                region_cell_at(st_x(location::geometry), st_y(location::geometry)) as smallest,
                -- The antimeridian is both 180 and -180, which are two places of the grid.
                case when abs(st_x(location::geometry)) = 180
                  then st_setsrid(st_makepoint(-st_x(location::geometry), st_y(location::geometry)), 4326) end as opposite
           from stakeholder where location is not null and ($2::integer[] is null or stakeholder.id = any ($2))),
       located as materialized (
         select id, before,
                (select region.id
                   from (values (point, smallest), (opposite, region_cell_at(st_x(opposite), st_y(opposite)))) as side (point, smallest)
                   join region_cell on cell in (${aroundSql('side.smallest')}) join region on region.id = region_id
                  where region.layer = $1 and (part is null or st_covers(part, side.point))
                  order by region.geoid collate "C" limit 1) as after
           from place)
       update stakeholder set ${column} = after
         from located join region as new on new.id = after left join region as old on old.id = before
        where stakeholder.id = located.id and after is distinct from before
        returning stakeholder.id as stakeholder, old.geoid as "from", new.geoid as "to"`,
      [layer, stakeholders ?? null],
    );
    if (rows.length === 0) continue;
    const moved = rows
      .flatMap(({ stakeholder, from, to }) => (from === null || from === to ? [] : [{ stakeholder, from, to }]))
      .sort((a, b) => a.stakeholder - b.stakeholder);
    const placed = rows.filter(({ from }) => from === null).length;
    result.push({ layer, moved, placed, renewed: rows.length - moved.length - placed });
  }
  return result;
}

/** Legislators refer to their state, which has no location to go by: it keeps its GEOID from vintage to vintage. */
async function followStates(client: pg.ClientBase): Promise<void> {
  await client.query(`
    update legislator set state_region = new.id
      from region as old join region as new on new.active and new.layer = 'state' and new.geoid = old.geoid
     where old.id = state_region and old.id <> new.id`);
}

/** SQL that is true where anybody refers to `region`: a condition for the region not to be deleted. */
export const isReferredTo = [
  ...Object.values(columnOf).map((column) => `exists (select from stakeholder where ${column} = region.id)`),
  'exists (select from legislator where state_region = region.id)',
].join(' or ');
