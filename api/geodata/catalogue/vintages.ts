/**
 * What the Census publishes: which files hold a layer of a vintage, where they are, and which states have none.
 * One entry of `dataSets` a layer; the rest are the series (TIGER/Line and cartographic) and how their names changed.
 * Source: directory listings of https://www2.census.gov/geo/tiger/ as they were used by tigris, pygris and others.
 */
import type { LayerId, Resolution } from '../../regions/layers.ts';
import { type State, stateByFips, states } from '../../regions/states.ts';
import { CatalogueError } from './catalogue.ts';

/** How a layer is called on the command line, which is how the Census calls it in file names. */
export type DataSet = 'state' | 'county' | 'cd' | 'sldu' | 'sldl';

interface DataSetRules {
  readonly layer: LayerId;
  /** Its folder under TIGER<year>/. */
  readonly folder: string;
  /** Its name in the cartographic files of 2010, where it has such: the Census's number of the level. */
  readonly summaryLevel?: string;
  /** States without it, as FIPS codes, and why. */
  readonly lacking: ReadonlyMap<string, string>;
}

const noLegislature = ['60', '66', '69', '78'].map(
  (fips) => [fips, 'The Census publishes no legislative districts of it.'] as const,
);

const dataSets: Readonly<Record<DataSet, DataSetRules>> = {
  state: { layer: 'state', folder: 'STATE', summaryLevel: '040_00', lacking: new Map() },
  county: { layer: 'county', folder: 'COUNTY', summaryLevel: '050_00', lacking: new Map() },
  cd: { layer: 'congressional', folder: 'CD', summaryLevel: '500_11', lacking: new Map() },
  sldu: { layer: 'state_upper', folder: 'SLDU', lacking: new Map(noLegislature) },
  sldl: {
    layer: 'state_lower',
    folder: 'SLDL',
    lacking: new Map([
      ...noLegislature,
      ['31', 'Nebraska has one chamber, which the Census counts as the upper one.'],
      ['11', 'The District of Columbia has one council, which the Census counts as the upper chamber.'],
    ]),
  },
};

export const dataSetNames = Object.keys(dataSets) as readonly DataSet[];

/** The oldest vintage with files of these layers, and the newest whose names are known. */
export const oldestYear = 2008;
export const newestYear = 2025;

const base = 'https://www2.census.gov/geo/tiger/';

/** One file that might exist. */
export interface Candidate {
  /** Without folder and ending, such as `tl_2024_27_sldu`. */
  readonly name: string;
  readonly url: string;
}

/** Something to be had for one area, in one of several places. */
export interface Wanted {
  readonly dataSet: DataSet;
  /** Which states of it are to be in force; undefined: all that are in it. */
  readonly states: readonly string[] | undefined;
  /** In the order in which to try them. Each alternative is enough. */
  readonly candidates: readonly Candidate[];
  /** To be looked for instead, where none of the candidates exists. */
  readonly otherwise: readonly Wanted[];
}

export interface Plan {
  readonly wanted: readonly Wanted[];
  /** What is not looked for, and why. */
  readonly lacking: readonly { readonly name: string; readonly reason: string }[];
  readonly notices: readonly string[];
}

export interface Request {
  readonly dataSets: readonly DataSet[];
  /** FIPS codes, or all. */
  readonly states: readonly string[] | 'all';
  readonly year: number;
  readonly resolution: Resolution;
}

/**
 * Which files a request needs.
 * @throws CatalogueError where there cannot be any
 */
export function planFiles(request: Request): Plan {
  const { year, resolution } = request;
  refuseImpossible(request);
  const lacking: { name: string; reason: string }[] = [];
  const wanted: Wanted[] = [];
  for (const dataSet of request.dataSets) {
    const asked = request.states === 'all' ? states.map(({ fips }) => fips) : request.states;
    const there = asked.filter((fips) => {
      const reason = dataSets[dataSet].lacking.get(fips);
      if (reason) lacking.push({ name: `${dataSet} of ${stateByFips(fips)?.name ?? fips}`, reason });
      return !reason;
    });
    const want = (coverage: string, of: readonly string[] | undefined, otherwise: readonly Wanted[] = []): Wanted => ({
      dataSet,
      states: of,
      candidates: candidates(dataSet, year, resolution, coverage),
      otherwise,
    });
    const each = there.map((fips) => want(fips, [fips])).filter(({ candidates }) => candidates.length > 0);
    const nation = want('us', request.states === 'all' ? undefined : there, each);
    if (nation.candidates.length > 0 && there.length > 0) wanted.push(nation);
    else wanted.push(...each);
    if (there.length > 0 && nation.candidates.length + each.length === 0) {
      lacking.push({ name: `${dataSet} of ${year}`, reason: `No ${resolution} file of that year is known.` });
    }
  }
  const notices =
    year > newestYear
      ? [`The files of ${year} are not known yet: they are looked for by the rules of ${newestYear}.`]
      : [];
  return { wanted, lacking, notices };
}

function refuseImpossible({ dataSets: asked, year, resolution }: Request): void {
  if (year < oldestYear) {
    throw new CatalogueError(
      `There are no boundaries of ${year}.`,
      `The Census publishes these files from ${oldestYear} on.`,
    );
  }
  if (resolution === 'full') return;
  if (year < 2010 || year === 2011 || year === 2012) {
    throw new CatalogueError(
      `There are no cartographic files of ${year} (--resolution ${resolution}).`,
      'Ask for 2010, or 2013 and later; or leave --resolution out for full resolution.',
    );
  }
  const chamber = asked.find((dataSet) => dataSet.startsWith('sld'));
  if (chamber && resolution !== '500k') {
    throw new CatalogueError(
      `There are no legislative districts (${chamber}) at ${resolution}.`,
      'Ask for --resolution 500k, the only cartographic one of theirs.',
    );
  }
}

