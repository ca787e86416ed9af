/** Reads the counts that the database keeps. */
import type { Database } from '../database/database.ts';
import type { LayerId } from '../regions/layers.ts';
import { shown } from './suppress.ts';

export interface DistrictCount {
  readonly geoid: string;
  /** Null where so few endorsed that it could be told who. */
  readonly count: number | null;
}

interface Asked {
  readonly campaign: number;
  /** Undefined for every kind of endorser. */
  readonly type?: string | undefined;
}

/**
 * Everybody's endorsements, and those of each kind or week.
 * @returns null where there are so few that it could be told who
 */
export async function totals(
  { pool }: Pick<Database, 'pool'>,
  { campaign }: Asked,
  by: 'type' | 'week',
): Promise<ReadonlyMap<string, number | null>> {
  const { rows } = await pool.query<{ name: string; count: number }>({
    name: `count-by-${by}`,
    text: `select ${by === 'type' ? 'type' : 'week::text'} as name, count from endorsement_count
            where campaign = $1 and layer = '' and geoid = '' and count > 0
              and ${by === 'type' ? "type <> '' and week = '-infinity'" : "week <> '-infinity' and type = ''"}
            order by 1`,
    values: [campaign],
  });
  const cells = rows.map(({ name, count }) => ({ row: 'all', column: name, count }));
  const visible = new Set(shown(cells).map(({ column }) => column));
  return new Map(rows.map(({ name, count }) => [name, visible.has(name) ? count : null]));
}

/** All of a campaign's endorsements, wherever people live. */
export async function total({ pool }: Pick<Database, 'pool'>, { campaign, type }: Asked): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'count-all',
    text: `select count from endorsement_count
            where campaign = $1 and layer = '' and geoid = '' and type = $2 and week = '-infinity'`,
    values: [campaign, type ?? ''],
  });
  return rows[0]?.count ?? 0;
}

/** The endorsements from each district of a layer that has any. */
export async function byDistrict(
  { pool }: Pick<Database, 'pool'>,
  { campaign, type }: Asked,
  layer: LayerId,
): Promise<readonly DistrictCount[]> {
  const { rows } = await pool.query<{ geoid: string; type: string; count: number }>({
    name: type === undefined ? 'count-districts' : 'count-districts-by-type',
    // Of one kind alone it cannot be decided what may be shown: that depends on the others, and on everybody together.
    text: `select geoid, type, count from endorsement_count
            where campaign = $1 and layer = $2 and week = '-infinity' and count > 0
              ${type === undefined ? "and type = ''" : ''}
            order by geoid collate "C"`,
    values: [campaign, layer],
  });
  const together = rows.filter((row) => row.type === '');
  const visible = visibleDistricts(together, layer);
  if (type === undefined) {
    return together.map(({ geoid, count }) => ({ geoid, count: visible.has(geoid) ? count : null }));
  }
  const hidden = new Set(together.map(({ geoid }) => geoid).filter((geoid) => !visible.has(geoid)));
  const parts = [
    ...Map.groupBy(
      rows.filter((row) => row.type !== ''),
      ({ geoid }) => parentOf(geoid, layer),
    ).values(),
  ];
  return parts
    .flatMap((part) => {
      const cells = part.map((row) => ({ row: row.geoid, column: row.type, count: row.count }));
      const open = new Set(shown(cells, hidden));
      return cells
        .filter(({ column }) => column === type)
        .map((cell) => ({ geoid: cell.row, count: open.has(cell) ? cell.count : null }));
    })
    .toSorted((a, b) => (a.geoid < b.geoid ? -1 : 1));
}

/** The state's own count is known, so what its districts hide is worked out from it unless two are hidden. */
function visibleDistricts(
  rows: ReadonlyArray<{ readonly geoid: string; readonly count: number }>,
  layer: LayerId,
): ReadonlySet<string> {
  const cells = rows.map(({ geoid, count }) => ({ row: parentOf(geoid, layer), column: geoid, count }));
  // Each district is the only one of its column: those totals are the cells themselves, and hide nothing more.
  return new Set(
    [...Map.groupBy(cells, ({ row }) => row).values()].flatMap((part) =>
      shown(part.map(({ column, count }) => ({ row: 'all', column, count }))).map(({ column }) => column),
    ),
  );
}

/** What a district is a part of: its state, and a state of the country. */
function parentOf(geoid: string, layer: LayerId): string {
  return layer === 'state' ? 'us' : geoid.slice(0, 2);
}
