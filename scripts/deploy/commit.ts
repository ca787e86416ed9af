/** What git knows: which commit this is, and what a template was in another one. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** @returns undefined where this is no clone */
export function commit(): string | undefined {
  return process.env.GITHUB_SHA ?? git('rev-parse', 'HEAD')?.trim();
}

/**
 * @param base a commit, branch or tag
 * @returns reads templates as they were there; undefined where there was none
 * @throws DeployError (2) where there is no such commit here
 */
export function templatesOf(base: string): (path: string) => string | undefined {
  const found = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${base}^{commit}`)?.trim();
  if (!found) {
    throw new DeployError(
      `There is no commit "${base}" here to compare with.`,
      'Name another one with --base, or fetch it: git fetch origin main',
      exitCode.usage,
    );
  }
  return (path) => git('show', `${found}:templates/${path}`);
}

function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
