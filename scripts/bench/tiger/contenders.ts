/** The importer and its peers as processes of their own, timed as wholes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { columns } from '../../terminal/style.ts';
import { url } from './database.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bench-tiger-'));
process.once('exit', () => rmSync(scratch, { recursive: true }));
/** As npm run starts every verb. */
const compileCache = fileURLToPath(new URL('../../terminal/compile-cache.mjs', import.meta.url));
const importProcess = fileURLToPath(new URL('./import-process.ts', import.meta.url));

export interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

export interface Contender {
  readonly name: string;
  prepare(): Promise<void>;
  run(): Measured;
}

/** Round 0 warms the disk and is not counted. */
export async function inTurn(
  rounds: number,
  contenders: readonly Contender[],
): Promise<(Measured & { name: string; ratio: number })[]> {
  const measured = contenders.map(() => [] as Measured[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      await contender.prepare();
      const result = contender.run();
      if (round > 0) measured[index]?.push(result);
    }
  }
  return contenders.map(({ name }, index) => {
    const own = measured[index] ?? [];
    const ratio = quantile(
      own.map(({ seconds }, round) => seconds / (measured[0]?.[round]?.seconds ?? Number.NaN)),
      0.5,
    );
    return {
      name,
      ratio,
      seconds: quantile(
        own.map(({ seconds }) => seconds),
        0.5,
      ),
      megabytes: Math.max(...own.map(({ megabytes }) => megabytes)),
    };
  });
}

export function print(title: string, results: readonly (Measured & { name: string; ratio: number })[]): void {
  const rows = results.map(({ name, ratio, seconds, megabytes }) => [
    name,
    `${seconds.toFixed(2)} s`,
    `${ratio.toFixed(2)}x`,
    `${megabytes.toFixed(0)} MB`,
  ]);
  process.stdout.write(`${title}\n${columns([['', 'time', 'to import', 'memory'], ...rows], [1, 2, 3])}\n`);
}

/** The whole process, with the start of Node. */
export function ours(
  zips: readonly string[],
  steps: 'regions' | 'all' = 'regions',
): Measured & { steps: Record<string, number> } {
  const { seconds, megabytes, output } = timed(process.execPath, [
    '--import',
    compileCache,
    importProcess,
    url,
    steps,
    ...zips,
  ]);
  return { seconds, megabytes, steps: JSON.parse(output) as Record<string, number> };
}

export function ogr(shp: string, table = ['-nln', `t_${basename(shp, '.shp')}`]): Measured {
  const where = new URL(url);
  const target = `PG:host=${where.hostname} port=${where.port} dbname=bench_tiger user=${where.username}`;
  return timed('ogr2ogr', [
    '-q',
    '-f',
    'PostgreSQL',
    target,
    shp,
    ...table,
    '-nlt',
    'PROMOTE_TO_MULTI',
    '-a_srs',
    'EPSG:4326',
    '--config',
    'PG_USE_COPY',
    'YES',
  ]);
}

export function shp2pgsql(shp: string): Measured {
  const encoding = /_20(08|09|1[0-4])_/.test(shp) ? 'LATIN1' : 'UTF-8';
  return timed('sh', [
    '-c',
    `shp2pgsql -D -I -s 4326 -W ${encoding} "$1" "t_$2" 2>/dev/null | psql -q -v ON_ERROR_STOP=1 "$3" >/dev/null`,
    'sh',
    shp,
    basename(shp, '.shp'),
    url,
  ]);
}

/** By GNU time's own clock of the process, which also knows its memory. */
function timed(command: string, args: readonly string[]): Measured & { output: string } {
  const report = join(scratch, 'time');
  const started = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync('/usr/bin/time', ['-o', report, '-f', '%M', command, ...args], {
    encoding: 'utf8',
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return { seconds, megabytes: Number(readFileSync(report, 'utf8').trim()) / 1024, output: stdout };
}

export function total(measured: readonly Measured[]): Measured {
  return {
    seconds: measured.reduce((sum, { seconds }) => sum + seconds, 0),
    megabytes: Math.max(...measured.map(({ megabytes }) => megabytes)),
  };
}

/** What comes before a peer that reads no zip. */
export function unzipTimed(zip: string): Measured {
  return timed('unzip', ['-q', '-o', '-j', zip, '-d', join(scratch, 'unpacked')]);
}

/** @returns the path of the .shp, unpacked */
export function unzip(zip: string): string {
  const folder = join(scratch, basename(zip, '.zip'));
  spawnSync('unzip', ['-q', '-o', '-j', zip, '-d', folder], { stdio: 'ignore' });
  const shp = readdirSync(folder).find((name) => name.endsWith('.shp') && !name.startsWith('._')) ?? '';
  return join(folder, shp);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
