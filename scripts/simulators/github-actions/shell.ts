/** One `run` block, as the runner of GitHub runs it: a file, `bash -eo pipefail`, files for what it hands on. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface Script {
  readonly run: string;
  readonly folder: string;
  /** Where its files go; one a step. */
  readonly files: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cancelled: AbortSignal;
  said(text: string): void;
}

export interface Ran {
  readonly status: number | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** GitHub waits 7.5 s after SIGINT and 2.5 s after SIGTERM; here both are shorter by the same factor. */
const patienceMs = { interrupt: 750, terminate: 250 };

export async function runScript({ run, folder, files, env, cancelled, said }: Script): Promise<Ran> {
  mkdirSync(files, { recursive: true });
  const file = (name: string) => join(files, name);
  for (const name of ['output', 'env', 'summary', 'path']) writeFileSync(file(name), '');
  writeFileSync(file('script.sh'), run);
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file('script.sh')], {
    cwd: folder,
    // A group of its own, to be ended whole.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...env,
      GITHUB_OUTPUT: file('output'),
      GITHUB_ENV: file('env'),
      GITHUB_STEP_SUMMARY: file('summary'),
      GITHUB_PATH: file('path'),
    },
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => said(String(text)));
  const ended = new Promise<number | null>((resolve) => child.once('close', (status) => resolve(status)));
  const cancel = async () => {
    // The shell alone is told; what it has started finds out when the whole group is ended.
    child.kill('SIGINT');
    if ((await Promise.race([ended, setTimeout(patienceMs.interrupt, 'still')])) !== 'still') return;
    child.kill('SIGTERM');
    await setTimeout(patienceMs.terminate);
    if (child.pid !== undefined)
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
  };
  cancelled.addEventListener('abort', cancel, { once: true });
  if (cancelled.aborted) await cancel();
  const status = await ended;
  cancelled.removeEventListener('abort', cancel);
  const read = (name: string) => readFileSync(file(name), 'utf8');
  const summary = read('summary');
  if (Buffer.byteLength(summary) > 1024 * 1024) throw new Error('The summary of a step takes at most 1 MiB.');
  return { status, outputs: pairsOf(read('output')), env: pairsOf(read('env')), summary };
}

/** `name=value` a line, or `name<<END`, lines, `END`. */
function pairsOf(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    if (line === '') continue;
    const [, name = '', end] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    if (end !== undefined) {
      const last = lines.indexOf(end);
      if (last < 0) throw new Error(`Invalid value. Matching delimiter not found '${end}'`);
      pairs[name] = lines
        .splice(0, last + 1)
        .slice(0, -1)
        .join('\n');
    } else {
      const at = line.indexOf('=');
      if (at < 1) throw new Error(`Invalid format '${line}'`);
      pairs[line.slice(0, at)] = line.slice(at + 1);
    }
  }
  return pairs;
}
