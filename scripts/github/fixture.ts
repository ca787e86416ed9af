/** What the tests of what we write on GitHub share. */
import { execFile } from 'node:child_process';
import { simulatedRepository, simulatedToken } from '../simulators/github.ts';

export interface Ended {
  readonly status: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

export function node(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });
}

/** The variables of a step that was given a token. */
export const stepOf = (run: number, url: string | undefined): NodeJS.ProcessEnv => ({
  GITHUB_TOKEN: simulatedToken,
  GITHUB_REPOSITORY: simulatedRepository,
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_API_URL: url,
  GITHUB_RUN_ID: String(run),
});

/** What GITHUB_TOKEN writes as. */
export const ours = 'github-actions[bot]';
