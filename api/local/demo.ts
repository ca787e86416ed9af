/** A campaign and a site around it, so that a first start shows more than empty lists. */
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { addDemoCrowd } from './demo-crowd.ts';
import { addDemoEndorsements } from './demo-endorsements.ts';

/** Adds the demo to a database that has no campaign at all. @returns whether it did */
export async function addDemoCampaign(database: Pick<Database, 'pool'>): Promise<boolean> {
  return transaction(database, async (client) => {
    const { rowCount } = await client.query('select from campaign limit 1');
    if (rowCount !== 0) return false;
    for (const [text, ...values] of demo) await client.query(text, values);
    await addDemoEndorsements(client);
    await addDemoCrowd(client);
    return true;
  });
}

const demo: ReadonlyArray<readonly [statement: string, ...values: string[]]> = [
  [
    `insert into campaign (name, title, summary, description, endorsement_statement, endorsement_form_instructions)
     values ($1, $2, $3, $4, $5, $6)`,
    'clean-water-for-every-county',
    'Clean Water for Every County',
    'Farmers, teachers, anglers and mayors ask the legislature to test every public well once a year.',
    '<p>One public well in nine has not been tested for ten years. Testing all of them costs less than a single treatment plant.</p>' +
      '<p>This campaign is a demonstration. Nothing that you do here leaves your machine.</p>',
    'I support yearly tests of every public well, with the results published.',
    '<p>Sign as yourself or for your organization.</p>',
  ],
  [
    `insert into bill (campaign, level, number, title, chamber, session, state, introduced_date, status, is_primary)
     select id, 'state', '412', $1, 'state_senate', '2026', 'MN', '2026-02-12', $2, true from campaign`,
    'Yearly testing of public wells (an invented bill)',
    'In committee',
  ],
  [
    `insert into theme (name, description, primary_color, accent_color, link_color, link_hover_color, is_active)
     values ($1, $2, '#0f5f66', '#2f6b2f', '#0f5f66', '#0a4348', true) on conflict do nothing`,
    'River',
    'The theme of the demonstration.',
  ],
  [
    `insert into homepage (organization_name, tagline, hero_title, hero_subtitle, cta_title, cta_content, is_active)
     values ($1, $2, $3, $4, $5, $6, true) on conflict do nothing`,
    'Neighbors for Clean Water',
    'A coalition of people who drink it',
    'Every public well, once a year',
    'A demonstration of what a coalition’s site is made of.',
    'Put your name to it',
    '<p>Legislators count the people of their district. Be one of them.</p>',
  ],
  [
    `insert into content_block (page_type, block_type, title, content, "order") values ('about', 'text', $1, $2, 1)`,
    'Who we are',
    '<p>Two volunteers, a web developer, and whoever signs.</p>',
  ],
  [
    `insert into legal_document (document_type, title, content, version, is_active)
     values ('terms', $1, $2, '1', true) on conflict do nothing`,
    'Terms of Use',
    '<p>These are the terms of a demonstration: be kind, and do not rely on it.</p>',
  ],
];
