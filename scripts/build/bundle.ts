/** The programs that AWS runs, each as one file of JavaScript with the data that it reads beside it. */
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where bundles are written, and where `api/Dockerfile` copies them from. */
export const bundlesFolder = join(root, 'dist');

/** The entry of each program, and the folders that it reads at run time, by the name they have beside the bundle. */
const programs = {
  lambda: { entry: 'api/lambda.ts', data: { migrations: 'api/database/migrations' } },
  importer: { entry: 'api/importer.ts', data: { migrations: 'api/database/migrations' } },
} as const satisfies Record<string, { entry: string; data: Readonly<Record<string, string>> }>;

export type Program = keyof typeof programs;
export const programNames = Object.keys(programs) as readonly Program[];

export interface Bundle {
  readonly program: Program;
  /** Of the JavaScript, absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly modules: number;
  /** Bytes by where they came from, a package or a room of `api/`; the largest first. */
  readonly origins: readonly { readonly name: string; readonly bytes: number }[];
  /** Files of data beside the JavaScript, relative to its folder, in order. */
  readonly data: readonly string[];
}

/** The code cannot be bundled: what it imports is missing, or it does not parse. */
export class BundleError extends Error {
  readonly remedy = 'npm run lint says more; npm ci installs packages that are missing.';
  constructor(program: Program, faults: readonly string[]) {
    super(`${programs[program].entry} cannot be bundled:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'BundleError';
  }
}

/**
 * Writes `<folder>/<program>/<program>.mjs` and its data; whatever was in that folder is replaced. The same sources
 * give the same bytes, wherever the repository lies.
 * @throws BundleError
 */
export async function bundle(program: Program, folder = bundlesFolder): Promise<Bundle> {
  const { entry, data } = programs[program];
  const target = join(folder, program);
  const path = join(target, `${program}.mjs`);
  const { code, map, inputs } = await compile(program, entry);

  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await writeFile(path, code);
  // Beside the folder that ships, not in it: nothing at run time reads it, a person with a stack does.
  await writeFile(join(folder, `${program}.mjs.map`), map);
  for (const [name, source] of Object.entries(data))
    await cp(join(root, source), join(target, name), { recursive: true, filter: (file) => !file.endsWith('.test.ts') });
  const files = await settle(target);
  return {
    program,
    path,
    bytes: code.byteLength,
    modules: inputs.size,
    origins: byOrigin(inputs),
    data: files.filter((file) => file !== `${program}.mjs`),
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

async function compile(program: Program, entry: string): Promise<Compiled> {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: `${program}.mjs`,
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
    throw error.errors ? new BundleError(program, error.errors.map(sayFault)) : error;
  });
  const [map, code] = [...result.outputFiles].sort(
    (a, b) => Number(b.path.endsWith('.map')) - Number(a.path.endsWith('.map')),
  );
  const output = result.metafile.outputs[`${program}.mjs`];
  if (!map || !code || !output) throw new Error(`esbuild wrote no ${program}.mjs.`);
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

function byOrigin(inputs: ReadonlyMap<string, number>): Bundle['origins'] {
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
