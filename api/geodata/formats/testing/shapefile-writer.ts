/** Writes small shapefiles for tests, point by point as they are given: rings in any order, direction and state. */
import { doubles, int32BE, uint32 } from './bytes.ts';
import type { MemberSpec } from './zip-writer.ts';

export type Point = readonly [x: number, y: number];
export type Ring = readonly Point[];

/** The rings of one shape, or null for a null shape. */
export type ShapeSpec = readonly Ring[] | null;

export const nad83 =
  'GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137,298.257222101]],' +
  'PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]]';

/** @param type 5 Polygon, 15 PolygonZ, 25 PolygonM */
export function writeShp(shapes: readonly ShapeSpec[], type = 5, dimensions = type === 5 ? 0 : 1): Buffer {
  const records = shapes.map((rings, index) => {
    const content = rings ? writeShape(rings, type, dimensions) : uint32(0);
    return Buffer.concat([int32BE(index + 1), int32BE(content.length / 2), content]);
  });
  const body = Buffer.concat(records);
  const header = Buffer.alloc(100);
  header.writeInt32BE(9994, 0);
  header.writeInt32BE((100 + body.length) / 2, 24);
  header.writeInt32LE(1000, 28);
  header.writeInt32LE(type, 32);
  box(shapes.flatMap((rings) => (rings ?? []).flat())).copy(header, 36);
  return Buffer.concat([header, body]);
}

function writeShape(rings: readonly Ring[], type: number, dimensions: number): Buffer {
  const points = rings.flat();
  let start = 0;
  const starts = rings.map((ring) => {
    start += ring.length;
    return uint32(start - ring.length);
  });
  // Z and M: their range, then a value a point; what they are does not matter, for they are left out.
  const further = Array.from({ length: dimensions }, () => doubles([1, 9, ...points.map((_, index) => index)]));
  return Buffer.concat([
    uint32(type),
    box(points),
    uint32(rings.length),
    uint32(points.length),
    ...starts,
    doubles(points.flat()),
    ...further,
  ]);
}

export interface ColumnSpec {
  readonly name: string;
  readonly type?: string;
  readonly length: number;
}

export interface TableSpec {
  /** Rows that carry the deleted flag, counted from 0. */
  readonly deleted?: readonly number[];
  readonly languageDriver?: number;
  /** Replaces the number of rows in the header. */
  readonly rows?: number;
}

/** @param rows one value a column, as text in UTF-8 or as bytes */
export function writeDbf(
  columns: readonly ColumnSpec[],
  rows: readonly (readonly (string | Buffer)[])[],
  spec: TableSpec = {},
): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt8(3, 0);
  header.writeUInt32LE(spec.rows ?? rows.length, 4);
  header.writeUInt16LE(32 + columns.length * 32 + 1, 8);
  header.writeUInt16LE(
    columns.reduce((sum, { length }) => sum + length, 1),
    10,
  );
  header.writeUInt8(spec.languageDriver ?? 0, 29);
  const descriptors = columns.map(({ name, type = 'C', length }) => {
    const descriptor = Buffer.alloc(32);
    descriptor.write(name, 0, 11, 'latin1');
    descriptor.write(type, 11, 'latin1');
    descriptor.writeUInt8(length, 16);
    return descriptor;
  });
  const lines = rows.map((values, index) => {
    const flag = Buffer.from(spec.deleted?.includes(index) ? '*' : ' ');
    return Buffer.concat([flag, ...columns.map(({ length }, column) => padded(values[column] ?? '', length))]);
  });
  return Buffer.concat([header, ...descriptors, Buffer.from([0x0d]), ...lines, Buffer.from([0x1a])]);
}

export interface LayerSpec {
  readonly name?: string;
  readonly shp?: Buffer;
  readonly dbf?: Buffer;
  readonly prj?: string | null;
  readonly cpg?: string | null;
}

/** The members of a layer; by default one square called "27001". */
export function layerMembers(spec: LayerSpec = {}): MemberSpec[] {
  const name = spec.name ?? 'tl_2024_27_sldl';
  const members: MemberSpec[] = [
    { path: `${name}.shp`, content: spec.shp ?? writeShp([[square(-96, 44, 1)]]) },
    { path: `${name}.dbf`, content: spec.dbf ?? writeDbf([{ name: 'GEOID', length: 5 }], [['27001']]) },
  ];
  if (spec.prj !== null) members.push({ path: `${name}.prj`, content: Buffer.from(spec.prj ?? nad83) });
  if (spec.cpg !== null) members.push({ path: `${name}.cpg`, content: Buffer.from(spec.cpg ?? 'UTF-8') });
  return members;
}

/** Clockwise and closed, as an outer ring should be. */
export function square(x: number, y: number, side: number): Point[] {
  return [
    [x, y],
    [x, y + side],
    [x + side, y + side],
    [x + side, y],
    [x, y],
  ];
}

function padded(value: string | Buffer, length: number): Buffer {
  const bytes = Buffer.alloc(length, ' ');
  Buffer.from(value).copy(bytes);
  return bytes;
}

function box(points: readonly Point[]): Buffer {
  if (points.length === 0) return doubles([0, 0, 0, 0]);
  // Not Math.min(...xs): a call takes only so many arguments.
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    [minX, minY] = [Math.min(minX, x), Math.min(minY, y)];
    [maxX, maxY] = [Math.max(maxX, x), Math.max(maxY, y)];
  }
  return doubles([minX, minY, maxX, maxY]);
}
