/** Finds the route, asks who may, checks what was asked, limits, answers: the one way from a request to a handler. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type Koa from 'koa';
import type * as z from 'zod/mini';
import type { Caller } from '../access/caller.ts';
import type { Revisions } from '../database/revisions.ts';
import { hopsOf } from '../limits/cdn.ts';
import { clientOf } from '../limits/client.ts';
import type { Limit, RateLimiter } from '../limits/limiter.ts';
import { readJson } from './body.ts';
import { entityTag, tagMatcher } from './entity-tag.ts';
import { type Fault, invalid, Problem } from './problem.ts';
import { readQuery } from './query.ts';
import type { Method, Reply, Route } from './route.ts';
import type { Found } from './route-table.ts';
import { refused } from './too-many.ts';

export interface RouterOptions {
  readonly limiter: RateLimiter;
  readonly trustedProxyHops: number;
  readonly cdnKey?: (() => Promise<string>) | undefined;
  readonly revisions: Revisions;
  /**
   * Says who is asking, where the route cares.
   * @throws Problem 401 for nobody known, 403 for somebody who may not, or without the token against forged requests
   */
  authorize(
    ctx: Koa.Context,
    route: Pick<Route, 'method' | 'access' | 'identifies' | 'byLink'>,
  ): Caller | Promise<Caller>;
}

/** What stands at a path, given without its trailing slash; a promise where its code has to be loaded first. */
export type FindRoute = (path: string) => Found | undefined | Promise<Found | undefined>;

export function router(find: FindRoute, options: RouterOptions): Koa.Middleware {
  // What is known at once is not awaited: each turn costs as much as a header.
  return async (ctx, next) => {
    const { method, path: given } = ctx;
    const path = given.length > 1 && given.endsWith('/') ? given.slice(0, -1) : given;
    const looked = find(path);
    const found = looked instanceof Promise ? await looked : looked;
    if (!found) return next();
    const { methods, segments } = found;

    if (method === 'OPTIONS') {
      ctx.status = 204;
      ctx.set('Allow', allowed(methods));
      return;
    }
    const route = methods.get((method === 'HEAD' ? 'GET' : method) as Method);
    if (!route) {
      const takes = allowed(methods);
      throw new Problem(405, 'Method not allowed', `${given} takes ${takes}.`, { headers: { Allow: takes } });
    }
    ctx.state.route = `${route.method} ${route.path}`;
    const known = options.authorize(ctx, route);
    const caller = known instanceof Promise ? await known : known;
    const passed = hopsOf(ctx.req, options.trustedProxyHops, options.cdnKey);
    const hops = passed instanceof Promise ? await passed : passed;
    const respond = () => answer(ctx, route, segments, caller, hops, options.revisions);
    if (!route.limit) return (await respond())();
    const count = () => limit(ctx, route.limit as Limit, clientOf(ctx.req, hops), options.limiter);
    if (route.countsAlongside) return alongside(respond(), count);
    await count();
    (await respond())();
  };
}

/** Who is over the limit hears that, whatever became of the work; and hears it after the work, so that none is left behind. */
async function alongside(answering: Promise<() => void>, count: () => Promise<void>): Promise<void> {
  // The work is on its way to the database before this process counts.
  const counting = setImmediate().then(count);
  const [answered, counted] = await Promise.allSettled([answering, counting]);
  if (counted.status === 'rejected') throw counted.reason;
  if (answered.status === 'rejected') throw answered.reason;
  answered.value();
}

/** Value of Allow. */
function allowed(methods: Found['methods']): string {
  const others = [...methods.keys()].filter((method) => method !== 'GET');
  return [...(methods.has('GET') ? ['GET', 'HEAD'] : []), ...others, 'OPTIONS'].join(', ');
}

/** Does the work. @returns what sends its answer */
async function answer(
  ctx: Koa.Context,
  route: Route,
  segments: Record<string, string>,
  caller: Caller,
  hops: number,
  revisions: Revisions,
): Promise<() => void> {
  const asked = {
    query: route.queryParameters && check(['query'], route.queryParameters, readQuery(ctx.querystring)),
    path: route.pathParameters && check(['path'], route.pathParameters, segments),
    body: route.requestBody && check(['body', 'data'], route.requestBody, await readJson(ctx)),
    caller,
    get client() {
      return clientOf(ctx.req, hops);
    },
    requestId: ctx.state.requestId,
    header: (name: string) => ctx.get(name),
  };
  const ifNoneMatch = ctx.get('If-None-Match');
  const matches = tagMatcher(ifNoneMatch);
  const etag =
    route.reads && entityTag(await revisions(route.reads), route.path, JSON.stringify(segments), ctx.querystring);
  // `*` stands for whatever is there, which only the work itself can tell.
  const isKnown = etag !== undefined && ifNoneMatch.trim() !== '*' && matches(etag);
  const reply: Reply = isKnown ? { status: 304, etag } : await route.handle(asked, matches);
  // Weakly, though RFC 9110 has it strong: ours are all weak, and a client asks whether the answer still says the same.
  const wanted = ctx.get('If-Match');
  const isWanted = wanted === '' ? undefined : tagMatcher(wanted);
  return () => send(ctx, route, etag === undefined ? reply : { ...reply, etag }, matches, isWanted);
}

