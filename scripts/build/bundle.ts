/** What each image runs: a file of JavaScript an entry, what that loads on use beside it, and the data that it reads. */
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fillMapPage } from '../../api/pages/map-page.ts';
import { publishedAssets } from '../../api/pages/published-assets.ts';
import type { Image } from '../../generator/names.ts';
import { type CompiledFile, compile, root } from './compile.ts';

/** Where bundles are written, and where `api/Dockerfile` copies them from. */
export const bundlesFolder = join(root, 'dist');

/**
 * Of each image the entries, by the name that the file of each gets (`lambda` is Lambda's handler `lambda.handler`), and
 * the folders that are read at run time, by the name that the code looks for beside itself.
 */
const programs = {
  lambda: {
    entries: { lambda: 'api/lambda.ts', jobs: 'api/jobs.ts', outbound: 'api/outbound.ts' },
    loader: true,
    data: { desk: 'api/pages/desk', look: 'api/pages/look', migrations: 'api/database/migrations' },
  },
  importer: {
    entries: { importer: 'api/importer.ts' },
    loader: false,
    data: { migrations: 'api/database/migrations' },
  },
} as const satisfies Record<
  Image,
  { entries: Readonly<Record<string, string>>; loader: boolean; data: Readonly<Record<string, string>> }
>;

export type Program = keyof typeof programs;
export const programNames = Object.keys(programs) as readonly Program[];

export interface Bundle {
  readonly program: Program;
  /** Absolute; all of it goes into the image. */
  readonly folder: string;
  readonly scripts: readonly Script[];
  /** Every file of code, relative to the folder, in order: the scripts and what they load on use. */
  readonly code: readonly string[];
  /** Files of data, likewise. */
  readonly data: readonly string[];
}

export interface Script {
  /** `lambda.mjs` */
  readonly name: string;
  /** Loaded when it starts. */
  readonly bytes: number;
  readonly modules: number;
  /** Bytes by where they came from, a package or a room of `api/`; the largest first. */
  readonly origins: readonly Origin[];
  /** What it loads when somebody needs it, with everything that is not loaded at the start; the largest first. */
  readonly onUse: readonly (Origin & { readonly file: string })[];
}

export interface Origin {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Writes `<parent>/<program>/<entry>.mjs` and what belongs to it; whatever was in that folder is replaced. The same
 * sources give the same bytes, wherever the repository lies.
 * @throws BundleError
 */
export async function bundle(program: Program, parent = bundlesFolder): Promise<Bundle> {
  const { entries, loader, data } = programs[program];
  const folder = join(parent, program);
  const files = await compile(entries, { loader });
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await mkdir(join(parent, `${program}.maps`), { recursive: true });
  for (const { name, code, map } of files.values()) {
    await writeFile(join(folder, name), code);
    // Beside the folder that ships, not in it: nothing at run time reads it, a person with a stack does.
    await writeFile(join(parent, `${program}.maps`, `${name}.map`), map);
  }
  for (const [name, source] of Object.entries(data))
    await cp(join(root, source), join(folder, name), { recursive: true, filter: (file) => !file.endsWith('.test.ts') });
  if (program === 'lambda') await writeMapPage(join(folder, 'map', 'map.html'));
  const settled = await settle(folder);
  return {
    program,
    folder,
    scripts: Object.keys(entries).map((entry) => scriptOf(`${entry}.mjs`, files)),
    code: settled.filter((file) => files.has(file)),
    data: settled.filter((file) => !files.has(file)),
  };
}

/** An image names the very files that `npm run publish-assets` publishes of the same sources. */
async function writeMapPage(file: string): Promise<void> {
  const html = await readFile(join(root, 'api/pages/map/map.html'), 'utf8');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, fillMapPage(html, publishedAssets().places));
}

/**
 * Makes it readable for every user, whatever the umask of who built it: in Lambda another one reads it.
 * @returns the files, relative, in order
 */
async function settle(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    await chmod(path, entry.isFile() ? 0o644 : 0o755);
    if (entry.isFile()) files.push(relative(folder, path));
  }
  return files.sort();
}

type Files = ReadonlyMap<string, CompiledFile>;

function scriptOf(name: string, files: Files): Script {
  const atStart = loadedWith(name, files);
  const inputs = [...atStart].flatMap((file) => [...(files.get(file)?.inputs ?? [])]);
  const reachable = [...loadedWith(name, files, { onUse: true })];
  const asked = reachable.flatMap((file) => files.get(file)?.imports.filter(({ onUse }) => onUse) ?? []);
  const onUse = [...new Set(asked.map((each) => each.name))].map((file) => {
    const added = [...loadedWith(file, files)].filter((each) => !atStart.has(each));
    const entry = files.get(file)?.entry ?? file;
    // A package by its name; of our own rooms the file, because one room loads several things.
    return { file, name: entry.includes('node_modules/') ? originOf(entry) : entry, bytes: bytesOf(added, files) };
  });
  return {
    name,
    bytes: bytesOf([...atStart], files),
    modules: inputs.length,
    origins: byOrigin(inputs),
    onUse: onUse.sort((a, b) => b.bytes - a.bytes || a.file.localeCompare(b.file, 'en')),
  };
}

/** A file and all that is loaded with it, or ever because of it. */
function loadedWith(name: string, files: Files, { onUse } = { onUse: false }, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const each of files.get(name)?.imports ?? [])
    if (onUse || !each.onUse) loadedWith(each.name, files, { onUse }, found);
  return found;
}

function bytesOf(names: readonly string[], files: Files): number {
  return names.reduce((sum, name) => sum + (files.get(name)?.code.byteLength ?? 0), 0);
}

function byOrigin(inputs: readonly (readonly [string, number])[]): readonly Origin[] {
  const sums = new Map<string, number>();
  for (const [path, bytes] of inputs) {
    const name = originOf(path);
    sums.set(name, (sums.get(name) ?? 0) + bytes);
  }
  return [...sums]
    .map(([name, bytes]) => ({ name, bytes }))
    .sort((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name, 'en'));
}

/** `node_modules/@aws-sdk/core/dist-es/x.js` is of `@aws-sdk/core`, `api/regions/routes.ts` of `api/regions`. */
export function originOf(path: string): string {
  const parts = (path.split('node_modules/').at(-1) ?? path).split('/');
  return path.includes('node_modules/') && !parts[0]?.startsWith('@')
    ? (parts[0] ?? path)
    : parts.slice(0, 2).join('/');
}
