/** What the site calls: the public list, the form, the link of its mail. Paths, fields and statuses are the contract's. */
import * as z from 'zod/mini';
import type { Campaign } from '../campaigns/campaign.ts';
import type { EditingServices } from '../content/editable.ts';
import { email, id, idText } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { notFound, Problem } from '../http/problem.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import type { RateLimiter } from '../limits/limiter.ts';
import {
  campaignsOf,
  type Endorsement,
  endorsementSchema,
  publicEndorsementSchema,
  selectPublic,
} from './endorsement.ts';
import { count, countAddress, resendLimit, submitLimit, verifyLimit } from './limits.ts';
import { newestFirst } from './queue.ts';
import type { Akismet } from './spam/akismet.ts';
import { disposableDomains } from './spam/disposable.ts';
import { fingerprint } from './spam/fingerprint.ts';
import { judge } from './spam/score.ts';
import { type Sender, similarStatements, submit } from './submit.ts';
import { type Submitted, submitted } from './submitted.ts';
import { resend, verify } from './verify.ts';

export interface EndorsementServices extends EditingServices {
  readonly limiter: RateLimiter;
  readonly secret: () => Promise<string>;
  /** Address of the public site, without a slash at its end. */
  readonly siteUrl: string;
  /** Addresses that hear of what waits for review. */
  readonly reviewers: readonly string[];
  readonly akismet?: Akismet | undefined;
  /** Called when something new is in the outbox. */
  readonly outboxFilled: () => void;
}

const done = z.object({ success: z.boolean(), message: z.string() });

export function publicRoutes(services: EndorsementServices): readonly Route[] {
  const { database } = services;
  return [
    route({
      method: 'GET',
      path: '/api/endorsements',
      summary: 'Endorsements that everybody may see, newest first',
      cache: publicCache,
      reads: ['shown_endorsement', 'campaign', 'image'],
      queryParameters: z.object({ ...pageQuery, campaign_id: z.optional(idText) }),
      answers: () => ({ 200: z.array(publicEndorsementSchema()) }),
      async handle({ query: { campaign_id, ...page } }) {
        const reply = await listed<{ campaign: number }>(database.pool, {
          name: 'public-endorsements',
          select: selectPublic,
          values: [campaign_id ?? null],
          order: newestFirst,
          path: '/api/endorsements',
          page: { campaign_id, ...page },
        });
        const about = await campaignsOf(services, reply.body);
        return { ...reply, body: reply.body.map((row) => ({ ...row, campaign: about.get(row.campaign) })) };
      },
    }),
    route({
      method: 'POST',
      path: '/api/endorsements',
      summary:
        'Endorse a campaign; a mail asks the address to confirm, and the answer tells nobody whether it is known',
      requestBody: submitted,
      answers: () => ({ 200: endorsementSchema() }),
      handle: async ({ body, client, header }) => ({
        body: await take(services, body, { ip: client, userAgent: header('User-Agent') }),
      }),
    }),
    route({
      method: 'POST',
      path: '/api/endorsements/verify/{token}',
      summary: 'Confirm an endorsement with the token of its mail',
      pathParameters: z.object({ token: z.string() }),
      answers: () => ({ 200: z.object({ ...done.shape, status: z.string() }) }),
      limit: verifyLimit,
      async handle({ path: { token } }) {
        if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(token)) {
          throw new Problem(400, 'Bad request', 'This is not a link that we have sent: it may be cut off.');
        }
        const verified = await verify(database, token, services.reviewers);
        services.outboxFilled();
        return { body: verified };
      },
    }),
    route({
      method: 'POST',
      path: '/api/endorsements/resend-verification',
      summary: 'Send the link again, if there is an endorsement that waits for it; the answer is the same if not',
      requestBody: z.object({ email, campaign_id: id }),
      answers: () => ({ 200: done }),
      async handle({ body, client }) {
        await count(services.limiter, resendLimit, client);
        await countAddress(services.limiter, body.email);
        await resend(database, body.email, body.campaign_id);
        services.outboxFilled();
        const message = 'If an endorsement of this address waits to be confirmed, the link is on its way again.';
        return { body: { success: true, message } };
      },
    }),
  ];
}

async function take(services: EndorsementServices, body: Submitted, sender: Sender): Promise<Endorsement> {
  const campaign = await openCampaign(services, body.campaign_id);
  if (!body.terms_accepted) throw new Problem(400, 'Terms not accepted', 'Please accept the terms to endorse.');
  await count(services.limiter, submitLimit, sender.ip);
  await countAddress(services.limiter, body.stakeholder.email);
  const print = fingerprint(body.statement);
  const [isDisposable, similar, further, secret] = await Promise.all([
    disposableDomains(),
    similarStatements(services.database, body, print),
    services.akismet?.ask(body, sender) ?? [],
    services.secret(),
  ]);
  const judgement = judge(body, { now: Date.now(), isDisposable, similarStatements: similar, further });
  await submit(services.database, secret, body, print, judgement, sender);
  services.outboxFilled();
  return echo(body, campaign, new Date());
}

async function openCampaign(services: EndorsementServices, wanted: number): Promise<Campaign> {
  const campaign = (await campaignsOf(services, [{ campaign: wanted }])).get(wanted);
  if (!campaign?.active) throw notFound(`No campaign ${wanted} is active.`);
  if (!campaign.allow_endorsements) {
    throw new Problem(400, 'Not open', 'This campaign does not take endorsements at the moment.');
  }
  return campaign;
}

/**
 * The answer is made of what was sent and of nothing that we know: whether the address is known, what was said from it
 * before, and whether this was taken for spam all answer alike. An id would tell, so there is none.
 */
function echo(
  { stakeholder, statement, public_display, org_authorized }: Submitted,
  campaign: Campaign,
  now: Date,
): Endorsement {
  const { county: _, state: __, ...sent } = stakeholder;
  const at = now.toISOString();
  const nowhere = { congressional_district: null, state_senate_district: null, state_house_district: null };
  const unnamed = Object.keys(nowhere).flatMap((name) => [
    [`${name}_name`, null],
    [`${name}_abbrev`, null],
  ]);
  return {
    id: 0,
    stakeholder: {
      id: 0,
      ...sent,
      name: `${sent.first_name} ${sent.last_name}`,
      created_at: at,
      updated_at: at,
      state: null,
      county: null,
      ...nowhere,
      ...Object.fromEntries(unnamed),
      latitude: null,
      longitude: null,
    } as Endorsement['stakeholder'],
    campaign,
    statement,
    public_display,
    email_verified: false,
    verified_at: null,
    status: 'pending',
    reviewed_by: null,
    reviewed_at: null,
    terms_accepted: true,
    terms_accepted_at: at,
    org_authorized,
    created_at: at,
    updated_at: at,
  };
}
