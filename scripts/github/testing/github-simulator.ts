/**
 * A simulator of GitHub's comments of an issue, over HTTP, in pages as asked for. Whoever writes to it writes as
 * GITHUB_TOKEN does: https://docs.github.com/en/rest/issues/comments
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface SimulatedComment {
  readonly id: number;
  body: string;
  readonly login: string;
}

export interface GitHubSimulator extends AsyncDisposable {
  readonly url: string;
  readonly comments: SimulatedComment[];
  /** `POST /issues/7/comments`, in order. */
  readonly requests: string[];
}

export const simulatedRepository = 'coalition/backend';
export const simulatedToken = 'ghs_simulated';

/** @param existing oldest first */
export async function startGitHubSimulator(
  existing: readonly { readonly login: string; readonly body: string }[] = [],
): Promise<GitHubSimulator> {
  const comments: SimulatedComment[] = existing.map((comment, index) => ({ id: index + 1, ...comment }));
  const requests: string[] = [];
  const shown = ({ id, body, login }: SimulatedComment) => ({
    id,
    body,
    user: { login },
    html_url: `https://github.com/${simulatedRepository}/pull/7#issuecomment-${id}`,
  });

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const path = pathname.replace(`/repos/${simulatedRepository}`, '');
    requests.push(`${request.method} ${path}`);
    const send = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${simulatedToken}`) return send(401, { message: 'Bad credentials' });
    if (request.method === 'GET' && path === '/issues/7/comments') {
      const size = Number(searchParams.get('per_page') ?? 30);
      const from = (Number(searchParams.get('page') ?? 1) - 1) * size;
      return send(200, comments.slice(from, from + size).map(shown));
    }
    if (request.method === 'GET') return send(404, { message: 'Not Found' });
    const { body } = (await json(request)) as { body: string };
    if (body.length > 65_536) return send(422, { message: 'Body is too long (maximum is 65536 characters)' });
    if (request.method === 'POST') {
      const comment = { id: comments.length + 1, body, login: 'github-actions[bot]' };
      comments.push(comment);
      return send(201, shown(comment));
    }
    const comment = comments.find(({ id }) => path === `/issues/comments/${id}`);
    if (!comment) return send(404, { message: 'Not Found' });
    comment.body = body;
    return send(200, shown(comment));
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
