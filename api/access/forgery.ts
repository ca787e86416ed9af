/**
 * Against requests that another site makes a browser send: the token of the `csrftoken` cookie has to come back in
 * `X-CSRFToken`, signed by us and for this very session, and the request's origin has to be one of ours.
 */
import type Koa from 'koa';
import { Problem } from '../http/problem.ts';
import type { Caller } from './caller.ts';
import { csrfCookie, readCookie } from './cookies.ts';
import { isSame, isSealed, seal } from './sealed.ts';

export function forgeryToken(secret: string, caller: Caller): string {
  return seal(secret, purpose(caller));
}

/**
 * @throws Problem 403; with a good token in its cookie, because the site's frontend sends back whatever token its
 * cookie holds: one that has gone stale (the session ended, the secret changed) would shut a visitor out for a year
 */
export function refuseForgery(
  ctx: Koa.Context,
  caller: Caller,
  secret: string,
  { origins, secureCookies }: { readonly origins: readonly string[]; readonly secureCookies: boolean },
): void {
  const origin = ctx.get('Origin');
  if (origin !== '' && !isOurs(ctx, origin, origins)) {
    throw new Problem(403, 'Not allowed', 'Requests from this origin are not accepted.');
  }
  const given = ctx.get('X-CSRFToken');
  if (
    given === '' ||
    !isSame(given, readCookie(ctx.get('Cookie'), 'csrftoken')) ||
    !isSealed(secret, purpose(caller), given)
  ) {
    throw new Problem(
      403,
      'Not allowed',
      'The CSRF token is missing or not for this session. GET /api/csrf-token/ gives one: send it as X-CSRFToken, with the cookie.',
      { headers: { 'Set-Cookie': csrfCookie(forgeryToken(secret, caller), secureCookies, caller.kind === 'staff') } },
    );
  }
}

/** A token for one session is none for another, nor for a visitor. */
function purpose(caller: Caller): string {
  return caller.kind === 'staff' ? `csrf ${caller.session}` : 'csrf';
}

/**
 * A browser cannot be made to send X-Forwarded-Host across sites without asking first, so a forger cannot choose it;
 * behind a rewrite it is the address that the visitor sees.
 */
function isOurs(ctx: Koa.Context, origin: string, origins: readonly string[]): boolean {
  if (origins.includes(origin)) return true;
  const host = URL.canParse(origin) ? new URL(origin).host : undefined;
  return host !== undefined && [ctx.get('Host'), ctx.get('X-Forwarded-Host')].includes(host);
}
