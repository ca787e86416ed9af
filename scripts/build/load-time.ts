/**
 * What the parts of a script cost when they are loaded, in processes of their own. What is loaded at the start is told
 * apart by sampling where the time goes, and by the source maps whose that is; what is loaded on use is simply timed.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Bundle, originOf, type Script } from './bundle.ts';

const exec = promisify(execFile);

export interface LoadTime {
  /** Milliseconds until the script is loaded, the median of the rounds' processes. */
  readonly start: number;
  /** Shares of the start by origin; `node` is Node's own modules, reading, parsing and collecting garbage. */
  readonly shares: ReadonlyMap<string, number>;
  /** Milliseconds that each file takes which is loaded on use. */
  readonly onUse: ReadonlyMap<string, number>;
}

export interface Measuring {
  readonly rounds?: number;
  readonly signal?: AbortSignal;
  /** @param done of `of` parts */
  onPart?(done: number, of: number, name: string): void;
}

/** @throws the reason of `signal` */
export async function loadTime(
  bundle: Bundle,
  script: Script,
  { rounds = 5, signal, onPart }: Measuring = {},
): Promise<LoadTime> {
  const entry = join(bundle.folder, script.name);
  const medianOf = async (file?: string) => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      signal?.throwIfAborted();
      // Ctrl-C reaches the process that is timed, too: that it failed then is no news.
      times.push(await timed(entry, file).finally(() => signal?.throwIfAborted()));
    }
    return median(times);
  };
  const parts = [undefined, ...script.onUse.map(({ file }) => file)];
  const onUse = new Map<string, number>();
  let start = Number.NaN;
  for (const [index, file] of parts.entries()) {
    onPart?.(index, parts.length, file ?? script.name);
    if (file === undefined) start = await medianOf();
    else onUse.set(file, await medianOf(file));
  }
  return { start, shares: await sampled(entry, `${bundle.folder}.maps`), onUse };
}

/** @param then is loaded after the entry, by its loader where it has one, and is what is timed */
async function timed(entry: string, then?: string): Promise<number> {
  const load = `await import(${JSON.stringify(`file://${entry}`)});`;
  const more = then?.endsWith('.cjs')
    ? `entry.load(${JSON.stringify(then)});`
    : `await import(${JSON.stringify(`file://${dirname(entry)}/${then}`)});`;
  const program = `${then ? `const entry = ${load}` : ''} const began = performance.now(); ${then ? more : load}
    process.stdout.write('\\n' + (performance.now() - began), () => process.exit());`;
  const { stdout } = await exec(process.execPath, ['--input-type=module', '-e', program], { env: {} });
  return Number(stdout.trim().split('\n').at(-1));
}

interface Profile {
  readonly nodes: ReadonlyArray<{ readonly id: number; readonly callFrame: CallFrame }>;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

async function sampled(entry: string, maps: string): Promise<ReadonlyMap<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'load-time-'));
  try {
    const program = `await import(${JSON.stringify(`file://${entry}`)}); process.exit();`;
    const flags = ['--cpu-prof', '--cpu-prof-interval', '100', '--cpu-prof-dir', folder];
    await exec(process.execPath, [...flags, '--input-type=module', '-e', program], { env: {} });
    const [file = ''] = await readdir(folder);
    return await sharesOf(JSON.parse(await readFile(join(folder, file), 'utf8')), maps);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function sharesOf({ nodes, samples, timeDeltas }: Profile, maps: string): Promise<ReadonlyMap<string, number>> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const known = new Map<string, SourceMap>();
  const sums = new Map<string, number>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const { url = '', lineNumber = 0, columnNumber = 0 } = frames.get(id) ?? {};
    const name = url.includes('/') ? (url.split('/').at(-1) ?? '') : '';
    let origin = 'node';
    if (/\.[cm]js$/.test(name)) {
      const map = known.get(name) ?? new SourceMap(JSON.parse(await readFile(join(maps, `${name}.map`), 'utf8')));
      known.set(name, map);
      const found = map.findEntry(lineNumber, columnNumber + 1) as { originalSource?: string };
      origin = originOf(found.originalSource?.replace(/^(\.\.\/)+/, '') ?? name);
    }
    const spent = timeDeltas[index] ?? 0;
    sums.set(origin, (sums.get(origin) ?? 0) + spent);
    total += spent;
  }
  return new Map([...sums].map(([origin, spent]) => [origin, spent / total]));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
