/** Finds a checker that is written in Python: on the PATH, or in `.venv`, which is made when it is missing. */
import { execFile } from 'node:child_process';
import { access, constants, copyFile, readFile } from 'node:fs/promises';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { progress } from '../terminal/progress.ts';

const exec = promisify(execFile);
const windows = process.platform === 'win32';
const root = fileURLToPath(new URL('../../', import.meta.url));
const requirementsFile = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** A checker cannot be run here. */
export class ToolMissingError extends Error {
  readonly exitCode = 2;
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'ToolMissingError';
    this.remedy = remedy;
  }
}

/**
 * @returns the path of the executable
 * @throws ToolMissingError where there is neither the tool nor a Python to install it with
 */
export async function pythonTool(
  name: string,
  signal: AbortSignal,
  {
    path = process.env.PATH ?? '',
    venv = join(root, '.venv'),
    requirements = requirementsFile,
    mayInstall = true,
  } = {},
): Promise<string> {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const onPath = await executable(name, folders);
  if (onPath) return onPath;

  const bin = join(venv, windows ? 'Scripts' : 'bin');
  if (mayInstall) {
    // Checkers run side by side, and some of them share a venv.
    const preparing = beingPrepared.get(venv) ?? prepare(name, folders, { venv, bin, requirements }, signal);
    beingPrepared.set(venv, preparing);
    await preparing.finally(() => beingPrepared.delete(venv));
  }
  const installed = await executable(name, [bin]);
  if (installed) return installed;
  throw new ToolMissingError(`${name} is not among what ${relative(root, requirements)} installs.`, 'Add it there.');
}

const beingPrepared = new Map<string, Promise<void>>();

interface Place {
  readonly venv: string;
  readonly bin: string;
  readonly requirements: string;
}

async function prepare(name: string, folders: readonly string[], place: Place, signal: AbortSignal): Promise<void> {
  if (!(await isInstalled(place.venv, place.requirements))) await install(name, folders, place, signal);
}

/** Whether `venv` was made from the requirements as they are now. */
async function isInstalled(venv: string, requirements: string): Promise<boolean> {
  const [wanted, found] = await Promise.all([
    readFile(requirements, 'utf8'),
    readFile(join(venv, 'requirements.txt'), 'utf8').catch(() => undefined),
  ]);
  return wanted === found;
}

async function install(
  name: string,
  folders: readonly string[],
  { venv, bin, requirements }: Place,
  signal: AbortSignal,
): Promise<void> {
  const python = (await executable('python3', folders)) ?? (await executable('python', folders));
  if (!python) {
    throw new ToolMissingError(
      `${name} is not installed, and there is no Python to install it with.`,
      'Install Python 3.10 or newer (https://www.python.org/downloads/), or put the tool on the PATH.',
    );
  }
  const step = progress(`Installing ${name} into .venv`, 0);
  try {
    await exec(python, ['-m', 'venv', venv], { signal });
    const pip = join(bin, windows ? 'python.exe' : 'python');
    await exec(pip, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements], { signal });
    await copyFile(requirements, join(venv, 'requirements.txt'));
    step.end(`Installed ${name} into .venv`);
  } catch (error) {
    step.end();
    signal.throwIfAborted();
    const { stderr = '', message } = error as Error & { stderr?: string };
    const last = stderr.trim().split('\n').at(-1) || message;
    throw new ToolMissingError(`${name} could not be installed into .venv: ${last}`, `Or put ${name} on the PATH.`);
  }
}

export async function executable(name: string, folders: readonly string[]): Promise<string | undefined> {
  const candidates = folders.flatMap((folder) =>
    (windows ? ['.exe', '.cmd'] : ['']).map((end) => join(folder, name + end)),
  );
  for (const candidate of candidates) {
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}
