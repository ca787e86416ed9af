/**
 * Errors as a client sees them: `application/problem+json` (RFC 9457), and a page for a browser that asks for one. A
 * `Problem` is thrown on purpose and says what is wrong; any other error is ours, and the client learns only its
 * request id.
 */
import type Koa from 'koa';
import { isRefusedLogin } from '../database/connection-error.ts';
import { DatabaseError } from '../database/database.ts';
import { SettingsError } from '../settings.ts';
import type { Log } from '../telemetry/log.ts';
import { wantsPage } from './wants-page.ts';

export interface Fault {
  /** Where the fault is: `['query', 'lat']`; what a body says is below `['body', 'data']`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

export class Problem extends Error {
  readonly status: number;
  /**
   * One sentence; or, for a 422, the faults. The site's frontend reads both shapes. RFC 9457 (3.1) has a client that
   * expects a string ignore any other value; for that one, `summary` says the faults in one sentence.
   */
  readonly detail: string | readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;
  /** Members beside the standard ones. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    title: string,
    detail: string | readonly Fault[],
    extra: {
      headers?: Readonly<Record<string, string>>;
      members?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(title, { cause: extra.cause });
    this.name = 'Problem';
    this.status = status;
    this.detail = detail;
    this.headers = extra.headers ?? {};
    this.members = extra.members ?? {};
  }
}

/** What was sent is understood and wrong. */
export function invalid(faults: readonly Fault[]): Problem {
  const summary = faults
    .map(({ loc, msg }) => `${loc.slice(loc[0] === 'body' ? 2 : 1).join('.') || 'The body'} ${msg}`)
    .join('; ');
  return new Problem(422, 'Invalid request', faults, { members: { summary: `${summary}.` } });
}

export function notFound(what: string): Problem {
  return new Problem(404, 'Not found', what);
}

/** Turns whatever is thrown below it into an answer. */
export function problems(log: Log): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status >= 500) log('error', problem.message, { requestId: ctx.state.requestId, error });
      await answer(ctx, problem);
      return;
    }
    if (ctx.status === 404 && ctx.body == null) await answer(ctx, notFound(`There is nothing at ${ctx.path}.`));
  };
}

async function answer(ctx: Koa.Context, problem: Problem): Promise<void> {
  ctx.status = problem.status;
  ctx.set({ 'Cache-Control': 'no-store', ...problem.headers });
  if (wantsPage(ctx.get('Accept'))) {
    // Loaded here: programs ask mostly, and a cold start should not pay for people who lost their way.
    const { problemPage, problemPagePolicy } = await import('./problem-page.ts');
    ctx.set('Content-Security-Policy', problemPagePolicy);
    ctx.body = problemPage(problem, ctx.state.requestId);
    ctx.type = 'text/html; charset=utf-8';
    return;
  }
  ctx.body = JSON.stringify({
    type: 'about:blank',
    title: problem.message,
    status: problem.status,
    detail: problem.detail,
    ...problem.members,
    request_id: ctx.state.requestId,
  });
  ctx.type = 'application/problem+json';
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if ((error as { code?: unknown } | null)?.code === 'ERR_INVALID_URL') {
    return new Problem(400, 'Bad request', 'The address of this request is no URL.');
  }
  if (
    isUnreachable(error) ||
    isRefusedLogin(error) ||
    error instanceof SettingsError ||
    error instanceof DatabaseError
  ) {
    return new Problem(503, 'Database unavailable', 'The database does not answer at the moment. Please try again.', {
      headers: { 'Retry-After': '5' },
      cause: error,
    });
  }
  return new Problem(500, 'Internal error', 'Something went wrong on our side. Please mention the request id.', {
    cause: error,
  });
}

/**
 * Whether the database could not be spoken to, which a later try may mend; a wrong statement is a bug and is not.
 * SQLSTATE classes: 08 connection, 40 lost against another transaction, 53 resources, 57P server shutting down, 57014
 * time-out; the rest are the socket's, TLS's, and the AWS SDK's where it asks for the login.
 */
function isUnreachable(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (
    typeof code === 'string' &&
    /^(08...|40...|53...|57P0.|57014|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|CERT_.*|ERR_TLS_.*|.*SELF_SIGNED.*|UNABLE_TO_.*)$/.test(
      code,
    )
  ) {
    return true;
  }
  const { name, $fault } = (error ?? {}) as { name?: unknown; $fault?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError' || $fault === 'server') return true;
  // pg reports these without a code.
  const text = error instanceof Error ? error.message : '';
  return /^(Connection terminated|timeout exceeded when trying to connect|The server does not support SSL|The embedded database)/.test(
    text,
  );
}
