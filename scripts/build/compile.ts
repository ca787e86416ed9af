/** Programs out of sources, by esbuild: what is needed at the start in a file each, what is loaded on use in others. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile, Plugin } from 'esbuild';
import { scriptOf, starterOf, writerOf } from './loader.ts';
import { trimmed } from './trim.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The code cannot be bundled: what it imports is missing, or it does not parse. */
export class BundleError extends Error {
  readonly remedy = 'npm run lint says more; npm ci installs packages that are missing.';
  constructor(faults: readonly string[]) {
    super(`The sources cannot be bundled:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'BundleError';
  }
}

export interface CompiledFile {
  /** `lambda.mjs`; of what is loaded on use `dist-es-ZKUVMSCV.mjs`. */
  readonly name: string;
  readonly code: Uint8Array;
  readonly map: Uint8Array;
  /** The source that it begins with, relative to the repository; undefined where it is shared by others. */
  readonly entry: string | undefined;
  /** Bytes of this file by source, relative to the repository. */
  readonly inputs: ReadonlyMap<string, number>;
  /** Other files, by whether they are loaded with this one or when somebody needs them. */
  readonly imports: readonly { readonly name: string; readonly onUse: boolean }[];
}

export interface CompileOptions {
  /** Leaves out what Koa brings along for nothing. Off for comparisons, like the others. */
  readonly trim?: boolean;
  /** What is imported on use gets a file of its own. */
  readonly split?: boolean;
  readonly minify?: boolean;
  /** Sources by path, instead of those that are there: for comparisons. */
  readonly replaced?: Readonly<Record<string, string>>;
  /** Files for `api/lambda/loader.ts`, which starts with what V8 has compiled before; else modules for Node. */
  readonly loader?: boolean;
}

/**
 * @param entries sources by the name that their file gets
 * @returns the files, by name
 * @throws BundleError
 */
export async function compile(
  entries: Readonly<Record<string, string>>,
  { trim = true, split = true, minify = true, loader = false, replaced }: CompileOptions = {},
): Promise<ReadonlyMap<string, CompiledFile>> {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: root,
    entryPoints: { ...entries },
    outdir: 'out',
    outExtension: { '.js': loader ? '.cjs' : '.mjs' },
    bundle: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    platform: 'node',
    target: 'node24',
    // A module, because `import.meta.url` is how the code finds its data, and because esbuild splits nothing else.
    format: 'esm',
    // All in one folder: code that looks for data beside itself finds it, whichever file it ends up in.
    splitting: split,
    chunkNames: '[name]-[hash]',
    // Packages that are CommonJS inside call `require` for Node's own modules, which a module does not have.
    banner: loader
      ? {}
      : { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
    // The ES builds of the AWS SDK leave out what is not used.
    mainFields: ['module', 'main'],
    // pg asks for it inside a try; we never install it.
    external: ['pg-native'],
    plugins: [...(trim ? trimmed : []), ...(replaced ? [replacing(replaced)] : [])],
    // A third less to read and to parse. Names stay: a stack in CloudWatch names what it names here.
    minifyWhitespace: minify,
    minifySyntax: minify,
    sourcemap: 'external',
    legalComments: 'none',
  }).catch((error: Error & { errors?: readonly Message[] }) => {
    throw error.errors ? new BundleError(error.errors.map(sayFault)) : error;
  });
  const written = new Map(result.outputFiles.map(({ path, contents }) => [nameOf(path), contents]));
  const outputs = Object.entries(result.metafile.outputs).filter(([path]) => !path.endsWith('.map'));
  const files = outputs.map(([path, output]) => describe(nameOf(path), output, written));
  const all = loader
    ? await Promise.all([
        ...files.map((file) => scriptOf(file, minify)),
        ...Object.keys(entries).map((name) => starterOf(name, root)),
        writerOf(root),
      ])
    : files;
  return new Map(all.map((file) => [file.name, file]));
}

function replacing(sources: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'replaced',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = sources[relative(root, path)];
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}

type Output = Metafile['outputs'][string];

function describe(name: string, output: Output, written: ReadonlyMap<string, Uint8Array>): CompiledFile {
  const [code, map] = [written.get(name), written.get(`${name}.map`)];
  if (!code || !map) throw new Error(`esbuild did not write ${name}.`);
  return {
    name,
    code,
    map,
    entry: output.entryPoint,
    inputs: new Map(Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput])),
    imports: output.imports
      .filter(({ external }) => !external)
      .map(({ path, kind }) => ({ name: nameOf(path), onUse: kind === 'dynamic-import' })),
  };
}

const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

interface Message {
  readonly text: string;
  readonly location: { readonly file: string; readonly line: number } | null;
}

function sayFault({ text, location }: Message): string {
  return location ? `${location.file}:${location.line} ${text}` : text;
}
