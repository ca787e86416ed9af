/** GitHub's REST API, as far as a step of a workflow needs it. */
import { setTimeout } from 'node:timers/promises';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

export class GitHubError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode;
  /** Whether it may be otherwise in a moment: GitHub was busy, or not to be reached. */
  readonly passes: boolean;
  /** Of the answer; undefined where there was none. */
  readonly status: number | undefined;
  constructor(
    message: string,
    remedy: string,
    code: ExitCode = exitCode.failed,
    { passes = false, status }: { readonly passes?: boolean; readonly status?: number } = {},
  ) {
    super(message);
    this.name = 'GitHubError';
    this.remedy = remedy;
    this.exitCode = code;
    this.passes = passes;
    this.status = status;
  }
}

export interface GitHub {
  /** `owner/name` */
  readonly repository: string;
  /** @param path below `/repos/<owner>/<name>`, such as `/issues/7/comments` */
  request(method: 'GET' | 'PATCH' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown>;
}

const requestTimeoutMs = 15_000;

/**
 * What passes is asked again, except for POST. From the variables that every step has (GITHUB_REPOSITORY, GITHUB_API_URL), and GITHUB_TOKEN, which a step is given.
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
  const pauses = isLocal(api) ? [10, 20] : [1000, 4000];
  return {
    repository,
    async request(method, path, body) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await ask(method, path, body);
        } catch (error) {
          const pause = pauses[attempt];
          // What was asked for twice would be there twice: who posts has to look first, and then ask again.
          if (!(error instanceof GitHubError) || !error.passes || method === 'POST' || pause === undefined) throw error;
          await setTimeout(pause, undefined, { signal });
        }
      }
    },
  };

  async function ask(method: string, path: string, body: object | undefined): Promise<unknown> {
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
      throw new GitHubError(`${api} does not answer (${error.message}).`, 'Run the job again.', exitCode.failed, {
        passes: true,
      });
    });
    const text = await response.text();
    // What was set has nothing to say for itself.
    if (response.ok && text === '' && method !== 'GET') return {};
    const read = parsed(text);
    if (response.ok && read !== undefined) return read;
    const { message = response.statusText } = (read ?? {}) as { message?: string };
    const said = response.ok ? 'something that is no JSON' : `${response.status}: ${message}`;
    throw new GitHubError(
      `GitHub answers ${method} ${path} with ${said}`,
      adviceFor(response, method, path),
      exitCode.failed,
      { passes: response.ok || response.status >= 500, status: response.status },
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether requests stay on this machine: a simulator. */
const isLocal = (api: string) => /^http:\/\/127\./.test(api);

function adviceFor({ status, headers }: Response, method: string, path: string): string {
  if (status === 401) return 'Give the step a token that has not expired.';
  const wait = headers.get('retry-after');
  if (wait !== null || headers.get('x-ratelimit-remaining') === '0')
    return `GitHub wants it slower: run the job again in ${wait === null ? 'an hour' : `${wait} seconds`}.`;
  if (/^\/(environments|actions\/variables)/.test(path) && (status === 403 || status === 404))
    return 'Use the token of somebody who administers the repository: GITHUB_TOKEN=$(gh auth token)';
  // GitHub answers 404, too, where a token may not know that there is something.
  if (status === 403 || status === 404)
    return method === 'GET'
      ? 'Grant the job the permission to read it, and check the number.'
      : `Grant the job ${path.includes('/comments') ? 'pull-requests' : 'issues'}: write, and check the number.`;
  if (status === 410) return 'The repository has no issues: Settings, General, Features.';
  return 'Run the job again.';
}
