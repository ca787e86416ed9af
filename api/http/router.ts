/** Finds the route, checks what was asked, limits, answers: the one way from a request to a handler. */
import { createHash } from 'node:crypto';
import type Koa from 'koa';
import type * as z from 'zod/mini';
import { clientOf } from '../limits/client.ts';
import type { RateLimiter } from '../limits/limiter.ts';
import { type Fault, Problem } from './problem.ts';
import type { Route } from './route.ts';

export interface RouterOptions {
  readonly limiter: RateLimiter;
  readonly trustedProxyHops: number;
}

export function router(routes: readonly Route[], options: RouterOptions): Koa.Middleware {
  const table = routes.map((route) => ({ route, match: matcher(route.path) }));

  return async (ctx, next) => {
    const path = ctx.path.length > 1 && ctx.path.endsWith('/') ? ctx.path.slice(0, -1) : ctx.path;
    const candidates = table.flatMap(({ route, match }) => {
      const found = match(path);
      return found ? [{ route, segments: found }] : [];
    });
    if (candidates.length === 0) return next();

    const allow = ['GET', 'HEAD', 'OPTIONS'].join(', ');
    if (ctx.method === 'OPTIONS') {
      ctx.status = 204;
      ctx.set('Allow', allow);
      return;
    }
    const method = ctx.method === 'HEAD' ? 'GET' : ctx.method;
    const chosen = candidates.find(({ route }) => route.method === method);
    if (!chosen) {
      throw new Problem(405, 'Method not allowed', `${ctx.path} takes ${allow}.`, { headers: { Allow: allow } });
    }
    await limit(ctx, chosen.route, options);
    await respond(ctx, chosen.route, chosen.segments);
  };
}

async function respond(ctx: Koa.Context, route: Route, segments: Record<string, string>): Promise<void> {
  const asked = {
    query: check('query', route.queryParameters, ctx.query),
    path: check('path', route.pathParameters, segments),
  };
  const matches = (etag: string) =>
    ctx
      .get('If-None-Match')
      .split(/\s*,\s*/)
      .some((given) => given === '*' || bare(given) === etag);
  const reply = await route.handle(asked, matches);

  const isJson = !(typeof reply.body === 'string' || Buffer.isBuffer(reply.body));
  const body = isJson ? JSON.stringify(reply.body) : (reply.body as string | Buffer);
  ctx.status = reply.status ?? 200;
  ctx.type = reply.type ?? 'application/json';
  ctx.set('Cache-Control', ctx.status === 200 ? (route.cache ?? 'no-store') : 'no-store');
  if (ctx.status === 200 && route.cache !== undefined) {
    const etag = reply.etag ?? createHash('sha256').update(body).digest('base64url').slice(0, 27);
    // Weak, because a compressed answer has the same meaning and other bytes.
    ctx.set('ETag', `W/"${etag}"`);
    if (matches(etag)) {
      ctx.status = 304;
      ctx.body = null;
      return;
    }
  }
  ctx.body = body;
}

async function limit(ctx: Koa.Context, { limit: wanted }: Route, options: RouterOptions): Promise<void> {
  if (!wanted) return;
  const client = clientOf(ctx.req, options.trustedProxyHops);
  const verdict = await options.limiter.take(wanted, client);
  ctx.set({
    'RateLimit-Limit': String(wanted.requests),
    'RateLimit-Remaining': String(verdict.remaining),
    'RateLimit-Reset': String(verdict.resetSeconds),
  });
  if (!verdict.allowed) {
    throw new Problem(429, 'Too many requests', `Please wait ${verdict.resetSeconds} seconds and try again.`, {
      headers: { 'Retry-After': String(verdict.resetSeconds) },
    });
  }
}

function check<T extends z.ZodMiniType>(where: 'query' | 'path', schema: T | undefined, given: unknown): z.infer<T> {
  if (!schema) return undefined as z.infer<T>;
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue): Fault => {
    const name = issue.path.join('.');
    const value = (given as Record<string, unknown>)[name];
    return {
      loc: [where, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))],
      msg: value === undefined ? 'is missing' : Array.isArray(value) ? 'is given more than once' : issue.message,
      type: value === undefined ? 'missing' : issue.code,
    };
  });
  const detail = errors.map(({ loc, msg }) => `${loc.slice(1).join('.')} ${msg}`).join('; ');
  throw new Problem(422, 'Invalid request', `${detail}.`, { errors });
}

function matcher(path: string): (given: string) => Record<string, string> | undefined {
  const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
  return (given) => {
    const found = pattern.exec(given);
    return found
      ? Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, text]) => [name, decode(text)]))
      : undefined;
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem(400, 'Bad request', 'The path has a percent sign that encodes nothing.');
  }
}

function bare(etag: string): string {
  return etag.replace(/^W\//, '').replace(/^"|"$/g, '');
}
