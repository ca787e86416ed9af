/**
 * What a Census boundary file is, told from its name and its columns: the layer, the area it covers, its vintage and
 * resolution, and which columns hold a region's code and name. Names follow
 * `tl_<year>_<us or state>_<kind>` (TIGER/Line) and `cb_<year>_<us or state>_<kind>_<scale>` (cartographic); the first
 * districts after a census are `tl_rd22_…`, and the cartographic files of 2010 are `gz_2010_us_<level>_<scale>`.
 */
import type { LayerId, Resolution } from '../../regions/layers.ts';
import { stateByFips } from '../../regions/states.ts';

export interface BoundaryFile {
  readonly layer: LayerId;
  /** `us`, or the FIPS code of a state. */
  readonly coverage: string;
  /** Year of the file. */
  readonly vintage: number;
  readonly resolution: Resolution;
  /** Such as `119th Congress`; null where the name does not tell. */
  readonly session: string | null;
  /** The column that holds the GEOID; its name has carried the decade, and was another one before 2010. */
  readonly geoidColumn: string;
  readonly nameColumn: string;
}

export interface RegionIdentity {
  readonly geoid: string;
  readonly stateFips: string;
  readonly name: string;
}

export class CatalogueError extends Error {
  readonly exitCode = 2;
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'CatalogueError';
    this.remedy = remedy;
  }
}

/** Which files hold a layer: one entry a kind of file name. */
const kinds: ReadonlyArray<{ readonly pattern: RegExp; readonly layer: LayerId }> = [
  { pattern: /^state(00|10|20)?$/, layer: 'state' },
  { pattern: /^county(00|10|20)?$/, layer: 'county' },
  { pattern: /^cd(\d{2,3})$/, layer: 'congressional' },
  { pattern: /^sldu(00|10|20)?$/, layer: 'state_upper' },
  { pattern: /^sldl(00|10|20)?$/, layer: 'state_lower' },
];

/** What `gz_2010_us_<level>` holds; the Congress of 2010 was the 111th. */
const levelsOf2010: Readonly<Record<string, string>> = { '040_00': 'state', '050_00': 'county', '500_11': 'cd111' };

const fileName =
  /^(?<series>tl|cb|gz)_(?<year>\d{4}|rd\d\d)_(?<coverage>us|\d\d)_(?<kind>[a-z]+\d*|\d{3}_\d\d)(?:_(?<scale>500k|5m|20m))?$/;

/**
 * Describes a file.
 * @param name without folder and ending, such as `cb_2025_us_cd119_20m`
 * @param columns of its .dbf
 * @throws CatalogueError when the name or the columns are not those of a boundary file
 */
export function describeFile(name: string, columns: readonly string[]): BoundaryFile {
  const parts = fileName.exec(name.toLowerCase())?.groups;
  const known =
    'Keep the name that the Census Bureau gave the file, such as tl_2024_27_sldu.zip or cb_2025_us_cd119_20m.zip.';
  if (!parts) throw new CatalogueError(`"${name}" is not named like a Census boundary file.`, known);
  const { series, year, coverage, kind, scale } = parts as Record<'series' | 'year' | 'coverage' | 'kind', string> & {
    scale?: string;
  };
  const plainKind = series === 'gz' ? (levelsOf2010[kind] ?? kind) : kind;
  const entry = kinds.find(({ pattern }) => pattern.test(plainKind));
  if (!entry) {
    throw new CatalogueError(
      `"${name}" holds "${kind}", which is not a layer that we load.`,
      'We load state, county, cd<number>, sldu and sldl.',
    );
  }
  const vintage = Number(year.replace('rd', '20'));
  if (vintage < 2000 || vintage > 2100)
    throw new CatalogueError(`"${name}" is of the year ${vintage}, and we load those from 2000 on.`, known);
  if (coverage !== 'us' && !stateByFips(coverage))
    throw new CatalogueError(`"${name}" is of the state ${coverage}, which does not exist.`, known);
  if ((series !== 'tl') !== (scale !== undefined))
    throw new CatalogueError(`"${name}" should ${scale ? 'not ' : ''}end in a scale.`, known);
  return {
    layer: entry.layer,
    coverage,
    vintage,
    resolution: (scale as Resolution | undefined) ?? 'full',
    session: entry.layer === 'congressional' ? `${ordinal(Number(plainKind.slice(2)))} Congress` : null,
    geoidColumn: column(
      name,
      columns,
      [/^GEOID(00|10|20)?$/, /^(CD\d+|SLDU|SLDL|CNTY|STATE)IDFP(00)?$/, /^GEO_ID$/],
      'GEOID',
    ),
    nameColumn: column(name, columns, [/^NAMELSAD(00|10|20)?$/, /^NAME(00|10|20)?$/], 'NAME'),
  };
}

/**
 * Who a record is.
 * @returns undefined for a record that is no district: open water and the like, which the Census codes with Zs
 */
export function identify(file: BoundaryFile, attributes: Readonly<Record<string, string>>): RegionIdentity | undefined {
  // GEO_ID, of 2010, has the level before the code: 0500000US27123.
  const geoid = (attributes[file.geoidColumn] ?? '').replace(/^\d{7}US/, '');
  if (/Z{2,}$/.test(geoid)) return undefined;
  return { geoid, stateFips: geoid.slice(0, 2), name: attributes[file.nameColumn] ?? '' };
}

function column(file: string, columns: readonly string[], patterns: readonly RegExp[], wanted: string): string {
  for (const pattern of patterns) {
    const found = columns.find((name) => pattern.test(name));
    if (found) return found;
  }
  throw new CatalogueError(
    `${file} has no ${wanted} column; it has ${columns.join(', ') || 'none'}.`,
    'Fetch the file again from the Census Bureau: another program may have rewritten it.',
  );
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}
