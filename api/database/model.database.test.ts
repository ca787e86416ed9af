/** The rules that hold whoever writes: enumerations, single rows, the order of an endorsement, indexes. */
import assert from 'node:assert/strict';
import { addContent, type Content } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';

describe('the data model', () => {
  let database: FreshDatabase;
  let content: Content;
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
  });
  after(() => database.close());

  const run = (text: string, ...values: unknown[]) => database.pool.query(text, values);
  const refuses = (statement: string, why: RegExp) => assert.rejects(run(statement), why, statement);

  it('knows its enumerations', async () => {
    for (const [statement, why] of [
      [`update stakeholder set type = 'anything'`, /stakeholder_type_check/],
      [`update stakeholder set email = 'Rosa@Example.net'`, /stakeholder_email_check/],
      [`update stakeholder set email = 'no address'`, /stakeholder_email_check/],
      [`update stakeholder set state = 'Narnia'`, /stakeholder_state_check/],
      [`update stakeholder set zip_code = '2160'`, /stakeholder_zip_code_check/],
      [`update theme set primary_color = 'red'`, /theme_primary_color_check/],
      [`update theme set font_size_base = 3`, /theme_font_size_base_check/],
      [`update theme set body_font_family = 'a; } body {'`, /theme_body_font_family_check/],
      [`update homepage set hero_overlay_opacity = 2`, /homepage_hero_overlay_opacity_check/],
      [`update content_block set page_type = 'blog'`, /content_block_page_type_check/],
      [`update content_block set animation_delay = 5000`, /content_block_animation_delay_check/],
      [`update image set caption_display = 'left'`, /image_caption_display_check/],
      [`update video set autoplay = true, muted = false`, /video_autoplay_is_muted/],
      [`update legal_document set is_active = false, document_type = 'rules'`, /legal document/],
      [`update legislator set bioguide_id = null`, /legislator_federal_has_bioguide_id/],
      [`update legislator set chamber = 'lords'`, /legislator_chamber_check/],
      [`update bill set state = 'MD'`, /bill_state_iff_state_level/],
      [`update bill set session = '119th'`, /bill_congress_is_a_number/],
      [`update bill set number = 'HR 1'`, /bill_number_check/],
      [`update bill set related_bill = id`, /bill/],
    ] as const) {
      await refuses(statement, why);
    }
  });

  it('has one active theme, homepage and legal document of a kind', async () => {
    await refuses(`insert into theme (name, is_active) values ('Second', true)`, /theme_one_active/);
    await refuses(`insert into homepage (organization_name, is_active) values ('Second', true)`, /homepage_one_active/);
    await refuses(
      `insert into legal_document (document_type, title, content, version, is_active) values ('terms', 'T', 'x', '9', true)`,
      /legal_document_one_active/,
    );
  });

  describe('an endorsement', () => {
    let id: number;
    beforeEach(async () => {
      await run('delete from endorsement');
      const { rows } = await run(
        'insert into endorsement (stakeholder, campaign) values ($1, $2) returning id',
        content.stakeholder,
        content.campaign,
      );
      id = rows[0].id;
    });
    const set = (assignments: string) => run(`update endorsement set ${assignments} where id = $1`, id);
    /** A decision and what follows from it, in one transaction: `now()` is the same in both. */
    const reviewed = (decision: string, assignments: string) =>
      run(
        `with proof as (
           insert into endorsement_review (endorsement, account, reviewer, decision, saw, before)
           values (${id}, 1, 'R', '${decision}', sha256(''), '{}'))
         select 1`,
      ).then(() =>
        set(
          `reviewed_at = (select max(at) from endorsement_review where endorsement = endorsement.id), ${assignments}`,
        ),
      );
    const verified = `verified_at = now(), status = 'verified'`;

    it('goes from pending over verified to approved, or to rejected and back', async () => {
      await set(verified);
      await reviewed('approve', `status = 'approved', display_publicly = true`);
      await assert.rejects(set(`status = 'rejected'`), /endorsement_shown_after_review/, 'a rejected one is not shown');
      await set(`status = 'rejected', display_publicly = false`);
      await set(`status = 'approved'`);
      const { rows } = await run('select display_publicly, email_verified from endorsement');
      assert.deepEqual(
        rows,
        [{ display_publicly: false, email_verified: true }],
        'approval again shows nothing by itself',
      );
    });

    it('is not approved before it is verified', async () => {
      await assert.rejects(set(`status = 'approved'`), /endorsement_verified_by_mail/);
      await assert.rejects(set(`status = 'verified'`), /endorsement_verified_by_mail/);
    });

    it('does not go back', async () => {
      await set(verified);
      await assert.rejects(set(`status = 'pending'`), /cannot go from verified to pending/);
      await assert.rejects(set('verified_at = null'), /cannot become unverified/);
      await set(`status = 'approved'`);
      await assert.rejects(set(`status = 'verified'`), /cannot go from approved to verified/);
      await set(`status = 'rejected'`);
      await assert.rejects(set(`status = 'pending'`), /only before it is verified/);
    });

    it('may be sent in again when it was rejected before it was verified', async () => {
      await set(`status = 'rejected'`);
      await set(`status = 'pending'`);
    });

    it('is shown only after somebody looked at it', async () => {
      await set(verified);
      await assert.rejects(set('display_publicly = true'), /endorsement_shown_after_review/);
      await set(`status = 'approved'`);
      await assert.rejects(set('display_publicly = true'), /endorsement_shown_after_review/);
      await assert.rejects(set('display_publicly = true, reviewed_at = now()'), /not by saying so/);
      await reviewed('approve', 'display_publicly = true');
    });

    it('can be undone by a decision of this moment, and not without one', async () => {
      await set(verified);
      await reviewed('approve', `status = 'approved'`);
      await assert.rejects(set(`status = 'verified'`), /cannot go/);
      const client = await database.pool.connect();
      await client.query('begin');
      await client.query(
        `insert into endorsement_review (endorsement, account, reviewer, decision, saw, before) values ($1, 1, 'R', 'undo', sha256(''), '{}')`,
        [id],
      );
      await client.query(`update endorsement set status = 'verified', reviewed_at = null where id = $1`, [id]);
      await client.query('commit');
      client.release();
      await assert.rejects(run('update endorsement_review set reviewer = $1', 'Somebody else'), /only ever added/);
      await assert.rejects(run('delete from endorsement_review'), /only ever added/);
    });

    it('is withdrawn from any status, and comes back only with a new verification', async () => {
      await set(verified);
      await set(`status = 'withdrawn', withdrawn_at = now()`);
      for (const status of ['pending', 'approved', 'rejected']) {
        await assert.rejects(set(`status = '${status}', withdrawn_at = null`), /cannot go from withdrawn/);
      }
      await assert.rejects(set(`status = 'verified', withdrawn_at = null, verified_at = now() - interval '1 day'`));
      await set(`status = 'verified', withdrawn_at = null, verified_at = now()`);
    });

    it('goes with the person; that somebody agreed stays, under a pseudonym (L17: nobody could be erased who had accepted the terms)', async () => {
      await run(
        `insert into terms_acceptance (endorsement, legal_document, subject, ip_address, user_agent)
         values ($1, $2, 'pseudonym', '203.0.113.9', 'Browser')`,
        id,
        content.terms,
      );
      await refuses(`delete from legal_document`, /terms_acceptance/);
      await refuses(`update terms_acceptance set subject = 'another'`, /only ever added/);
      await run('delete from endorsement');
      const { rows } = await run('select endorsement, subject, ip_address, user_agent from terms_acceptance');
      assert.deepEqual(rows, [{ endorsement: null, subject: 'pseudonym', ip_address: null, user_agent: '' }]);
      await refuses(`delete from terms_acceptance`, /only ever added/);
    });
  });

  it('answers every listed query from an index, however many rows are beside (L18: a query more for each row, and no index for e-mail and the public list)', async () => {
    await run(
      `insert into campaign (name, title, active) select 'c-' || n, 'C', false from generate_series(1, 10000) n`,
    );
    await run(
      `insert into stakeholder (first_name, last_name, email, type) select 'F', 'L', 'p' || n || '@example.net', 'farmer' from generate_series(1, 10000) n`,
    );
    await run(
      `insert into endorsement (stakeholder, campaign, verified_at, status) select id, $1, now(), 'verified' from stakeholder on conflict do nothing`,
      content.campaign,
    );
    await run(
      `insert into endorsement_review (endorsement, account, reviewer, decision, saw, before, at)
       select id, 1, 'R', 'approve', sha256(''), '{}', '2026-01-01' from endorsement`,
    );
    await run(
      `update endorsement set status = 'approved', reviewed_at = '2026-01-01', display_publicly = true where id % 100 = 0`,
    );
    await run(
      `insert into content_block (page_type, block_type, is_visible) select 'about', 'text', false from generate_series(1, 10000)`,
    );
    await run(
      `insert into legislator (level, first_name, last_name, chamber, state) select 'state', 'F', 'L' || n, 'state_house', 'MD' from generate_series(1, 10000) n`,
    );
    await run('analyze');
    for (const [query, index] of [
      ['select * from campaign where active order by created_at desc, id desc', 'campaign_active_newest'],
      [`select * from campaign where name = 'c-5'`, 'campaign_name_key'],
      [`select * from stakeholder where email = 'p77@example.net'`, 'stakeholder_email_key'],
      [
        `select * from endorsement where status = 'approved' and public_display and display_publicly order by created_at desc, id desc limit 50`,
        'endorsement_public',
      ],
      [
        `select * from content_block where is_visible and page_type = 'about' order by page_type, "order", id`,
        'content_block_listed',
      ],
      ['select * from legislator order by state, chamber, last_name, first_name, id limit 50', 'legislator_listed'],
    ] as const) {
      const { rows } = await run(`explain ${query}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      assert.ok(plan.includes(index), `${query}\n${plan}`);
    }
  }).timeout(60_000);
});
