/**
 * Keeps a data folder to one process. Two engines on one folder both open it and lose each other's rows silently
 * (measured: 300 of 600), so the lock is not a courtesy.
 *
 * The lock is a file that names its owner. A dead owner's lock is taken over, so that neither SIGKILL nor a power cut
 * asks anybody to clean up.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

interface Owner {
  readonly pid: number;
  /** When that process started: a number alone may meanwhile belong to another process. */
  readonly started: string;
}

export class FolderInUse extends Error {
  readonly exitCode = 5;
  readonly remedy: string;
  constructor(folder: string, pid: number) {
    super(`The data folder ${folder} is in use by process ${pid}.`);
    this.name = 'FolderInUse';
    this.remedy = `Stop that one (Ctrl-C where it runs, or kill ${pid}) and try again; what was entered is kept. Or use another folder: LOCAL_FOLDER=.local-2.`;
  }
}

/**
 * Takes the lock.
 * @param file the lock file, beside the folder it guards
 * @returns releases it
 * @throws FolderInUse naming the process that has it
 */
export async function lockFolder(folder: string, file: string): Promise<() => void> {
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Owner);
  for (let attempt = 0; attempt < 5; attempt++) {
    if (tryCreate(file, mine)) {
      // Somebody who judged the old lock dead may have moved ours away instead: whoever is in the file, owns it.
      await sleep(20);
      if (read(file) === mine) {
        // Only its own: whoever removed ours by hand may have let another in.
        return () => {
          if (read(file) === mine) rmSync(file, { force: true });
        };
      }
      continue;
    }
    const owner = parse(read(file));
    if (owner && owner.pid !== process.pid && startOf(owner.pid) === owner.started)
      throw new FolderInUse(folder, owner.pid);
    moveAway(file);
  }
  throw new FolderInUse(folder, parse(read(file))?.pid ?? 0);
}

function tryCreate(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function parse(content: string): Owner | undefined {
  try {
    const owner = JSON.parse(content) as Partial<Owner>;
    return typeof owner.pid === 'number' && typeof owner.started === 'string' ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

function moveAway(file: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    rmSync(aside, { force: true });
  } catch {
    // Another process was faster; the next attempt sees what it left.
  }
}

/** When a process started, in whatever form the system has it; '' when there is no such process. */
function startOf(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return '';
  }
  try {
    // The 22nd field, counted after the parenthesised name, which may itself hold spaces and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown';
  } catch {
    return startFromPs(pid);
  }
}

function startFromPs(pid: number): string {
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C' } }).trim() ||
      'unknown'
    );
  } catch {
    return 'unknown';
  }
}
