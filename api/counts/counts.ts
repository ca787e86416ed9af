/**
 * Reads the counts that the database keeps, and leaves out what nobody may know. What may be shown is decided for each
 * campaign, and for each period within it; whatever is wider is the sum of what is shown, so that it tells nothing new.
 */
import type { Database } from '../database/database.ts';
import type { LayerId } from '../regions/layers.ts';
import { isWithin, type Period, periodOf, periodSql } from './periods.ts';
import { shown } from './suppress.ts';

/** Of several numbers, some of which may be hidden. */
export interface Sum {
  /** Null where nothing of it may be shown. */
  readonly count: number | null;
  /** Numbers were left out because so few endorsed that it could be told who. */
  readonly atLeast: boolean;
}

export interface DistrictCount extends Sum {
  readonly geoid: string;
  /** Null where the district is no longer in force. */
  readonly name: string | null;
}

interface Asked {
  readonly campaigns: readonly number[];
  /** Undefined for every kind of endorser. */
  readonly type?: string | undefined;
}

/** Endorsements of each kind or in each week, wherever people live. */
export async function totals(
  { pool }: Pick<Database, 'pool'>,
  campaigns: readonly number[],
  by: 'type' | 'week',
): Promise<ReadonlyMap<string, Sum>> {
  const { rows } = await pool.query<{ campaign: number; name: string; count: number }>({
    name: `count-by-${by}`,
    text: `select campaign::int, ${by === 'type' ? 'type' : 'week::text'} as name, count from endorsement_count
            where campaign = any ($1) and layer = '' and geoid = '' and count > 0
              and ${by === 'type' ? "type <> '' and week = '-infinity'" : "week <> '-infinity' and type = ''"}
            order by 2`,
    values: [campaigns],
  });
  const cells = rows.map((row) => ({ ...row, sums: [String(row.campaign)] }));
  const visible = new Set(shown(cells));
  return new Map([...Map.groupBy(cells, ({ name }) => name)].map(([name, own]) => [name, sumOf(own, visible)]));
}

/** All endorsements, wherever people live. */
export async function total({ pool }: Pick<Database, 'pool'>, campaigns: readonly number[]): Promise<Sum> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'count-all',
    text: `select count from endorsement_count
            where campaign = any ($1) and layer = '' and geoid = '' and type = '' and week = '-infinity'`,
    values: [campaigns],
  });
  // Nothing is known that a campaign is a part of, so each stands for itself.
  const cells = rows.map(({ count }) => ({ count, sums: [] }));
  return sumOf(cells, new Set(shown(cells)));
}

interface DistrictsAsked extends Asked {
  readonly layer: LayerId;
  /** The first and the last day of the weeks to count; without both, all there are. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface DistrictCounts {
  readonly districts: readonly DistrictCount[];
  /** Those in which anybody endorsed, the first one first. */
  readonly periods: readonly Period[];
  /** The weeks that were counted; undefined where that is all of them, or none. */
  readonly counted: Period | undefined;
}

interface Row {
  readonly campaign: number;
  readonly layer: LayerId | '';
  readonly geoid: string;
  readonly type: string;
  /** The day it begins with; null for all of them. */
  readonly period: string | null;
  readonly count: number;
  readonly name: string | null;
}

/** The endorsements from each district of a layer that has any. Of one statement, so that they are of one vintage. */
export async function byDistrict(
  { pool }: Pick<Database, 'pool'>,
  { campaigns, type, layer, from, to }: DistrictsAsked,
): Promise<DistrictCounts> {
  const isOfWeeks = from !== undefined || to !== undefined;
  const { rows } = await pool.query<Row>({
    name: `count-districts${type === undefined ? '' : '-by-type'}${isOfWeeks ? '-by-week' : ''}`,
    // Of one kind or week alone it cannot be decided what may be shown: that depends on the others, and on all together.
    text: `
      select campaign::int, kept.layer, kept.geoid, type, period::text, kept.count::int, region.name
        from (
          select campaign, layer, geoid, type, case when week > '-infinity' then ${periodSql('week')} end as period, sum(count) as count
            from endorsement_count
           where campaign = any ($1) and layer = any ($2)
             ${type === undefined ? "and type = ''" : ''} ${isOfWeeks ? '' : "and week = '-infinity'"}
           group by 1, 2, 3, 4, 5 having sum(count) > 0
          union all
          select campaign, layer, geoid, type, ${periodSql('week')}, sum(count)
            from endorsement_count
           where campaign = any ($1) and layer = '' and type = '' and week > '-infinity'
           group by 1, 2, 3, 4, 5 having sum(count) > 0) as kept
        left join region on active and region.layer = kept.layer and region.geoid = kept.geoid
       order by kept.geoid collate "C"`,
    values: [campaigns, [...new Set([layer, ...layersAround(layer)])]],
  });
  const starts = rows.flatMap((row) => (row.layer === '' && row.period !== null ? [row.period] : []));
  const periods = [...new Set(starts)].sort().map(periodOf);
  const within = periods.filter((period) => isWithin(period, from, to));
  const [first, last] = [within[0], within.at(-1)];
  const wanted = new Set<string | null>(isOfWeeks ? within.map((period) => period.from) : [null]);

  const ofDistricts = rows.filter((row) => row.layer !== '');
  const visible = new Set(
    [...Map.groupBy(ofDistricts, ({ campaign }) => campaign).values()].flatMap((own) => visibleOf(own)),
  );
  const asked = ofDistricts.filter((row) => row.layer === layer && row.type === (type ?? '') && wanted.has(row.period));
  return {
    districts: [...Map.groupBy(asked, ({ geoid }) => geoid)].map(([geoid, own]) => ({
      geoid,
      name: own[0]?.name ?? null,
      ...sumOf(own, visible),
    })),
    periods,
    counted: isOfWeeks && first && last ? { from: first.from, to: last.to } : undefined,
  };
}

