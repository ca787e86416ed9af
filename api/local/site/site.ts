/**
 * A site in place of the frontend, for a laptop: the pages that links in mail lead to, and a form that sends what the
 * frontend's sends. What is in it is the demonstration's; the real site is another program.
 */
import { readFileSync } from 'node:fs';
import type Koa from 'koa';
import type { Database } from '../../database/database.ts';
import { selectPublic } from '../../endorsements/endorsement.ts';
import { stakeholderTypes } from '../../endorsements/submitted.ts';
import { escaped } from '../../http/escaped.ts';
import { states } from '../../regions/states.ts';
import { page } from '../page.ts';

interface Campaign {
  readonly id: number;
  readonly title: string;
  readonly summary: string;
  readonly description: string;
  readonly endorsement_statement: string;
  readonly endorsement_form_instructions: string;
  readonly allow_endorsements: boolean;
}

interface Shown {
  readonly statement: string;
  readonly stakeholder: {
    readonly name: string;
    readonly organization: string;
    readonly city: string;
    readonly state: string | null;
  };
}

const script = '/dev/site.js';

export function demoSite({ pool }: Pick<Database, 'pool'>): Koa.Middleware {
  const code = readFileSync(new URL('./site.js', import.meta.url));

  async function campaignPage(ctx: Koa.Context, name: string): Promise<boolean> {
    const { rows } = await pool.query<Campaign>(
      `select id::integer, title, summary, description, endorsement_statement,
              endorsement_form_instructions, allow_endorsements
         from campaign where name = $1 and active`,
      [name],
    );
    const [campaign] = rows;
    if (!campaign) return false;
    const shown = await pool.query<Shown>(`${selectPublic} order by created_at desc limit 100`, [campaign.id]);
    page(ctx, campaign.title, body(campaign, shown.rows), script);
    return true;
  }

  return async (ctx, next) => {
    if (!['GET', 'HEAD'].includes(ctx.method)) return next();
    if (ctx.path === script) {
      ctx.type = 'text/javascript';
      ctx.set('Cache-Control', 'no-cache');
      ctx.body = code;
      return;
    }
    const campaign = /^\/campaigns\/([a-z0-9-]+)\/?$/.exec(ctx.path)?.[1];
    if (campaign && (await campaignPage(ctx, campaign))) return;
    const token = /^\/verify-endorsement\/([0-9a-f-]{36})\/?$/.exec(ctx.path)?.[1];
    if (!token) return next();
    ctx.set('Referrer-Policy', 'no-referrer');
    page(ctx, 'Your endorsement', `<p role="status" id="verify" data-token="${token}">One moment…</p>`, script);
  };
}

/** @param campaign whose description and instructions were sanitised when they were stored */
function body(campaign: Campaign, shown: readonly Shown[]): string {
  return `
<p>${escaped(campaign.summary)}</p>
${campaign.description}
<h2>${shown.length === 1 ? 'One endorsement' : `${shown.length} endorsements`}</h2>
<ul>${shown.map(entry).join('\n')}</ul>
${campaign.allow_endorsements ? form(campaign) : '<p>This campaign takes no endorsements at the moment.</p>'}
<p><a href="/dev/mail">Mail that was sent</a> · <a href="/">Map</a></p>`;
}

function entry({ statement, stakeholder: { name, organization, city, state } }: Shown): string {
  const who = [name, organization, [city, state].filter(Boolean).join(', ')].filter(Boolean).map(escaped).join(' · ');
  return `<li>${who}${statement ? `<blockquote>${escaped(statement)}</blockquote>` : ''}</li>`;
}

function form({ id, endorsement_statement, endorsement_form_instructions }: Campaign): string {
  const field = (name: string, label: string, attributes = 'required') =>
    `<label>${label}<input name="${name}" ${attributes}></label>`;
  const options = (values: readonly (readonly [value: string, label: string])[]) =>
    // Nobody is the first of a list by default.
    [['', 'Choose…'] as const, ...values]
      .map(([value, label]) => `<option value="${value}">${escaped(label)}</option>`)
      .join('');
  return `
<h2>Endorse it</h2>
<p>${escaped(endorsement_statement)}</p>
${endorsement_form_instructions}
<form id="endorse" data-campaign="${id}" novalidate>
${field('first_name', 'First name', 'required autocomplete="given-name"')}
${field('last_name', 'Last name', 'required autocomplete="family-name"')}
${field('email', 'E-mail', 'required type="email" autocomplete="email"')}
${field('organization', 'Organization, if you sign for one', 'autocomplete="organization"')}
${field('role', 'Role', '')}
<label>You are<select name="type">${options(stakeholderTypes.map((type) => [type, type[0]?.toUpperCase() + type.slice(1)] as const))}</select></label>
${field('street_address', 'Street', 'required autocomplete="street-address"')}
${field('city', 'City', 'required autocomplete="address-level2"')}
<label>State<select name="state" autocomplete="address-level1">${options(states.map(({ postal, name }) => [postal, name] as const))}</select></label>
${field('zip_code', 'ZIP code', 'required autocomplete="postal-code"')}
<label>Statement<textarea name="statement" maxlength="2000"></textarea></label>
<label class="row"><input type="checkbox" name="org_authorized"> I sign for the organization</label>
<label class="row"><input type="checkbox" name="public_display" checked> My name may be shown</label>
<label class="row"><input type="checkbox" name="email_updates"> Send me news</label>
<label class="row"><input type="checkbox" name="terms_accepted"> I accept the terms</label>
<div class="bait" aria-hidden="true">
${['website', 'url', 'homepage', 'confirm_email'].map((name) => `<input name="${name}" tabindex="-1" autocomplete="off">`).join('\n')}
</div>
<p role="status" id="said"></p>
<button>Endorse</button>
</form>`;
}
