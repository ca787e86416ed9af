/** A small site's worth of rows, for tests of what reads them. */
import type { Database } from '../../api/database/database.ts';

export interface Content {
  readonly image: number;
  readonly video: number;
  readonly campaign: number;
  readonly theme: number;
  readonly homepage: number;
  readonly block: number;
  readonly terms: number;
  readonly legislator: number;
  readonly bill: number;
  readonly stakeholder: number;
}

/** One row of everything, all of it public, and beside each one that is not. */
export async function addContent({ pool }: Pick<Database, 'pool'>): Promise<Content> {
  const add = async (text: string, ...values: unknown[]): Promise<number> => {
    const { rows } = await pool.query<{ id: number }>(`${text} returning id::integer`, values);
    return rows[0]?.id ?? 0;
  };
  const image = await add(
    `insert into image (file, content_type, bytes, title, alt_text, author) values
     ('images/river.jpg', 'image/jpeg', 10, 'River', 'A river at dawn', 'Ann Fisher')`,
  );
  const video = await add(
    `insert into video (file, content_type, bytes, title, alt_text, muted) values
     ('videos/river.mp4', 'video/mp4', 10, 'River', 'A river in motion', true)`,
  );
  const campaign = await add(
    `insert into campaign (name, title, summary, image) values ('clean-water', 'Clean Water', 'Tom & Ann: 5 < 10', $1)`,
    image,
  );
  await add(`insert into campaign (name, title, active) values ('hidden', 'Hidden', false)`);
  const theme = await add(
    `insert into theme (name, logo, is_active, custom_css) values ('Bay', $1, true, '.a { top: 0 }')`,
    image,
  );
  await add(`insert into theme (name) values ('Plain')`);
  const homepage = await add(
    `insert into homepage (organization_name, hero_background_image, hero_background_video, is_active) values
     ('Stewards', $1, $2, true)`,
    image,
    video,
  );
  const block = await add(
    `insert into content_block (page_type, block_type, title, image, "order") values ('about', 'text_image', 'We', $1, 2)`,
    image,
  );
  await add(
    `insert into content_block (page_type, block_type, title, is_visible) values ('about', 'text', 'Not yet', false)`,
  );
  const terms = await add(
    `insert into legal_document (document_type, title, content, version, is_active) values
     ('terms', 'Terms', '<p>Be kind.</p>', '1', true)`,
  );
  const legislator = await add(
    `insert into legislator (level, bioguide_id, first_name, last_name, chamber, state, district) values
     ('federal', 'A000360', 'Ada', 'Lane', 'house', 'MD', '5')`,
  );
  const bill = await add(
    `insert into bill (campaign, level, number, title, chamber, session, introduced_date) values
     ($1, 'federal', '1234', 'Clean Water Act', 'house', '119', '2025-03-09')`,
    campaign,
  );
  await pool.query(`insert into bill_sponsor (bill, legislator, role) values ($1, $2, 'sponsor')`, [bill, legislator]);
  const stakeholder = await add(
    `insert into stakeholder (first_name, last_name, email, street_address, city, state, zip_code, type, location) values
     ('Rosa', 'Vega', 'rosa@example.net', '12 Mill Lane', 'Easton', 'MD', '21601', 'farmer',
      st_setsrid(st_makepoint(-76.07, 38.77), 4326)::geography)`,
  );
  return { image, video, campaign, theme, homepage, block, terms, legislator, bill, stakeholder };
}