function sumOf<T extends { readonly count: number }>(parts: readonly T[], visible: ReadonlySet<T>): Sum {
  const seen = parts.filter((part) => visible.has(part));
  const atLeast = seen.length < parts.length;
  if (atLeast && seen.length === 0) return { count: null, atLeast: false };
  return { count: seen.reduce((sum, { count }) => sum + count, 0), atLeast };
}

/** @param rows of one campaign: wider districts, kinds and weeks are hidden first, and hide what they are made of */
function visibleOf(rows: readonly Row[]): Row[] {
  const hidden = new Set<string>();
  const visible: Row[] = [];
  const stages = Map.groupBy(
    rows,
    ({ layer, type, period }) => breadth.indexOf(layer as LayerId) * 3 + Number(type !== '') + Number(period !== null),
  );
  for (const stage of [...stages.keys()].sort((a, b) => a - b)) {
    const cells = (stages.get(stage) ?? []).map((row) => ({ row, count: row.count, sums: sumsAround(row) }));
    const open = new Set(shown(cells, hidden));
    for (const cell of cells) {
      if (open.has(cell)) visible.push(cell.row);
      else hidden.add(nameOf(cell.row));
    }
  }
  return visible;
}

/** A layer comes after those that its districts are a part of. */
const breadth: readonly LayerId[] = ['state', 'county', 'congressional', 'state_upper', 'state_lower'];

/** The layers whose districts may be made of those of this one. */
function layersAround(layer: LayerId): readonly LayerId[] {
  if (layer === 'state') return [];
  return layer === 'state_lower' ? ['state', 'state_upper'] : ['state'];
}

type Named = Pick<Row, 'layer' | 'geoid' | 'type' | 'period'>;

function nameOf({ layer, geoid, type, period }: Named): string {
  return `${layer} ${geoid} ${type} ${period}`;
}

/** The sums that a number is part of: of all kinds, of all weeks, of the districts around. */
function sumsAround(row: Row): readonly string[] {
  const sums = placesAround(row.layer, row.geoid).map((place) => nameOf({ ...row, ...place }));
  if (row.type !== '') sums.push(nameOf({ ...row, type: '' }));
  if (row.period !== null) sums.push(nameOf({ ...row, period: null }));
  return sums;
}

/**
 * What a district is a part of, the nearest first, which has to hide something before those around it do. A state is part
 * of the country, and a lower district may be one of an upper district.
 */
function placesAround(layer: Row['layer'], geoid: string): ReadonlyArray<Pick<Row, 'layer' | 'geoid'>> {
  if (layer === 'state') return [{ layer: '', geoid: '' }];
  const state = { layer: 'state', geoid: geoid.slice(0, 2) } as const;
  const upper = layer === 'state_lower' && upperNumber(state.geoid, geoid.slice(2));
  return upper ? [{ layer: 'state_upper', geoid: `${state.geoid}${upper.padStart(3, '0')}` }, state] : [state];
}

/** Lower districts in an upper one, where numbers say which: 1 and 2 are Illinois's first; so in Iowa, Oregon, Wisconsin. */
const lowerInUpper: Readonly<Record<string, number>> = { 17: 2, 19: 2, 41: 2, 55: 3 };

/** @returns of the upper district that a lower one is a part of; with a letter (Minnesota's 65A, Maryland's 1C), its own */
function upperNumber(state: string, code: string): string | undefined {
  const [, number, letter] = /^0*(\d{1,3})([A-Z]?)$/.exec(code) ?? [];
  if (number === undefined || letter) return number;
  const together = lowerInUpper[state];
  return together === undefined ? undefined : String(Math.ceil(Number(number) / together));
}
