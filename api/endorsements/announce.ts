/** Puts what is to be sent into the outbox, in the transaction that gives reason to: neither exists without the other. */

interface Client {
  query(text: string, values: unknown[]): Promise<unknown>;
}

export const webhookEvents = ['endorsement.verified', 'endorsement.approved', 'endorsement.withdrawn'] as const;

export type WebhookEvent = (typeof webhookEvents)[number];

export interface Later {
  /** The decision that gives reason: its undo takes this back. */
  readonly review?: number;
  /** Seconds that it is held back. */
  readonly holdSeconds?: number;
  /** The person is being erased: the event outlives them. */
  readonly outlives?: boolean;
}

/** Tells every webhook that asked for this event. What it hears is public or no more than an id. */
export async function announce(
  client: Client,
  event: WebhookEvent,
  endorsement: number,
  later: Later = {},
): Promise<void> {
  await client.query(
    `insert into outbox (channel, kind, webhook, endorsement, review, due_at, data)
     select 'webhook', $1, webhook.id, case when $5 then null else endorsement.id end, $3,
            now() + make_interval(secs => $4),
            jsonb_build_object('endorsement', jsonb_build_object(
              'id', endorsement.id, 'status', endorsement.status, 'verified_at', endorsement.verified_at,
              'campaign', jsonb_build_object('id', campaign.id, 'name', campaign.name)))
       from webhook, endorsement join campaign on campaign.id = endorsement.campaign
      where webhook.active and $1 = any(webhook.events) and endorsement.id = $2`,
    [event, endorsement, later.review ?? null, later.holdSeconds ?? 0, later.outlives ?? false],
  );
}

/** Reviewers hear at most once in this time, however many endorsements there are. */
export const digestMinutes = 15;

/** One mail to each reviewer about all that waits, at the end of the quarter of an hour. */
export async function askForReview(client: Client, reviewers: readonly string[]): Promise<void> {
  if (reviewers.length === 0) return;
  await client.query(
    `with quarter as (
       select to_timestamp((floor(extract(epoch from now()) / $2) + 1) * $2) as ends)
     insert into outbox (channel, kind, recipient, due_at, dedupe)
     select 'mail', 'review', address, ends, 'review ' || address || ' ' || extract(epoch from ends)::bigint
       from unnest($1::text[]) address, quarter
     on conflict (dedupe) do nothing`,
    [reviewers, digestMinutes * 60],
  );
}