/** @param coverage `us` or a FIPS code; none where that year has no such file */
function candidates(dataSet: DataSet, year: number, resolution: Resolution, coverage: string): Candidate[] {
  const state = stateByFips(coverage);
  const paths =
    resolution !== 'full'
      ? cartographic(dataSet, year, resolution, coverage)
      : state
        ? lineOfState(dataSet, year, state)
        : lineOfNation(dataSet, year);
  return paths.map((path) => ({ name: path.slice(path.lastIndexOf('/') + 1), url: `${base}${path}.zip` }));
}

function lineOfNation(dataSet: DataSet, year: number): string[] {
  const { folder } = dataSets[dataSet];
  if (isChamber(dataSet)) return [];
  if (year <= 2009) return dataSet === 'cd' ? [] : [`TIGER${year}/tl_${year}_us_${dataSet}`];
  if (year === 2010)
    return [`TIGER2010/${folder}/${dataSet === 'cd' ? '111/tl_2010_us_cd111' : `2010/tl_2010_us_${dataSet}10`}`];
  // From 2022 on the districts of Congress come state by state. Whether they still will in years to come is to be seen.
  if (dataSet === 'cd' && year >= 2022 && year <= newestYear) return [];
  return kinds(dataSet, year).map((kind) => `TIGER${year}/${folder}/tl_${year}_us_${kind}`);
}

function lineOfState(dataSet: DataSet, year: number, state: State): string[] {
  const { folder } = dataSets[dataSet];
  const named = `${state.fips}_${state.name.toUpperCase().replaceAll(' ', '_')}`;
  const file = (kind: string) => `tl_${year}_${state.fips}_${kind}`;
  if (dataSet === 'state') return [];
  if (year <= 2009) return kinds(dataSet, year).map((kind) => `TIGER${year}/${named}/${file(kind)}`);
  if (year === 2010)
    return [`TIGER2010/${folder}/${dataSet === 'cd' ? `111/${file('cd111')}` : `2010/${file(`${dataSet}10`)}`}`];
  if (dataSet === 'county')
    return year === 2020 ? [`TIGER2020PL/STATE/${named}/${state.fips}/${file('county20')}`] : [];
  const usual = kinds(dataSet, year).map((kind) => `TIGER${year}/${folder}/${file(kind)}`);
  // The districts that were drawn after the census of 2020 first came in a series of their own.
  const first = kinds(dataSet, year).map(
    (kind) => `TIGER_RD18/STATE/${named}/${state.fips}/tl_rd22_${state.fips}_${kind}`,
  );
  return year === 2022 ? [...usual, ...first] : usual;
}

function cartographic(dataSet: DataSet, year: number, resolution: Resolution, coverage: string): string[] {
  const nation = coverage === 'us';
  if (year === 2010) {
    const level = dataSets[dataSet].summaryLevel;
    return nation && level ? [`GENZ2010/gz_2010_us_${level}_${resolution}`] : [];
  }
  // Legislative districts come state by state, and from 2019 on for the nation, too; the others for the nation only.
  if (isChamber(dataSet) ? nation && year < 2019 : !nation) return [];
  const folder = year === 2013 ? 'GENZ2013' : `GENZ${year}/shp`;
  return kinds(dataSet, year).map((kind) => `${folder}/cb_${year}_${coverage}_${kind}_${resolution}`);
}

function isChamber(dataSet: DataSet): boolean {
  return dataSet === 'sldu' || dataSet === 'sldl';
}

/** How files call a layer: for the Congress with its number, of which an unknown year may have one of two. */
function kinds(dataSet: DataSet, year: number): string[] {
  return dataSet === 'cd' ? congresses(year).map((number) => `cd${number}`) : [dataSet];
}

/**
 * Whose districts a vintage holds. The year of a file runs ahead of the Congress or behind it: the 117th, elected in
 * 2020, sat for the districts of the 116th and has no files.
 */
export function congresses(year: number): number[] {
  const known = new Map([
    [2008, 110],
    [2009, 111],
    [2010, 111],
    [2011, 112],
    [2012, 112],
    [2013, 113],
    [2014, 114],
    [2015, 114],
    [2016, 115],
    [2017, 115],
    [2018, 116],
    [2019, 116],
    [2020, 116],
    [2021, 116],
    [2022, 118],
    [2023, 118],
    [2024, 119],
    [2025, 119],
  ]).get(year);
  if (known !== undefined) return [known];
  // Since 2022 the number changes with the year of the election.
  const next = 118 + Math.floor((year - 2022) / 2);
  return [next, next - 1];
}

/** @returns the layer that a data set is loaded into */
export function layerOf(dataSet: DataSet): LayerId {
  return dataSets[dataSet].layer;
}

/**
 * Reads `CO,MN,27` or `all`.
 * @throws CatalogueError naming what is no state
 */
export function parseStates(text: string): readonly string[] | 'all' {
  if (text.trim().toLowerCase() === 'all') return 'all';
  const found = text.split(',').map((word) => {
    const wanted = word.trim().toUpperCase();
    const state = states.find(({ fips, postal }) => fips === wanted || postal === wanted);
    if (!state) {
      throw new CatalogueError(
        `There is no state "${word.trim()}".`,
        'Name states by postal abbreviation or FIPS code, such as CO,MN or 08,27; or all.',
      );
    }
    return state.fips;
  });
  return [...new Set(found)].sort();
}
