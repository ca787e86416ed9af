/** The link that each mail carries: a page for a person, JSON for a program. Its token is what lets in; nothing else does. */
import * as z from 'zod/mini';
import { transaction } from '../database/transaction.ts';
import { idText } from '../http/fields.ts';
import { notFound, Problem } from '../http/problem.ts';
import { type Reply, type Route, route } from '../http/route.ts';
import { wantsPage } from '../http/wants-page.ts';
import { ownLinkLimit } from './limits.ts';
import { act, erase, type Own, type OwnAction, ownActions, readOwn } from './own.ts';
import { deadLinkPage, ownPage, ownPageHeaders } from './own-page.ts';
import { readOwnToken } from './own-token.ts';
import type { EndorsementServices } from './public-routes.ts';

const byToken = z.object({ token: z.string() });

const ownSchema = () =>
  z.object({
    status: z.string(),
    campaign: z.string(),
    name: z.string(),
    statement: z.string(),
    public_display: z.boolean(),
    email_updates: z.boolean(),
    message: z.optional(z.string()),
  });

const summaries: Readonly<Record<OwnAction, string>> = {
  hide: 'Take back the consent to be shown',
  show: 'Consent to be shown',
  'no-news': 'Take back the wish for news',
  withdraw: 'Withdraw an endorsement',
  erase: 'Erase everything about the person who endorsed, in every campaign',
};

export function ownRoutes(services: EndorsementServices): readonly Route[] {
  const { database, secret } = services;
  const shared = { pathParameters: byToken, limit: ownLinkLimit, answers: () => ({ 200: ownSchema() }) };

  async function signed(token: string) {
    const read = readOwnToken(await secret(), token);
    if (!read) throw notFound('This is not a link that we have sent: it may be cut off.');
    return read;
  }

  /** A program is told of a link that leads nowhere as of any problem, a person by a page. */
  async function forPeople(accept: string, work: () => Promise<Reply>): Promise<Reply> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem && error.status === 404 && wantsPage(accept))) throw error;
      const body = deadLinkPage(String(error.detail), services.siteUrl);
      return { status: 404, body, type: 'text/html; charset=utf-8', headers: ownPageHeaders };
    }
  }

  return [
    route({
      ...shared,
      method: 'GET',
      path: '/api/endorsements/own/{token}',
      summary: 'One’s own endorsement, by the link in a mail; a page where HTML is asked for',
      handle: ({ path: { token }, header }) =>
        forPeople(header('Accept'), async () => {
          const { id, createdAt } = await signed(token);
          return answer(await readOwn(database.pool as never, id, createdAt), token, header('Accept'));
        }),
    }),
    ...ownActions.map((action) =>
      route({
        ...shared,
        method: 'POST',
        path: `/api/endorsements/own/{token}/${action}`,
        summary: summaries[action],
        byLink: true,
        handle: ({ path: { token }, header, ...who }) =>
          forPeople(header('Accept'), async () => {
            const { own, message } = await act(database, await signed(token), action, who);
            services.outboxFilled();
            return answer(own, token, header('Accept'), message);
          }),
      }),
    ),
    route({
      method: 'DELETE',
      path: '/api/stakeholders/{id}',
      summary: 'Erase a person who asked for it: their details, endorsements and mail',
      access: 'accounts:manage',
      pathParameters: z.object({ id: idText }),
      answers: () => ({ 204: undefined }),
      async handle({ path: { id }, ...who }) {
        await transaction(database, (client) => erase(client, id, who));
        services.outboxFilled();
        return {};
      },
    }),
  ];
}

function answer(own: Own, token: string, accept: string, message?: string): Reply {
  if (wantsPage(accept)) {
    const path = `/api/endorsements/own/${token}/`;
    return { body: ownPage(own, path, message), type: 'text/html; charset=utf-8', headers: ownPageHeaders };
  }
  const { status, campaign, name, statement, public_display, email_updates } = own;
  return {
    body: { status, campaign, name, statement, public_display, email_updates, ...(message ? { message } : {}) },
  };
}