function send(
  ctx: Koa.Context,
  route: Route,
  reply: Reply,
  matches: (etag: string) => boolean,
  isWanted: (etag: string) => boolean = () => true,
): void {
  const status = reply.status ?? (reply.body === undefined ? 204 : 200);
  ctx.status = status;
  ctx.res.setHeader('Cache-Control', 'no-store');
  for (const name in reply.headers) ctx.set(name, reply.headers[name] as string | string[]);
  if (reply.body instanceof Readable) {
    ctx.type = reply.type ?? 'application/octet-stream';
    // Who asks for the head alone gets no row read for them.
    if (ctx.method === 'HEAD') reply.body.destroy();
    ctx.body = ctx.method === 'HEAD' ? '' : reply.body;
    return;
  }
  const isJson = !(typeof reply.body === 'string' || Buffer.isBuffer(reply.body));
  const body = isJson ? JSON.stringify(reply.body) : (reply.body as string | Buffer);
  if ((status === 200 || status === 304) && route.cache !== undefined) {
    if (reply.headers?.['Cache-Control'] === undefined) ctx.set('Cache-Control', route.cache);
    const etag = reply.etag ?? createHash('sha256').update(body).digest('base64url').slice(0, 27);
    // Weak, because a compressed answer has the same meaning and other bytes.
    ctx.set('ETag', `W/"${etag}"`);
    if (!isWanted(etag))
      throw new Problem(412, 'Precondition failed', 'This has changed: If-Match names no current version.');
    if (matches(etag)) {
      ctx.status = 304;
      ctx.body = null;
      return;
    }
  }
  if (body === undefined) {
    ctx.body = null;
    return;
  }
  // First, or Koa would guess one from the body.
  if (reply.type === undefined) ctx.res.setHeader('Content-Type', 'application/json; charset=utf-8');
  else ctx.type = reply.type;
  ctx.body = body;
}

async function limit(ctx: Koa.Context, wanted: Limit, client: string, limiter: RateLimiter): Promise<void> {
  const verdict = await limiter.take(wanted, client);
  if (verdict.counted) {
    ctx.set({
      'RateLimit-Limit': String(wanted.requests),
      'RateLimit-Remaining': String(verdict.remaining),
      'RateLimit-Reset': String(verdict.resetSeconds),
    });
  }
  if (!verdict.allowed) throw refused(verdict);
}

function check<T extends z.ZodMiniType>(where: readonly string[], schema: T, given: unknown): z.infer<T> {
  const result = schema.safeParse(given, { error: wording });
  if (result.success) return result.data;
  throw invalid(result.error.issues.map((issue) => faultOf(where, issue, given)));
}

function faultOf(where: readonly string[], issue: z.core.$ZodIssue, given: unknown): Fault {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const value = issue.path.reduce<unknown>(
    (inside, part) => (inside as Record<PropertyKey, unknown> | null | undefined)?.[part],
    given,
  );
  const loc = [...where, ...path];
  if (value === undefined) return { loc, msg: 'is missing', type: 'missing' };
  if (where[0] === 'query' && Array.isArray(value)) {
    return { loc, msg: 'is given more than once', type: issue.code };
  }
  if (issue.code === 'unrecognized_keys') {
    // Named by the client, so cut to what an error needs.
    const names = issue.keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 40)));
    return { loc, msg: `has fields that do not exist here: ${names.join(', ')}`, type: issue.code };
  }
  return { loc, msg: issue.message, type: issue.code };
}

/**
 * What is said where a schema says nothing itself. Handed to each parse, because zod's own words depend on which of its
 * entries the process has loaded first.
 */
function wording(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `is none of ${issue.values.join(', ')}`;
    case 'invalid_type':
      return `is not ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
    default:
      return 'is not valid';
  }
}
