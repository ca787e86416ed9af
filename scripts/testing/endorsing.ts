/** Endorsing as the site's form does it, and as whoever opens the mail does. */
import type { Database } from '../../api/database/database.ts';
import type { Agent, Answer, TestApi } from './api.ts';

/** What the form sends, changed where a test wants it otherwise. */
export function form(
  campaign: number,
  { stakeholder = {}, form_metadata = {}, ...rest }: Partial<Record<string, object | string | boolean | null>> = {},
): object {
  return {
    campaign_id: campaign,
    stakeholder: {
      first_name: 'Ada',
      last_name: 'Brook',
      organization: '',
      role: '',
      email: 'ada@example.net',
      street_address: '7 Weir Road',
      city: 'Easton',
      state: 'MD',
      zip_code: '21601',
      type: 'individual',
      email_updates: false,
      ...(stakeholder as object),
    },
    statement: 'Our well went dry in 2019, and nobody had tested it.',
    public_display: true,
    terms_accepted: true,
    org_authorized: false,
    form_metadata: {
      website: '',
      url: '',
      homepage: '',
      confirm_email: '',
      form_start_time: new Date(Date.now() - 60_000).toISOString(),
      referrer: '',
      ...(form_metadata as object),
    },
    ...rest,
  };
}

let visits = 0;

/** Sends a form from an address of its own, unless the test is about the address. */
export function send(agent: Agent, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return agent.send('POST', '/api/endorsements/', body, { ...fromElsewhere(), ...headers });
}

function fromElsewhere(): Record<string, string> {
  visits += 1;
  return { 'X-Forwarded-For': `198.51.${(visits >> 8) % 256}.${visits % 256}` };
}

/** Follows the newest link of an address. */
export async function follow(agent: Agent, database: Pick<Database, 'pool'>, email: string): Promise<Answer> {
  const path = `/api/endorsements/verify/${await tokenFor(database, email)}/`;
  return agent.send('POST', path, undefined, fromElsewhere());
}

/** The token of the newest link that waits in the outbox, or was sent, for an address. */
export async function tokenFor({ pool }: Pick<Database, 'pool'>, email: string): Promise<string> {
  const { rows } = await pool.query<{ token: string }>(
    `select token from outbox join submission on submission.id = outbox.submission
      where recipient = $1 and kind = 'verify' order by outbox.id desc limit 1`,
    [email],
  );
  if (!rows[0]) throw new Error(`No link was sent to ${email}.`);
  return rows[0].token;
}

/** Submits, follows the link of the mail, and says the endorsement's id. */
export async function endorse(
  api: TestApi,
  database: Pick<Database, 'pool'>,
  campaign: number,
  changes: Parameters<typeof form>[1] & { stakeholder: { email: string; [field: string]: unknown } },
): Promise<number> {
  const visitor = await api.visitor();
  const answer = await send(visitor, form(campaign, changes));
  if (answer.status !== 200) throw new Error(`The form was refused: ${answer.text}`);
  const { email } = changes.stakeholder;
  const verified = await follow(visitor, database, email);
  if (verified.status !== 200) throw new Error(`The link was refused: ${verified.text}`);
  const { rows } = await database.pool.query<{ id: number }>(
    `select endorsement.id from endorsement join stakeholder on stakeholder.id = stakeholder
      where email = $1 and campaign = $2`,
    [email, campaign],
  );
  return rows[0]?.id ?? 0;
}
