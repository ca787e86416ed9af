/** The door of this room: a zipped shapefile as a stream of features, in constant memory, from whatever year. */
import { type Field, type Row, readRows, surveyTable } from './dbf.ts';
import { chooseEncoding, type Encoding } from './encoding.ts';
import { count, FormatError } from './fault.ts';
import { Oddities } from './oddities.ts';
import { pickMembers } from './pick-members.ts';
import { checkCoordinates } from './prj.ts';
import type { Box } from './rings.ts';
import { readShapeHeader, readShapes, type Shape, type ShapeType } from './shp.ts';
import { type Member, openZip, readWhole } from './zip.ts';

export { FormatError } from './fault.ts';

export interface LayerOptions {
  /** Which layer, where the zip has several: its name without extension. */
  readonly layer?: string;
  /** The year of the boundaries, for the encoding of old files; by default what the layer's name says. */
  readonly year?: number;
  /** Called for each batch of records with the bytes of the .shp read so far, out of `bytesTotal`. */
  readonly onProgress?: (bytesRead: number) => void;
}

export interface Layer {
  /** File name of the .shp without extension: `tl_2024_27_sldl`. */
  readonly name: string;
  readonly shapeType: ShapeType;
  /** Degrees, as the .shp states them; null for an empty layer. Alaska's span the whole world. */
  readonly bounds: Box | null;
  /** Features that `features()` will yield: the rows of the .dbf that are not deleted. */
  readonly featureCount: number;
  readonly encoding: Encoding;
  readonly fields: readonly Field[];
  /** What is unusual, in sentences for people. Those about geometry are complete when `features()` has ended. */
  readonly notices: readonly string[];
  /** Bytes of the .shp. */
  readonly bytesTotal: number;
  /**
   * Walks the layer from its start, anew with each call. Checksums and counts are known to hold only at its end: what was yielded before
   * an error must not be kept.
   * @throws {FormatError}
   */
  features(): AsyncGenerator<Feature, void, undefined>;
  /** The same, with as many features at a time as a chunk of the .shp holds: twice as fast where they are small. */
  batches(): AsyncGenerator<readonly Feature[], void, undefined>;
}

export interface Feature {
  /** Counted from 1; deleted rows count too. */
  readonly record: number;
  readonly attributes: Record<string, string>;
  /** EWKB MultiPolygon, two-dimensional, SRID 4326, or null for a null shape. Not checked for self-intersection. */
  readonly geometry: Buffer | null;
  readonly polygons: number;
  readonly rings: number;
  readonly points: number;
  readonly bounds: Box | null;
}

/**
 * Reads everything but the shapes: the directory of the zip, the .prj, the whole .dbf once (its checksum, its rows, what
 * encoding its bytes are in) and the header of the .shp.
 * @throws {FormatError} with the file, the record and what to do
 */
export async function openLayer(zipPath: string, options: LayerOptions = {}): Promise<Layer> {
  const zip = await openZip(zipPath);
  const { shp, dbf, prj, cpg, name } = pickMembers(zip, options.layer);
  const place = (member: Member) => ({ file: zip.file, member: member.name });
  const text = async (member: Member) => (await readWhole(member, place(member))).toString('latin1');

  const notices = checkCoordinates(prj && (await text(prj)), { file: zip.file, member: prj?.name ?? `${name}.prj` });
  const { shapeType, bounds } = await readShapeHeader(shp.stream(4096), place(shp), shp.size);
  const table = await surveyTable(dbf.stream(), place(dbf), dbf.size);
  const { encoding, notices: aboutEncoding } = chooseEncoding({
    ...table,
    cpg: cpg && (await text(cpg)),
    year: options.year ?? yearOf(name),
  });
  notices.push(...aboutEncoding);

  async function* batches(): AsyncGenerator<readonly Feature[], void, undefined> {
    const rowBatches = readRows(dbf.stream(), place(dbf), dbf.size, encoding);
    let rows: Iterator<Row> = [].values();
    const oddities = new Oddities();
    let records = 0;
    try {
      for await (const shapes of readShapes(shp.stream(), place(shp), shp.size)) {
        const features: Feature[] = [];
        for (const shape of shapes) {
          records++;
          let row = rows.next();
          while (row.done) {
            const more = await rowBatches.next();
            if (more.done) break;
            rows = more.value[Symbol.iterator]();
            row = rows.next();
          }
          // A shape without a row, or with a deleted one, is only counted.
          if (row.done || row.value.deleted) continue;
          oddities.add(shape);
          features.push(feature(shape, row.value.attributes));
        }
        const read = shapes.at(-1)?.bytesRead;
        if (read !== undefined) options.onProgress?.(read);
        if (features.length > 0) yield features;
      }
    } finally {
      await rowBatches.return();
    }
    if (records !== table.rows) {
      throw new FormatError(
        { file: zip.file },
        `${shp.name} has ${count(records, 'record')}, but ${dbf.name} has ${count(table.rows, 'row')}`,
      );
    }
    for (const notice of oddities.notices()) if (!notices.includes(notice)) notices.push(notice);
  }

  async function* features(): AsyncGenerator<Feature, void, undefined> {
    for await (const batch of batches()) yield* batch;
  }

  return {
    name,
    shapeType,
    bounds,
    featureCount: table.rows - table.deleted,
    encoding,
    fields: table.fields,
    notices,
    bytesTotal: shp.size,
    features,
    batches,
  };
}

function feature(shape: Shape, attributes: Record<string, string>): Feature {
  const { record, geometry } = shape;
  if (!geometry) return { record, attributes, geometry: null, polygons: 0, rings: 0, points: 0, bounds: null };
  const { ewkb, ...measures } = geometry;
  return { record, attributes, geometry: ewkb, ...measures };
}

/** `tl_2024_27_sldl`, `cb_2013_us_county_5m`, `gz_2010_us_040_00_500k`; `tl_rd22_08_cd118` is of 2022. */
function yearOf(name: string): number | undefined {
  const year = /_(?:rd(?=\d\d_)|(?=(?:19|20)\d\d_))(\d+)_/i.exec(name)?.[1];
  return year === undefined ? undefined : Number(year.length === 2 ? `20${year}` : year);
}
