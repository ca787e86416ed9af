/** A git repository as GitHub would hold it, made of the files of this one; jobs check it out. */
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');

export interface Repository extends Disposable {
  /** The work tree that commits are made from. */
  readonly folder: string;
  /** Changes files (by path: text in, text out), runs a verb on the result where one is given, and commits. */
  commit(changes: Readonly<Record<string, (text: string) => string>>, verb?: string): string;
  /** `git clone` of one commit, with the packages of this machine. */
  checkOut(commit: string, into: string, depth: number): Promise<void>;
}

/** @param parts of this repository, to be in the first commit: paths, or what git takes for some */
export function makeRepository(parts: readonly string[]): Repository {
  const folder = mkdtempSync(join(tmpdir(), 'simulated-repository-'));
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: 'pipe' });
  const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard', '--', ...parts], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  writeFileSync(join(folder, '.gitignore'), 'node_modules\ndist\n.venv\n');
  linkPackages(folder);
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'simulation');
  git('config', 'user.email', 'simulation@example.org');
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  // Every job fetches: to compress what goes from one folder to another would be most of a run's time.
  git('config', 'core.compression', '0');
  git('config', 'pack.window', '0');
  return {
    folder,
    commit(changes, verb) {
      for (const [file, change] of Object.entries(changes)) {
        const path = join(folder, file);
        const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
        const after = change(before);
        if (after === before) throw new Error(`The change leaves ${file} as it is.`);
        writeFileSync(path, after);
      }
      if (verb !== undefined) execFileSync(process.execPath, [`scripts/${verb}.ts`], { cwd: folder, stdio: 'pipe' });
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', 'A change');
      return git('rev-parse', 'HEAD').trim();
    },
    // Not synchronous: the jobs beside it, and the simulators that they ask, go on.
    async checkOut(commit, into, depth) {
      const run = (...args: string[]) => promisify(execFile)('git', ['-C', into, ...args]);
      mkdirSync(into, { recursive: true });
      await run('init', '--quiet');
      await run('fetch', '--quiet', ...(depth > 0 ? ['--depth', String(depth)] : []), `file://${folder}`, commit);
      await run('checkout', '--quiet', '--detach', 'FETCH_HEAD');
      linkPackages(into);
      const venv = join(root, '.venv');
      if (existsSync(venv)) symlinkSync(venv, join(into, '.venv'));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A folder of links, not a link: `npm ci` in a checkout empties that folder, and must not empty the one of this machine. */
function linkPackages(folder: string): void {
  const packages = join(root, 'node_modules');
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(packages)) symlinkSync(join(packages, name), join(folder, 'node_modules', name));
}
