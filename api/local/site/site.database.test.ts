/** Where the links of every mail lead, on a platform as `npm start` runs it. */
import assert from 'node:assert/strict';
import { type Agent, startApi, type TestApi } from '../../../scripts/testing/api.ts';
import { addContent, type Content } from '../../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../../scripts/testing/database.ts';
import { endorse, form, send } from '../../../scripts/testing/endorsing.ts';
import { delivery } from '../../delivery.ts';
import { inTurn } from '../../http/in-turn.ts';
import { deliverDue } from '../../mail/deliver.ts';
import type { Message } from '../../mail/message.ts';
import { listAssets } from '../../pages/assets.ts';
import { pages } from '../../pages/pages.ts';
import { addDemoCampaign } from '../demo.ts';
import { demoSite } from './site.ts';

describe('the site of npm start', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let reviewer: Agent;
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database, {
      reviewers: ['desk@example.org'],
      pages: inTurn(demoSite(database), pages(listAssets)),
    });
    reviewer = await api.as('reviewer');
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  async function delivered(): Promise<readonly Message[]> {
    const sent: Message[] = [];
    const transport = {
      name: 'a list',
      send: async (message: Message) => String(sent.push(message)),
      close: async () => {},
    };
    const { url: publicUrl, services } = api;
    const { secret, log } = services;
    await database.pool.query(`update outbox set due_at = now() where state = 'waiting'`);
    await deliverDue(
      delivery({ database, transport, from: 'a@example.org', siteUrl: publicUrl, publicUrl, secret, log }),
    );
    return sent;
  }

  it('has a page behind each link of each mail (H5: the link in the mail had no page behind it)', async () => {
    const visitor = await api.visitor();
    const mails: Message[] = [];
    await send(visitor, form(content.campaign, { stakeholder: { email: 'one@example.net' } }));
    mails.push(...(await delivered()));
    const id = await endorse(api, database, content.campaign, { stakeholder: { email: 'two@example.net' } });
    mails.push(...(await delivered()));
    await send(visitor, form(content.campaign, { stakeholder: { email: 'two@example.net' } }));
    await reviewer.send('POST', `/api/staff/endorsements/${id}/approve`, { display: true });
    mails.push(...(await delivered()));
    const own = mails.findLast(({ to }) => to === 'two@example.net')?.text.match(/http\S+\/own\/\S+/)?.[0] ?? '';
    await api.send('POST', `${own.slice(api.url.length)}withdraw/`);
    mails.push(...(await delivered()));

    const subjects = mails.map(({ subject }) => subject);
    assert.equal(new Set(subjects).size, 5, subjects.join(' | '));
    for (const { subject, text, html } of mails) {
      const links = [...`${text} ${html.replaceAll('&#39;', "'")}`.matchAll(/https?:\/\/[^\s"<]+/g)].map(
        ([link]) => link,
      );
      assert.ok(links.length >= 2, subject);
      for (const link of new Set(links)) {
        assert.ok(link.startsWith(api.url), `${subject}: ${link}`);
        const answer = await fetch(link, { headers: { Accept: 'text/html' } });
        assert.equal(answer.status, 200, `${subject}: ${link}`);
        assert.match(answer.headers.get('content-type') ?? '', /^text\/html/, link);
      }
    }
    await api.send('POST', `${own.slice(api.url.length)}erase/`);
    const [last] = await delivered();
    assert.match(last?.subject ?? '', /erased/);
  });

  it('shows who endorsed, and escapes what they wrote', async () => {
    const id = await endorse(api, database, content.campaign, {
      stakeholder: { email: 'three@example.net', first_name: 'Zoë', organization: 'Mill & Sons' },
      statement: 'One < two & "three"',
    });
    await reviewer.send('POST', `/api/staff/endorsements/${id}/approve`, { display: true });
    const { text, headers } = await api.get('/campaigns/clean-water/');
    assert.match(text, /Zoë Brook · Mill &#38; Sons · Easton, MD[\s\S]*One &#60; two &#38; &#34;three&#34;/);
    assert.match(text, /<select name="state"[^>]*><option value="">Choose…/, 'nobody is from Alabama unasked');
    assert.match(headers.get('content-security-policy') ?? '', /script-src 'self'/);
    assert.equal((await api.get('/campaigns/hidden/')).status, 404);
    assert.equal((await api.get('/verify-endorsement/x/')).status, 404);
    assert.match((await api.get('/dev/site.js')).headers.get('content-type') ?? '', /javascript/);
  });

  it('begins with a campaign that people have endorsed, some of whom wait for a reviewer', async () => {
    const fresh = await freshDatabase();
    assert.equal(await addDemoCampaign(fresh), true);
    assert.equal(await addDemoCampaign(fresh), false);
    const demo = await startApi(fresh, { pages: demoSite(fresh) });
    const shown = (await demo.get('/api/endorsements/')).json();
    assert.ok(shown.length >= 5);
    const { review, held, unverified } = (
      await (await demo.as('reviewer')).get('/api/staff/endorsements/piles')
    ).json();
    assert.ok(review >= 2 && held >= 1 && unverified >= 1, JSON.stringify({ review, held, unverified }));
    await demo.close();
    await fresh.close();
  });
});
