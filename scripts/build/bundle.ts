/** What each image runs: a file of JavaScript an entry, with the data that it reads beside it. */
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Image } from '../../generator/names.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where bundles are written, and where `api/Dockerfile` copies them from. */
export const bundlesFolder = join(root, 'dist');

/**
 * Of each image the entries, by the name that the file of each gets (`lambda` is Lambda's handler `lambda.handler`), and
 * the folders that are read at run time, by the name that the code looks for beside itself.
 */
const programs = {
  lambda: {
    entries: { lambda: 'api/lambda.ts', jobs: 'api/jobs.ts', outbound: 'api/outbound.ts' },
    data: { migrations: 'api/database/migrations' },
  },
  importer: { entries: { importer: 'api/importer.ts' }, data: { migrations: 'api/database/migrations' } },
} as const satisfies Record<
  Image,
  { entries: Readonly<Record<string, string>>; data: Readonly<Record<string, string>> }
>;

export type Program = keyof typeof programs;
export const programNames = Object.keys(programs) as readonly Program[];

export interface Bundle {
  readonly program: Program;
  /** Absolute; all of it goes into the image. */
  readonly folder: string;
  readonly scripts: readonly Script[];
  /** Files of data, relative to the folder, in order. */
  readonly data: readonly string[];
}

export interface Script {
  /** `lambda.mjs` */
  readonly name: string;
  readonly bytes: number;
  readonly modules: number;
  /** Bytes by where they came from, a package or a room of `api/`; the largest first. */
  readonly origins: readonly { readonly name: string; readonly bytes: number }[];
}

/** The code cannot be bundled: what it imports is missing, or it does not parse. */
export class BundleError extends Error {
  readonly remedy = 'npm run lint says more; npm ci installs packages that are missing.';
  constructor(entry: string, faults: readonly string[]) {
    super(`${entry} cannot be bundled:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'BundleError';
  }
}

/**
 * Writes `<parent>/<program>/<entry>.mjs` and its data; whatever was in that folder is replaced. The same sources give
 * the same bytes, wherever the repository lies.
 * @throws BundleError
 */
export async function bundle(program: Program, parent = bundlesFolder): Promise<Bundle> {
  const { entries, data } = programs[program];
  const folder = join(parent, program);
  const compiled = await Promise.all(
    Object.entries(entries).map(async ([entry, source]) => ({ name: `${entry}.mjs`, ...(await compile(source)) })),
  );
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { name, code, map } of compiled) {
    await writeFile(join(folder, name), code);
    // Beside the folder that ships, not in it: nothing at run time reads it, a person with a stack does.
    await writeFile(join(parent, `${name}.map`), map);
  }
  for (const [name, source] of Object.entries(data))
    await cp(join(root, source), join(folder, name), { recursive: true, filter: (file) => !file.endsWith('.test.ts') });
  const files = await settle(folder);
  return {
    program,
    folder,
    scripts: compiled.map(({ name, code, inputs }) => ({
      name,
      bytes: code.byteLength,
      modules: inputs.size,
      origins: byOrigin(inputs),
    })),
    data: files.filter((file) => !compiled.some(({ name }) => name === file)),
  };
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

interface Compiled {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
  /** Bytes in the output by input, relative to the repository. */
  readonly inputs: ReadonlyMap<string, number>;
}

async function compile(entry: string): Promise<Compiled> {
  const { build } = await import('esbuild');
  const outfile = 'bundle.mjs';
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    platform: 'node',
    target: 'node24',
    // A module, because `import.meta.url` is how the code finds its data; esbuild leaves that empty in CommonJS.
    format: 'esm',
    // Packages that are CommonJS inside call `require` for Node's own modules, which a module does not have.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    // The ES builds of the AWS SDK leave out what is not used.
    mainFields: ['module', 'main'],
    // pg asks for it inside a try; we never install it.
    external: ['pg-native'],
    // Not minified: a stack in CloudWatch names what it names here.
    sourcemap: 'external',
    legalComments: 'none',
  }).catch((error: Error & { errors?: readonly Message[] }) => {
    throw error.errors ? new BundleError(entry, error.errors.map(sayFault)) : error;
  });
  const [map, code] = [...result.outputFiles].sort(
    (a, b) => Number(b.path.endsWith('.map')) - Number(a.path.endsWith('.map')),
  );
  const output = result.metafile.outputs[outfile];
  if (!map || !code || !output) throw new Error(`esbuild wrote nothing for ${entry}.`);
  const inputs = Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const);
  return { code: code.contents, map: map.contents, inputs: new Map(inputs) };
}

interface Message {
  readonly text: string;
  readonly location: { readonly file: string; readonly line: number } | null;
}

function sayFault({ text, location }: Message): string {
  return location ? `${location.file}:${location.line} ${text}` : text;
}

function byOrigin(inputs: ReadonlyMap<string, number>): Script['origins'] {
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
function originOf(path: string): string {
  const parts = (path.split('node_modules/').at(-1) ?? path).split('/');
  return path.includes('node_modules/') && !parts[0]?.startsWith('@')
    ? (parts[0] ?? path)
    : parts.slice(0, 2).join('/');
}
