/**
 * Errors as a client sees them: `application/problem+json` (RFC 9457). A `Problem` is thrown on purpose and says what
 * is wrong; any other error is ours, and the client learns only its request id.
 */
import type Koa from 'koa';
import type { Log } from '../telemetry/log.ts';

export interface Fault {
  /** Where the fault is: `['query', 'lat']`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

export class Problem extends Error {
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly Fault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    title: string,
    detail: string,
    extra: { errors?: readonly Fault[]; headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(title, { cause: extra.cause });
    this.name = 'Problem';
    this.status = status;
    this.detail = detail;
    this.errors = extra.errors;
    this.headers = extra.headers ?? {};
  }
}

/** Turns whatever is thrown below it into an answer. */
export function problems(log: Log): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status >= 500) log('error', problem.message, { requestId: ctx.state.requestId, error });
      answer(ctx, problem);
      return;
    }
    if (ctx.status === 404 && ctx.body == null) {
      answer(ctx, new Problem(404, 'Not found', `There is nothing at ${ctx.path}.`));
    }
  };
}

function answer(ctx: Koa.Context, problem: Problem): void {
  ctx.status = problem.status;
  ctx.set({ 'Cache-Control': 'no-store', ...problem.headers });
  ctx.body = JSON.stringify({
    type: 'about:blank',
    title: problem.message,
    status: problem.status,
    detail: problem.detail,
    ...(problem.errors ? { errors: problem.errors } : {}),
    request_id: ctx.state.requestId,
  });
  ctx.type = 'application/problem+json';
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnreachable(error)) {
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
 * SQLSTATE classes: 08 connection, 53 resources, 57P server shutting down, 57014 time-out; the rest are the socket's.
 */
function isUnreachable(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (
    typeof code === 'string' &&
    /^(08...|53...|57P0.|57014|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code)
  ) {
    return true;
  }
  // pg reports these two without a code.
  const text = error instanceof Error ? error.message : '';
  return /^(Connection terminated|timeout exceeded when trying to connect|The embedded database)/.test(text);
}
