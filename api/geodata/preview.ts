/** Draws what was read of boundary files as one SVG, without a database: to look at before anything is imported. */
import { type BoundaryFile, describeFile, identify } from './catalogue/catalogue.ts';
import { openLayer } from './formats/layer.ts';
import { nationalOutlines, OutlineCollector, stateOutlines } from './load/outlines.ts';

export interface Drawing {
  readonly svg: string;
  readonly regions: number;
}

type Position = readonly [lng: number, lat: number];

interface Drawn {
  readonly file: BoundaryFile;
  readonly name: string;
  readonly shapes: readonly { readonly label: string; readonly polygons: readonly Position[][][] }[];
}

const width = 1200;
const margin = 20;
const fills = ['#dbe7d6', '#efe6d0', '#dfe0ee', '#f0dfd8', '#d3e6e3'];

/** @param paths of zips; later ones are drawn over earlier ones @throws FormatError or CatalogueError */
export async function drawFiles(paths: readonly string[]): Promise<Drawing> {
  const drawn: Drawn[] = [];
  for (const path of paths) drawn.push(await readShapes(path));
  const project = projection(drawn.flatMap(({ shapes }) => shapes.flatMap(({ polygons }) => polygons.flat(2))));
  const groups = drawn.map(({ name, shapes }, layer) => {
    const regions = shapes.map(({ label, polygons }, index) => {
      const path = polygons
        .flat()
        .map((ring) => `M${ring.map((position) => project.place(position)).join('L')}Z`)
        .join('');
      // Only the first file is filled: those over it are lines, so that both can be seen.
      const fill = layer === 0 ? (fills[index % fills.length] ?? '') : 'none';
      return `<path fill="${fill}" d="${path}"><title>${escaped(label)}</title></path>`;
    });
    return `<g stroke="#4b5863" stroke-width="${layer === 0 ? 0.6 : 1.2}" fill-rule="evenodd"><title>${escaped(name)}</title>\n${regions.join('\n')}\n</g>`;
  });
  const names = drawn.map(({ name, shapes }) => `${name} (${shapes.length.toLocaleString('en-US')})`).join(', ');
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${project.height + 24}">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...groups,
    `<text x="${margin}" y="${project.height + 12}" font-family="sans-serif" font-size="12" fill="#17212b">${escaped(names)}. Source: U.S. Census Bureau</text>`,
    '</svg>\n',
  ].join('\n');
  return { svg, regions: drawn.reduce((sum, { shapes }) => sum + shapes.length, 0) };
}

async function readShapes(path: string): Promise<Drawn> {
  const layer = await openLayer(path);
  const file = describeFile(
    layer.name,
    layer.fields.map(({ name }) => name),
  );
  const outlines = new OutlineCollector(file.coverage === 'us' ? nationalOutlines : stateOutlines);
  const labels = new Map<string, string>();
  for await (const { attributes, geometry } of layer.features()) {
    const identity = identify(file, attributes);
    if (!identity || !geometry) continue;
    labels.set(identity.geoid, `${identity.name} (${identity.geoid})`);
    outlines.add(identity.geoid, geometry);
  }
  const shapes = [...outlines.outlines()].map(([geoid, outline]) => ({
    label: labels.get(geoid) ?? geoid,
    polygons: (JSON.parse(outline) as { coordinates: Position[][][] }).coordinates,
  }));
  return { file, name: layer.name, shapes };
}

/** Degrees to pixels: a degree of longitude is as wide as it is in the middle of the picture. */
function projection(positions: readonly Position[]) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lng, lat] of positions) {
    const x = westward(lng);
    west = Math.min(west, x);
    east = Math.max(east, x);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  if (positions.length === 0) [west, south, east, north] = [-125, 24, -66, 50];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = (width - 2 * margin) / Math.max(1e-6, (east - west) * squeeze);
  return {
    height: Math.ceil((north - south) * scale + 2 * margin),
    place: ([lng, lat]: Position) =>
      `${(margin + (westward(lng) - west) * squeeze * scale).toFixed(1)} ${(margin + (north - lat) * scale).toFixed(1)}`,
  };
}

/** The western Aleutians and Guam lie east of the antimeridian; drawn there, the country would span the whole picture. */
function westward(lng: number): number {
  return lng > 0 ? lng - 360 : lng;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
