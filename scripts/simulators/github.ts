/**
 * A simulator of GitHub's REST API, over HTTP, as far as workflows use it: the comments of pull request 7 and issues in
 * pages as asked for, which pull request a commit came with, runs of a workflow, and who is asked before an environment.
 * Whoever writes to it writes as GITHUB_TOKEN does: https://docs.github.com/en/rest
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type SimulatedSettings, settingsAnswer } from './github-settings.ts';

export interface SimulatedComment {
  readonly id: number;
  body: string;
  readonly login: string;
}

/** As GitHub lists them, pull requests are among them. */
export interface SimulatedIssue {
  readonly number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  readonly login: string;
}

export interface GitHubSimulator extends AsyncDisposable {
  readonly url: string;
  /** The oldest first; numbers after that of the pull request. */
  readonly issues: SimulatedIssue[];
  readonly comments: SimulatedComment[];
  /** `POST /issues/7/comments`, in order. */
  readonly requests: string[];
  /** By merge commit. */
  readonly pulls: Map<string, { readonly number: number; readonly head: string }>;
  /** Of `preview.yml`, the newest first. */
  readonly runs: SimulatedRun[];
  /** Environments with required reviewers. */
  readonly reviewed: Set<string>;
  /** Answers the next requests of a method with a status; `although` does what was asked all the same. */
  readonly failures: { method: string; status: number; although?: boolean; headers?: Record<string, string> }[];
}

export interface SimulatedRun {
  readonly id: number;
  readonly head_sha: string;
  readonly event: string;
  readonly conclusion: string | null;
  readonly head_repository: { readonly full_name: string };
}

/** What is read of a request's body. */
interface Given {
  readonly body?: string;
  readonly title?: string;
  readonly state?: 'open' | 'closed';
}

export const simulatedRepository = 'coalition/backend';
export const simulatedToken = 'ghs_simulated';

/** @param existing oldest first */
export async function startGitHubSimulator(
  existing: readonly { readonly login: string; readonly body: string }[] = [],
  repository = simulatedRepository,
  settings?: SimulatedSettings,
): Promise<GitHubSimulator> {
  const comments: SimulatedComment[] = existing.map((comment, index) => ({ id: index + 1, ...comment }));
  const issues: SimulatedIssue[] = [];
  const requests: string[] = [];
  const failures: GitHubSimulator['failures'] = [];
  const pulls: GitHubSimulator['pulls'] = new Map();
  const runs: SimulatedRun[] = [];
  const reviewed = new Set<string>();
  const shown = ({ id, body, login }: SimulatedComment) => ({
    id,
    body,
    user: { login },
    html_url: `https://github.com/${repository}/pull/7#issuecomment-${id}`,
  });

  const listed = ({ number, title, body, state, login }: SimulatedIssue) => ({
    number,
    title,
    body,
    state,
    user: { login },
    html_url: `https://github.com/${repository}/issues/${number}`,
  });
  const page = <T>(all: readonly T[], query: URLSearchParams): readonly T[] => {
    const size = Number(query.get('per_page') ?? 30);
    const from = (Number(query.get('page') ?? 1) - 1) * size;
    return all.slice(from, from + size);
  };

  const get = (path: string, query: URLSearchParams): unknown => {
    if (path === '/issues/7/comments') return page(comments, query).map(shown);
    if (path === '/issues') {
      const wanted = issues.filter(({ state }) => state === (query.get('state') ?? 'open'));
      // The newest first, unless it is asked for otherwise.
      return page(wanted.toReversed(), query).map(listed);
    }
    const [, commit] = /^\/commits\/([0-9a-f]{40})\/pulls$/.exec(path) ?? [];
    if (commit !== undefined) {
      const pull = pulls.get(commit);
      if (!pull) return [];
      return [
        { number: pull.number, merged_at: '2030-01-01T00:00:00Z', merge_commit_sha: commit, head: { sha: pull.head } },
      ];
    }
    if (path === '/actions/workflows/preview.yml/runs') {
      const wanted = runs.filter(
        ({ head_sha: sha, event, conclusion }) =>
          sha === query.get('head_sha') && event === query.get('event') && conclusion === query.get('status'),
      );
      return { total_count: wanted.length, workflow_runs: wanted };
    }
    const [, environment] = /^\/environments\/(\w+)$/.exec(path) ?? [];
    if (environment === undefined) return undefined;
    const reviewers = [{ type: 'User', reviewer: { login: 'ann' } }];
    const rule = { type: 'required_reviewers', prevent_self_review: true, reviewers };
    return { name: environment, protection_rules: reviewed.has(environment) ? [rule] : [{ type: 'branch_policy' }] };
  };

  const write = (method: string, path: string, given: Given): readonly [number, unknown] => {
    const { body = '' } = given;
    if (body.length > 65_536) return [422, { message: 'Body is too long (maximum is 65536 characters)' }];
    if (method === 'POST' && path === '/issues/7/comments') {
      const comment = { id: comments.length + 1, body, login: 'github-actions[bot]' };
      comments.push(comment);
      return [201, shown(comment)];
    }
    if (method === 'POST' && path === '/issues') {
      const { title = '' } = given;
      const number = 8 + issues.length;
      const issue: SimulatedIssue = { number, title, body, state: 'open', login: 'github-actions[bot]' };
      issues.push(issue);
      return [201, listed(issue)];
    }
    const issue = issues.find(({ number }) => path === `/issues/${number}`);
    if (issue && method === 'PATCH') {
      const { title = issue.title, state = issue.state } = given;
      Object.assign(issue, { title, body: given.body ?? issue.body, state });
      return [200, listed(issue)];
    }
    const comment = comments.find(({ id }) => path === `/issues/comments/${id}`);
    if (!comment || method !== 'PATCH') return [404, { message: 'Not Found' }];
    comment.body = body;
    return [200, shown(comment)];
  };

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const path = pathname.replace(`/repos/${repository}`, '');
    const { method = 'GET' } = request;
    requests.push(`${method} ${path}`);
    const given = method === 'GET' ? {} : ((await json(request)) as Given);
    const send = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, headers).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${simulatedToken}`) return send(401, { message: 'Bad credentials' });
    const at = failures.findIndex((failure) => failure.method === method);
    const [failure] = at < 0 ? [] : failures.splice(at, 1);
    if (failure && !failure.although) {
      // A gateway answers in HTML.
      if (failure.status === 502) return response.writeHead(502).end('<html><body>502 Bad Gateway</body></html>');
      return send(failure.status, { message: 'Resource not accessible by integration' }, failure.headers);
    }
    const set = settings && settingsAnswer(settings, method, path, given as Readonly<Record<string, unknown>>);
    if (set && !failure) return response.writeHead(set[0]).end(set[1] === '' ? undefined : JSON.stringify(set[1]));
    const found = method === 'GET' ? get(path, searchParams) : undefined;
    const [status, body] =
      method !== 'GET'
        ? write(method, path, given)
        : found === undefined
          ? [404, { message: 'Not Found' }]
          : [200, found];
    if (failure) return response.writeHead(failure.status).end('<html><body>Bad Gateway</body></html>');
    return send(status, body);
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    issues,
    requests,
    pulls,
    runs,
    reviewed,
    failures,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
