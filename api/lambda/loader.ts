/**
 * Loads the files of the bundle, each with what V8 made of it when the image was built (`write-code-cache.ts`), so that
 * a start compiles next to nothing. Node's own cache (NODE_COMPILE_CACHE) goes by the user, who is another one in Lambda
 * than in the build, and says nothing where it is not used.
 */
import type { Script } from 'node:vm';

// An import would ask these modules for everything that they export, and so load much of what they only promise.
const { readFileSync, writeFileSync } = process.getBuiltinModule('node:fs');
const { join } = process.getBuiltinModule('node:path');
const vm = process.getBuiltinModule('node:vm');

const folder = import.meta.dirname;
const requireOfNode = process.getBuiltinModule('node:module').createRequire(import.meta.url);
const modules = new Map<string, { exports: unknown }>();
const scripts = new Map<string, Script>();

/** Files that were loaded, by what became of their cache; one that has none is `compiled`. */
export const codeCache = { used: 0, refused: 0, compiled: 0 };

// V8 takes no cache that was made under other flags. Lambda's runtime sets one that changes nothing about code.
if (process.execArgv.includes('--expose-gc')) process.getBuiltinModule('node:v8').setFlagsFromString('--no-expose-gc');

/** @param name of a file beside this one, which is a function around a CommonJS module */
export function load(name: string): unknown {
  const known = modules.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const script = scriptOf(name);
  scripts.set(name, script);
  script.runInThisContext()(module, module.exports, requireBeside, import.meta.url);
  return module.exports;
}

/** Keeps what V8 has compiled by now of every file that was loaded. */
export function writeCodeCache(): void {
  for (const [name, script] of scripts)
    writeFileSync(join(folder, `${name}.cache`), script.createCachedData(), { mode: 0o644 });
}

function requireBeside(id: string): unknown {
  if (id.startsWith('./')) return load(id.slice(2));
  return notAtStart.test(id) ? onUse(id) : requireOfNode(id);
}

/** What much of the code mentions and few requests use: a fifth of a start. */
const notAtStart = /^(node:)?(crypto|dgram|zlib)$/;

function onUse(id: string): unknown {
  let module: Record<PropertyKey, unknown> | undefined;
  return new Proxy(
    {},
    {
      get(_, name) {
        module ??= requireOfNode(id) as Record<PropertyKey, unknown>;
        return module[name];
      },
    },
  );
}

function scriptOf(name: string): Script {
  const filename = join(folder, name);
  const cachedData = cacheOf(filename);
  const script = new vm.Script(readFileSync(filename, 'utf8'), { filename, ...(cachedData ? { cachedData } : {}) });
  if (script.cachedDataRejected && codeCache.refused === 0) warn(name);
  codeCache[cachedData ? (script.cachedDataRejected ? 'refused' : 'used') : 'compiled'] += 1;
  return script;
}

function cacheOf(filename: string): Buffer | undefined {
  try {
    return readFileSync(`${filename}.cache`);
  } catch {
    // Of a bundle that is in no image yet.
    return undefined;
  }
}

function warn(name: string): void {
  const message = `V8 refused the code cache of ${name}: another Node made it, or other flags. Starts take longer.`;
  const flags = process.execArgv.join(' ');
  process.stderr.write(`${JSON.stringify({ level: 'warn', message, node: process.version, flags })}\n`);
}
