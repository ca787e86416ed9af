/** GitHub's REST API, as far as a step of a workflow needs it. */
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

export class GitHubError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode;
  constructor(message: string, remedy: string, code: ExitCode = exitCode.failed) {
    super(message);
    this.name = 'GitHubError';
    this.remedy = remedy;
    this.exitCode = code;
  }
}

export interface GitHub {
  /** `owner/name` */
  readonly repository: string;
  /** @param path below `/repos/<owner>/<name>`, such as `/issues/7/comments` */
  request(method: 'GET' | 'PATCH' | 'POST', path: string, body?: object): Promise<unknown>;
}

const requestTimeoutMs = 15_000;

/**
 * From the variables that every step has (GITHUB_REPOSITORY, GITHUB_API_URL), and GITHUB_TOKEN, which a step is given.
 * @throws GitHubError (2) where one of them is missing
 */
export function openGitHub(signal: AbortSignal, variables: NodeJS.ProcessEnv = process.env): GitHub {
  const {
    GITHUB_TOKEN: token,
    GITHUB_REPOSITORY: repository,
    GITHUB_API_URL: api = 'https://api.github.com',
  } = variables;
  if (!token || !repository) {
    const missing = [...(token ? [] : ['GITHUB_TOKEN']), ...(repository ? [] : ['GITHUB_REPOSITORY'])];
    throw new GitHubError(
      `The variable ${missing.join(' and ')} is not set.`,
      'A step of a workflow has GITHUB_REPOSITORY; GITHUB_TOKEN has to be given to it, by env.',
      exitCode.usage,
    );
  }
  return {
    repository,
    async request(method, path, body) {
      const response = await fetch(`${api}/repos/${repository}${path}`, {
        method,
        headers: {
          Accept: 'application/vnd.github+json',
          Authorization: `Bearer ${token}`,
          'User-Agent': 'coalition-builder',
          'X-GitHub-Api-Version': '2022-11-28',
        },
        signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
        ...(body && { body: JSON.stringify(body) }),
      }).catch((error: Error) => {
        signal.throwIfAborted();
        throw new GitHubError(`${api} does not answer (${error.message}).`, 'Run the job again.');
      });
      if (response.ok) return response.json();
      const { message = response.statusText } = (await response.json().catch(() => ({}))) as { message?: string };
      throw new GitHubError(
        `GitHub answers ${method} ${path} with ${response.status}: ${message}`,
        adviceFor(response.status),
      );
    },
  };
}

function adviceFor(status: number): string {
  if (status === 401) return 'Give the step a token that has not expired.';
  // GitHub answers 404, too, where a token may not know that there is something.
  if (status === 403 || status === 404) return 'Grant the job pull-requests: write, and check the number.';
  return 'Run the job again.';
}
