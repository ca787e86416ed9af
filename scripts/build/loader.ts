/**
 * Files for `api/lambda/loader.ts`: what esbuild wrote as modules, because it splits nothing else, becomes functions
 * around CommonJS, because V8 keeps what it compiled of scripts and not of modules.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CompiledFile } from './compile.ts';

const loader = 'api/lambda/loader.ts';
const writer = 'api/lambda/write-code-cache.ts';

/** @param file a module whose name ends in `.cjs` already, as those of its imports do */
export async function scriptOf({ code, map, ...file }: CompiledFile, minify: boolean): Promise<CompiledFile> {
  const { transform } = await import('esbuild');
  const mapped = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
  const script = await transform(`${Buffer.from(code)}\n${mapped}`, {
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    // Through the loader, too.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'moduleUrl' },
    banner: `(function (module, exports, require, moduleUrl) {'use strict';`,
    footer: '})',
    minifyWhitespace: minify,
    minifySyntax: minify,
    sourcemap: 'external',
    sourcefile: file.name,
    logLevel: 'silent',
  });
  return { ...file, code: Buffer.from(script.code), map: Buffer.from(script.map) };
}

/** @returns `lambda.mjs` of `lambda`: what Lambda imports, with the loader in it */
export async function starterOf(name: string, root: string): Promise<CompiledFile> {
  const source = `import { load } from './${loader}';
    export const { handler } = load('${name}.cjs');
    export * from './${loader}';`;
  return { ...(await moduleOf(`${name}.mjs`, source, root)), imports: [{ name: `${name}.cjs`, onUse: false }] };
}

/** @returns `code-cache.mjs`, which an image runs when it is built */
export function writerOf(root: string): Promise<CompiledFile> {
  return moduleOf('code-cache.mjs', `import './${writer}';`, root);
}

/** Does to a folder what the build of an image does to it: with this Node, so for this Node. */
export async function writeCodeCache(folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, [join(folder, 'code-cache.mjs')], { env: {} });
}

async function moduleOf(name: string, source: string, root: string): Promise<CompiledFile> {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    stdin: { contents: source, resolveDir: root, sourcefile: name },
    outfile: name,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'external',
    logLevel: 'silent',
  });
  const [map, code] = outputFiles.map(({ contents }) => contents);
  if (!map || !code) throw new Error(`esbuild did not write ${name}.`);
  const inputs = Object.entries(metafile.outputs[name]?.inputs ?? {});
  return {
    name,
    code,
    map,
    entry: undefined,
    inputs: new Map(inputs.map(([path, { bytesInOutput }]) => [path, bytesInOutput])),
    imports: [],
  };
}
