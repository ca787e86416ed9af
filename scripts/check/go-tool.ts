/** Finds a checker that is written in Go: on the PATH, or built into `.venv` by the Go of this machine. */
import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { progress } from '../terminal/progress.ts';
import { executable, ToolMissingError } from './python-tool.ts';

const exec = promisify(execFile);
const venv = fileURLToPath(new URL('../../.venv', import.meta.url));

/**
 * @param source a package and its version, such as `github.com/rhysd/actionlint/cmd/actionlint@v1.7.12`; the module
 *   proxy's checksum database vouches for what is built
 * @returns the path of the executable
 * @throws ToolMissingError where there is neither the tool nor a Go that builds it
 */
export async function goTool(
  source: string,
  signal: AbortSignal,
  { path = process.env.PATH ?? '', cache = join(venv, 'go'), mayInstall = true } = {},
): Promise<string> {
  const name = /\/([^/@]+)@/.exec(source)?.[1] ?? source;
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  // One folder a version, so that another version is built when another one is asked for.
  const bin = join(cache, source.replaceAll('/', '-'));
  const found = await executable(name, [...folders, bin]);
  if (found) return found;

  const remedy = `Install Go (https://go.dev/dl/), or put ${name} on the PATH.`;
  const go = await executable('go', folders);
  if (!go || !mayInstall)
    throw new ToolMissingError(`${name} is not installed, and there is no Go to build it with.`, remedy);
  const step = progress(`Building ${name}`, 0);
  try {
    await exec(go, ['install', source], { signal, env: { ...process.env, GOBIN: bin, GOFLAGS: '-mod=mod' } });
    step.end(`Built ${name} into .venv`);
  } catch (error) {
    step.end();
    signal.throwIfAborted();
    const { stderr = '', message } = error as Error & { stderr?: string };
    const last = stderr.trim().split('\n').at(-1) || message;
    throw new ToolMissingError(`${name} could not be built: ${last}`, remedy);
  }
  const built = await executable(name, [bin]);
  if (!built) throw new ToolMissingError(`go install ${source} left no ${name}.`, remedy);
  return built;
}
