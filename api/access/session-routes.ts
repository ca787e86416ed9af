/** Logging in and out, and the token against forged requests. */
import * as z from 'zod/mini';
import { transaction } from '../database/transaction.ts';
import { email } from '../http/fields.ts';
import { invalid, Problem } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import { refused } from '../http/too-many.ts';
import type { Limit, RateLimiter } from '../limits/limiter.ts';
import { named } from '../openapi/named.ts';
import { type AccessOptions, unauthorized } from './access.ts';
import { password, refuseGuessable } from './accounts.ts';
import { audit } from './audit.ts';
import { anonymous, type Caller } from './caller.ts';
import { cookie, csrfCookie, sessionSeconds } from './cookies.ts';
import { forgeryToken } from './forgery.ts';
import { hashPassword, verifyPassword } from './password.ts';
import type { Role } from './permissions.ts';
import { digest } from './sealed.ts';
import { closeAllSessions, closeSession, openSession, staff } from './sessions.ts';

export interface SessionServices extends AccessOptions {
  readonly limiter: RateLimiter;
}

/** One client's tries, and tries at one account from anywhere: a botnet has many addresses. */
export const loginLimit: Limit = { action: 'login', requests: 20, windowSeconds: 300 };
/** Guesses that nobody counts are guesses without end. */
export const accountLimit: Limit = {
  action: 'login-account',
  requests: 10,
  windowSeconds: 300,
  uncounted: 'refuse',
};
const passwordLimit: Limit = { action: 'password', requests: 20, windowSeconds: 300 };

const callerSchema = named('Caller', () =>
  z.object({
    kind: z.enum(['staff', 'key']),
    name: z.string(),
    email: z.optional(z.string()),
    role: z.optional(z.string()),
    permissions: z.array(z.string()),
  }),
);

export function sessionRoutes(services: SessionServices): readonly Route[] {
  const { database, secret, secureCookies, limiter } = services;

  /** Whoever guesses a password, by logging in or in a stolen session, has as many tries as the account has. */
  async function countTry(email: string): Promise<void> {
    const verdict = await limiter.take(accountLimit, digest(email).toString('base64url'));
    if (!verdict.allowed) throw refused(verdict);
  }

  /** The cookies of a browser that is this caller from now on. */
  const cookiesFor = (caller: Caller, token: string, sessionToken?: string) => [
    ...(sessionToken === undefined
      ? []
      : [
          cookie({
            name: 'session',
            value: sessionToken,
            maxAgeSeconds: sessionToken ? sessionSeconds : 0,
            secure: secureCookies,
          }),
        ]),
    csrfCookie(token, secureCookies, caller.kind === 'staff'),
  ];

  return [
    route({
      method: 'GET',
      path: '/api/csrf-token',
      summary: 'A token that every write has to send back as X-CSRFToken, beside the cookie that this sets',
      access: 'everybody',
      identifies: true,
      answers: () => ({ 200: z.object({ csrf_token: z.string() }) }),
      async handle({ caller }) {
        const token = forgeryToken(await secret(), caller);
        return { body: { csrf_token: token }, headers: { 'Set-Cookie': cookiesFor(caller, token) } };
      },
    }),
    route({
      method: 'GET',
      path: '/api/staff/session',
      summary: 'Who is logged in, or whose key this is',
      access: 'staff',
      answers: () => ({ 200: callerSchema() }),
      handle: async ({ caller }) => ({ body: described(caller) }),
    }),
    route({
      method: 'POST',
      path: '/api/staff/session',
      summary: 'Log in',
      requestBody: z.strictObject({
        email,
        password: z.string('is not text').check(z.maxLength(200, 'is longer than 200 characters')),
      }),
      answers: () => ({ 200: z.object({ ...callerSchema().shape, csrf_token: z.string() }) }),
      limit: loginLimit,
      async handle({ body, requestId }) {
        await countTry(body.email);
        const { rows } = await database.pool.query<{
          id: number;
          email: string;
          name: string;
          role: Role;
          password_hash: string;
        }>('select id, email, name, role, password_hash from account where email = $1 and active', [body.email]);
        const account = rows[0];
        if (!(await verifyPassword(body.password, account?.password_hash)) || !account) {
          throw unauthorized('This e-mail address and password do not belong together.');
        }
        const { caller, sessionToken } = await transaction(database, async (client) => {
          const sessionToken = await openSession(client, await secret(), account.id);
          const caller = staff(account, sessionToken);
          await client.query('update account set last_login_at = now() where id = $1', [account.id]);
          await audit(client, { caller, requestId }, { action: 'login', resource: 'account', id: account.id });
          return { caller, sessionToken };
        });
        const token = forgeryToken(await secret(), caller);
        return {
          body: { ...described(caller), csrf_token: token },
          headers: { 'Set-Cookie': cookiesFor(caller, token, sessionToken) },
        };
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/staff/session',
      summary: 'Log out',
      access: 'staff',
      answers: () => ({ 204: undefined }),
      async handle({ caller, requestId }) {
        if (caller.kind !== 'staff') throw new Problem(400, 'Bad request', 'A key has no session to end.');
        await transaction(database, async (client) => {
          await closeSession(client, caller);
          await audit(client, { caller, requestId }, { action: 'logout', resource: 'account', id: caller.account });
        });
        return { headers: { 'Set-Cookie': cookiesFor(anonymous, forgeryToken(await secret(), anonymous), '') } };
      },
    }),
    route({
      method: 'POST',
      path: '/api/staff/password',
      summary: 'Change your own password; every other session of yours ends',
      access: 'staff',
      requestBody: z.strictObject({ current_password: z.string('is not text'), password }),
      answers: () => ({ 204: undefined }),
      limit: passwordLimit,
      async handle({ body, caller, requestId }) {
        if (caller.kind !== 'staff') throw new Problem(403, 'Not allowed', 'A key has no password.');
        refuseGuessable(body.password, caller);
        await countTry(caller.email);
        const { rows } = await database.pool.query<{ password_hash: string }>(
          'select password_hash from account where id = $1',
          [caller.account],
        );
        if (!(await verifyPassword(body.current_password, rows[0]?.password_hash))) {
          throw invalid([{ loc: ['body', 'data', 'current_password'], msg: 'is not your password', type: 'wrong' }]);
        }
        const hash = await hashPassword(body.password);
        await transaction(database, async (client) => {
          await client.query('update account set password_hash = $2 where id = $1', [caller.account, hash]);
          await closeAllSessions(client, caller.account, caller);
          await audit(
            client,
            { caller, requestId },
            { action: 'change', resource: 'account', id: caller.account, after: { password: 'changed' } },
          );
        });
        return {};
      },
    }),
  ];
}

function described(caller: Caller) {
  if (caller.kind === 'anonymous') throw new Error('Nobody in particular has no description.');
  const { kind, name, permissions } = caller;
  return { kind, name, permissions, ...(caller.kind === 'staff' ? { email: caller.email, role: caller.role } : {}) };
}
