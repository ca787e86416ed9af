/**
 * Says who is asking and whether they may: a session's cookie with the token against forged requests, or an API key.
 * Public reads look at neither, so that a cache can keep their answers.
 */
import type Koa from 'koa';
import type { Database } from '../database/database.ts';
import { Problem } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { anonymous, type Caller } from './caller.ts';
import { readCookie } from './cookies.ts';
import { refuseForgery } from './forgery.ts';
import { findKey } from './keys.ts';
import { findSession } from './sessions.ts';

export interface AccessOptions {
  readonly database: Pick<Database, 'pool'>;
  /** Signs cookies and tokens. */
  readonly secret: () => Promise<string>;
  /** Origins besides our own that a browser may send writes from, such as `https://www.example.org`. */
  readonly origins: readonly string[];
  /** Cookies over HTTPS only. */
  readonly secureCookies: boolean;
}

export function authorizer(options: AccessOptions) {
  return (ctx: Koa.Context, route: Guarded): Caller | Promise<Caller> => {
    const { access = 'everybody', method, identifies, byLink } = route;
    const isOpen = byLink || (method === 'GET' && access === 'everybody' && !identifies);
    return isOpen ? anonymous : admit(ctx, method, access, options);
  };
}

type Guarded = Pick<Route, 'method' | 'access' | 'identifies' | 'byLink'>;

async function admit(
  ctx: Koa.Context,
  method: Route['method'],
  access: NonNullable<Route['access']>,
  options: AccessOptions,
): Promise<Caller> {
  const caller = await identify(ctx, options);
  if (access !== 'everybody') demand(caller, access);
  if (method !== 'GET' && caller.kind !== 'key') refuseForgery(ctx, caller, await options.secret(), options);
  return caller;
}

/**
 * Who is asking, whatever they may. `Basic` is not for us: a site that is locked with a password has its visitors'
 * browsers send it along with every call.
 */
export async function identify(
  ctx: Koa.Context,
  { database, secret }: Pick<AccessOptions, 'database' | 'secret'>,
): Promise<Caller> {
  const authorization = ctx.get('Authorization');
  if (authorization !== '' && !/^basic /i.test(authorization)) {
    const key = /^Bearer +([\w.-]{1,200})$/i.exec(authorization)?.[1];
    const found = key === undefined ? undefined : await findKey(database, key);
    if (!found) throw unauthorized('This API key is not valid, or not any more.');
    return found;
  }
  const session = readCookie(ctx.get('Cookie'), 'session');
  return (session === '' ? undefined : await findSession(database, await secret(), session)) ?? anonymous;
}

function demand(caller: Caller, access: Exclude<Route['access'], 'everybody' | undefined>): void {
  if (caller.kind === 'anonymous') {
    throw unauthorized('This takes a login (POST /api/staff/session/) or an API key (Authorization: Bearer …).');
  }
  if (access !== 'staff' && !caller.permissions.includes(access)) {
    throw new Problem(403, 'Not allowed', `This takes the permission ${access}, which you do not have.`);
  }
}

export function unauthorized(detail: string): Problem {
  return new Problem(401, 'Not logged in', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="staff"' } });
}
