/** Which members of a zip make up the layer that is meant. */
import { parse } from 'node:path/posix';
import { FormatError } from './fault.ts';
import type { Member, Zip } from './zip.ts';

export interface LayerMembers {
  readonly name: string;
  readonly shp: Member;
  readonly dbf: Member;
  readonly prj: Member | undefined;
  readonly cpg: Member | undefined;
}

/** The members of one layer share folder and name; their extensions may be in capitals. */
export function pickMembers(zip: Zip, wanted: string | undefined): LayerMembers {
  const place = { file: zip.file };
  const stem = (path: string) => path.slice(0, path.length - parse(path).ext.length);
  const withExtension = (extension: string) =>
    zip.members.filter(({ path }) => parse(path).ext.toLowerCase() === extension);
  const all = withExtension('.shp');
  const list = (members: readonly Member[]) => members.map(({ path }) => path).join(', ');
  const matching =
    wanted === undefined ? all : all.filter(({ path }) => [stem(path), parse(path).name].includes(wanted));
  const [shp, another] = matching;
  if (!shp) {
    const found = list(wanted === undefined ? zip.members : all) || 'nothing';
    throw new FormatError(
      place,
      `it has no ${wanted ?? ''}.shp; it has ${found}`,
      'Use a zipped shapefile, as the Census publishes it, and the name of a layer that is in it.',
    );
  }
  if (another) {
    throw new FormatError(
      place,
      `it has several layers: ${list(matching)}`,
      'Name the layer that is meant, or make one zip of each.',
    );
  }
  const beside = (extension: string) =>
    withExtension(extension).find(({ path }) => stem(path).toLowerCase() === stem(shp.path).toLowerCase());
  const dbf = beside('.dbf');
  if (!dbf) throw new FormatError(place, `${shp.path} has no .dbf beside it, so its shapes have no names or codes`);
  return { name: parse(shp.path).name, shp, dbf, prj: beside('.prj'), cpg: beside('.cpg') };
}
