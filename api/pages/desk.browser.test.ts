/**
 * The review desk as volunteers meet it: a real browser, the real API on a real database, real mail in a folder, and the
 * demonstration's site in front of it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { someAddress, startApi, type TestApi, testPassword } from '../../scripts/testing/api.ts';
import { accessibilityFaults, launchChromium } from '../../scripts/testing/browser.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { endorse, form, send } from '../../scripts/testing/endorsing.ts';
import { addAccount } from '../access/accounts.ts';
import { delivery } from '../delivery.ts';
import { inTurn } from '../http/in-turn.ts';
import { localMail } from '../local/mail.ts';
import { demoSite } from '../local/site/site.ts';
import { type Dispatcher, startDispatcher } from '../mail/dispatcher.ts';
import { listAssets } from './assets.ts';
import { pages } from './pages.ts';

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const roles = { 'Ann Fisher': 'reviewer', 'Bo Lind': 'reviewer', 'Vi Ewer': 'viewer', 'Ed Itor': 'editor' } as const;

describe('the review desk in a browser', function () {
  this.timeout(90_000);

  let database: FreshDatabase;
  let api: TestApi;
  let dispatcher: Dispatcher;
  let mailFolder: string;
  let browser: Browser;
  let campaign: number;
  let page: Page;
  let people = 0;
  /** What must not happen on any page: requests to elsewhere, errors, violations of the policy. */
  let offences: string[];

  before(async () => {
    database = await freshDatabase();
    mailFolder = mkdtempSync(join(tmpdir(), 'coalition-desk-mail-'));
    const mail = localMail(mailFolder);
    api = await startApi(database, {
      outboxFilled: () => dispatcher.wake(),
      pages: [mail.serve, demoSite(database), pages(listAssets)].reduce(inTurn),
    });
    const { url: publicUrl, services } = api;
    const addresses = { siteUrl: publicUrl, publicUrl, secret: services.secret, log: services.log };
    dispatcher = startDispatcher(
      delivery({ database, transport: mail.transport, from: 'coalition@example.org', ...addresses }),
      { everyMs: 300 },
    );
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into campaign (name, title, endorsement_statement) values ('clean-water', 'Clean Water', 'Test every well.')
       returning id::integer`,
    );
    campaign = rows[0]?.id ?? 0;
    await database.pool.query(
      `insert into legal_document (document_type, title, content, version, is_active)
       values ('terms', 'Terms', '<p>Be kind.</p>', '1', true)`,
    );
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    await dispatcher.stop();
    await api.close();
    await database.close();
    rmSync(mailFolder, { recursive: true });
  });
  beforeEach(() => {
    offences = [];
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    const found = offences;
    offences = [];
    assert.deepEqual(found, []);
  });

  it('walks with an endorsement from the form over its mail and the desk to the public list', async () => {
    page = await newPage();
    await page.goto(`${api.url}/campaigns/clean-water`);
    for (const [label, value] of [
      ['First name', 'Maria'],
      ['Last name', 'Okafor'],
      ['E-mail', 'maria@example.net'],
      ['Street', '7 Weir Road'],
      ['City', 'Easton'],
      ['ZIP code', '21601'],
      ['Statement', 'Forty families drink from our well.'],
    ] as const) {
      await page.getByLabel(label, { exact: true }).fill(value);
    }
    await page.locator('[name=state]').selectOption('MD');
    await page.locator('[name=type]').selectOption('farmer');
    await page.getByLabel('I accept the terms').check();
    // Nobody fills that in within a few seconds, and the form says when it was opened.
    await new Promise((resolve) => setTimeout(resolve, 5_200));
    await page.getByRole('button', { name: 'Endorse' }).click();
    await page.getByText('A mail asks you to confirm').waitFor();

    await until('a mail', async () => {
      await page.goto(`${api.url}/dev/mail`);
      return (await page.getByText('to maria@example.net').count()) > 0;
    });
    await page.locator('li', { hasText: 'maria@example.net' }).getByRole('link').click();
    await page.getByRole('link', { name: /verify-endorsement/ }).click();
    await page.locator('#verify', { hasNotText: 'One moment' }).waitFor();
    assert.equal(await publicNames(), '');
    // The demonstration's site has no icon; what follows is about the desk.
    offences = offences.filter((offence) => !offence.includes('404'));

    await open('Ann Fisher');
    await page.getByRole('link', { name: 'Maria Okafor' }).click();
    const file = page.getByRole('article', { name: 'Maria Okafor' });
    await file.getByText('Forty families drink from our well.').waitFor();
    assert.match(
      (await file.textContent()) ?? '',
      /maria@example\.net.*Nothing speaks for it|Nothing speaks for it.*maria@example\.net/s,
    );
    await file.getByText('Asks to confirm').waitFor();
    await file.getByRole('button', { name: 'Approve and show' }).click();
    await page.getByRole('status').getByText('Maria Okafor: It is approved and shown.').waitFor();
    await file.getByText('On the public list').waitFor();
    await file.getByText('Says that it is approved').waitFor();
    assert.equal(await publicNames(), 'Maria Okafor');
    await page.goto(`${api.url}/campaigns/clean-water`);
    await page.getByText('Maria Okafor · Easton, MD').waitFor();
    offences = offences.filter((offence) => !offence.includes('404'));
  });

  it('takes a decision back in time, with its mail, and shows how long that is possible', async () => {
    const id = await endorsed('Una', 'Undone');
    await open('Ann Fisher', `?id=${id}`);
    await button('Approve').click();
    const undo = page.locator('#strip').getByRole('button', { name: 'Undo: Una Undone' });
    await undo.waitFor();
    const clock = () => page.locator('#strip .clock').textContent();
    const first = (await clock()) ?? '';
    assert.match(first, /^(1:\d\d|2:00)$/);
    await until('the clock to go', async () => (await clock()) !== first);
    assert.equal(await mailsOf(id, 'approved'), 'waiting');
    await undo.press('Enter');
    await page.getByText('It is as it was before').waitFor();
    assert.equal(await mailsOf(id, 'approved'), 'cancelled');
    assert.equal(await statusOf(id), 'verified');
    await page.getByText('took the last decision back').waitFor();
    await button('Approve').waitFor();
  });

  it('tells the second of two reviewers who decided what, and shows how it stands now', async () => {
    const id = await endorsed('Cora', 'Contested');
    await open('Ann Fisher', `?id=${id}`);
    const first = page;
    await open('Bo Lind', `?id=${id}`);
    await button('Reject…').click();
    await page.getByLabel(/Reason/).fill('A neighbour of mine.');
    await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
    await page.getByText('Cora Contested: It is rejected.').waitFor();

    page = first;
    await button('Approve').click();
    const alert = page.getByRole('alert').filter({ hasText: 'changed since you looked' });
    await alert.waitFor();
    assert.match(
      (await alert.textContent()) ?? '',
      /Bo Lind rejected it on .*: “A neighbour of mine\.”\. This is how it stands now/,
    );
    assert.ok(await alert.evaluate((node) => node === node.ownerDocument.activeElement));
    await page.locator('#file .badge', { hasText: 'Rejected' }).waitFor();
    assert.equal(await statusOf(id), 'rejected');
    // Having looked again, Ann decides on what she sees now.
    await button('Approve').click();
    await page.getByText('Cora Contested: It is approved.').waitFor();
  });

  it('lets nobody who endorses write markup into the desk, whatever field it is in', async () => {
    const attack = `"'><img src=x onerror="document.title='hit'"><script>document.title='hit'</script>{{7*7}}`;
    const id = await endorsed('Eve', 'Attack');
    // The API refuses tags; what an import or an older version has let in is shown all the same.
    await database.pool.query(
      `update stakeholder set (first_name, last_name, organization, role, street_address, city)
         = (left($2, 100), left($2, 100), $2, left($2, 100), $2, left($2, 100))
        where id = (select stakeholder from endorsement where id = $1)`,
      [id, attack],
    );
    await database.pool.query(
      `update endorsement set statement = $2, admin_notes = $2, proposed = jsonb_build_object('first_name', $2::text, 'city', $2::text)
        where id = $1`,
      [id, attack],
    );
    await database.pool.query(
      `update submission set statement = $2, spam_score = 0.5, spam_reasons = jsonb_build_array(jsonb_build_object('code', 'x', 'points', 0.5, 'says', $2::text))
        where endorsement = $1`,
      [id, attack],
    );
    await database.pool.query(
      `insert into outbox (channel, kind, recipient, endorsement, state, last_error) values ('mail', $2, left($3, 254), $1, 'dead', $3)`,
      [id, '<b>kind</b>', attack],
    );
    await database.pool.query(`insert into campaign (name, title, summary) values ('attack', left($1, 200), $1)`, [
      attack,
    ]);
    await open('Ed Itor', `?pile=all&id=${id}`);
    await page.getByRole('article').getByText('Sent other details since').waitFor();
    const text = (await page.locator('body').textContent()) ?? '';
    assert.ok(text.split('<script>document.title').length > 8, 'it is shown as the text that it is');
    await button('Reject…').click();
    await page.keyboard.press('Escape');
    await page.goto(`${api.url}/desk?view=campaigns`);
    await page.locator('#campaigns h3').first().waitFor();
    await page.goto(`${api.url}/desk?view=unplaced`);
    await page.locator('#unplaced h3').first().waitFor();
    await page.waitForTimeout(200);
    assert.doesNotMatch(await page.title(), /hit/);
    assert.equal(await page.locator('main img, main script').count(), 0);
    await database.pool.query(`delete from campaign where name = 'attack'`);
    await database.pool.query('update endorsement set proposed = null where id = $1', [id]);
  });

  it('asks to sign in again when the session ends, and goes on with what was typed', async () => {
    const id = await endorsed('Sess', 'Ion');
    await open('Ann Fisher', `?id=${id}`);
    const notes = page.getByLabel('For other reviewers', { exact: true });
    await notes.fill('Called her; she is real.');
    await database.pool.query('delete from session');
    await page.getByRole('button', { name: 'Save notes' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByText('Your session has ended.').waitFor();
    await dialog.getByLabel('Password').fill('not the password');
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.getByRole('alert').getByText('do not belong together').waitFor();
    await dialog.getByRole('button', { name: 'Not now' }).click();
    await page.getByText('What you typed is still here').waitFor();
    assert.equal(await notes.inputValue(), 'Called her; she is real.');
    await page.getByRole('button', { name: 'Save notes' }).click();
    await dialog.getByLabel('Password').fill(testPassword);
    await page.keyboard.press('Enter');
    await page.getByText('The notes are saved.').waitFor();
    const { rows } = await database.pool.query('select admin_notes from endorsement where id = $1', [id]);
    assert.deepEqual(rows, [{ admin_notes: 'Called her; she is real.' }]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
    assert.equal(await page.locator('#rows li').count(), 0);
  });

  it('takes a decision for nobody else than who made it', async () => {
    const id = await endorsed('Other', 'Person');
    await open('Ann Fisher', `?id=${id}`);
    await button('Approve').waitFor();
    await database.pool.query('delete from session');
    await button('Approve').click();
    await signIn('Bo Lind');
    await page.getByText('You are Bo Lind now, so this was not done.').waitFor();
    assert.equal(await statusOf(id), 'verified');
  });

  it('is usable by keyboard alone', async () => {
    const ids = [await endorsed('Key', 'One'), await endorsed('Key', 'Two')];
    page = await newPage();
    await page.goto(`${api.url}/desk`);
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type(await added('Ann Fisher'));
    await page.keyboard.press('Tab');
    await page.keyboard.type(testPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Key Two' }).waitFor();
    await page.keyboard.press('j');
    await focusIsOn('Key Two');
    await page.keyboard.press('j');
    await focusIsOn('Key One');
    await page.keyboard.press('k');
    await focusIsOn('Key Two');
    await page.keyboard.press('a');
    await page.getByText('Key Two: It is approved.').waitFor();
    await page.keyboard.press('u');
    await page.getByText('It is as it was before').waitFor();
    assert.equal(await statusOf(ids[1] ?? 0), 'verified');
    await page.keyboard.press('r');
    await page.keyboard.type('jaru: no key does anything while I type');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Key Two: It is rejected.').waitFor();
    await page.getByText('jaru: no key does anything while I type').waitFor();

    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    for (const key of ['j', 'k', 'a', 'r', 'u'])
      await help.locator('kbd', { hasText: new RegExp(`^${key}$`) }).waitFor();
    await help.getByLabel('Single keys do these things').press('Space');
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    await page.keyboard.press('j');
    await page.waitForTimeout(100);
    assert.match(page.url(), new RegExp(`id=${ids[1]}`));
    await noTrap();
  });

  it('goes back and forth with the browser, and remembers in the address what is shown', async () => {
    const id = await endorsed('Back', 'Forth');
    await open('Ann Fisher');
    await page.locator('summary', { hasText: 'Search and filter' }).click();
    await page.getByLabel('Name, e-mail, organization or words').fill('Forth');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('1 endorsement, the newest first.').waitFor();
    await page.getByRole('link', { name: 'Back Forth' }).click();
    await page.waitForURL(new RegExp(`search=Forth.*id=${id}`));
    await page.goBack();
    await page.getByRole('article').waitFor({ state: 'hidden' });
    assert.ok(
      await page
        .getByRole('link', { name: 'Back Forth' })
        .evaluate((node) => node === node.ownerDocument.activeElement),
    );
    await page.reload();
    await page.getByText('1 endorsement, the newest first.').waitFor();
    await page.getByLabel('Pile', { exact: true }).selectOption('rejected');
    await page.getByText('Nothing in this pile.').waitFor();
  });

  it('explains why something is held as spam, and releases it', async () => {
    const visitor = await api.visitor();
    const bot = { first_name: 'Promo', last_name: 'Bot', email: 'promo@mailinator.com' };
    await send(visitor, form(campaign, { stakeholder: bot, form_metadata: { website: 'https://x.example' } }));
    await open('Ann Fisher', '?pile=held');
    await page.getByRole('link', { name: 'Promo Bot' }).click();
    const file = page.getByRole('article');
    await file.getByText('Fields were filled in that people do not see: website.').waitFor();
    await file.getByText('mailinator.com gives mailboxes for a few minutes.').waitFor();
    assert.equal(await button('Approve').count(), 0);
    await button('Release from spam').click();
    await page.getByText('the person gets the mail that asks to confirm').waitFor();
    await file.getByText('Asks to confirm').waitFor();
  });

  it('decides on several at once, says how many mails leave, and takes all of it back', async () => {
    const ids = [await endorsed('Bulk', 'One'), await endorsed('Bulk', 'Two')];
    await open('Ann Fisher', '?search=Bulk');
    await page.getByLabel('Select all').check();
    await page
      .getByRole('group', { name: 'Selected endorsements' })
      .getByRole('button', { name: 'Approve', exact: true })
      .click();
    await page.getByText('2 endorsements approved. 2 mails leave in two minutes.').waitFor();
    assert.deepEqual([await statusOf(ids[0] ?? 0), await statusOf(ids[1] ?? 0)], ['approved', 'approved']);
    await page.getByRole('button', { name: 'Undo: 2 endorsements approved' }).click();
    await page.getByText('2 endorsements as before.').waitFor();
    assert.deepEqual([await statusOf(ids[0] ?? 0), await statusOf(ids[1] ?? 0)], ['verified', 'verified']);
  });

  it('exports what is approved', async () => {
    await open('Ann Fisher');
    await page.locator('summary', { hasText: 'Export approved' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV', exact: true }).click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'endorsements_all.csv');
    assert.match(readFileSync(await download.path(), 'utf8'), /^Campaign,Campaign ID,Stakeholder Name.*Maria Okafor/s);
  });

  it('offers to nobody what they may not do', async () => {
    const id = await endorsed('Seen', 'Only');
    await open('Vi Ewer', `?id=${id}`);
    await page.getByRole('article').getByText('Nobody has decided yet.').waitFor();
    assert.equal(await page.getByRole('button', { name: /Approve|Reject|Save|Show in public|Undo/ }).count(), 0);
    assert.equal(await page.getByRole('checkbox').count(), 0);
    await page.keyboard.press('a');
    await page.getByRole('link', { name: 'Campaigns' }).click();
    await page.getByRole('link', { name: 'Clean Water' }).click();
    await page.getByRole('heading', { name: 'Clean Water' }).waitFor();
    assert.equal(await page.locator('#campaigns form').count(), 0);
    assert.equal(await statusOf(id), 'verified');
    await open('Ann Fisher', '?view=campaigns');
    await page.getByRole('link', { name: 'Clean Water' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'New campaign' }).count(), 0);
  });

  it('adds a campaign, shows what of its HTML is stored, and puts it before the public', async () => {
    await open('Ed Itor', '?view=campaigns');
    await page.getByRole('link', { name: 'New campaign' }).click();
    await page.getByLabel('Title').fill('Safe Wells, Now!');
    assert.equal(await page.getByLabel('Name in its address').inputValue(), 'safe-wells-now');
    await page.getByLabel('Name in its address').fill('Clean Water');
    await page.getByRole('button', { name: 'Add campaign' }).click();
    await page.getByText('This takes lower-case letters').waitFor();
    assert.equal(await page.getByLabel('Name in its address').getAttribute('aria-invalid'), 'true');
    await page.getByLabel('Name in its address').fill('safe-wells');
    await page
      .getByLabel('Description', { exact: true })
      .fill('<p>Wells <em>first</em></p><script>document.title="hit"</script>');
    await page.getByRole('button', { name: 'Preview' }).first().click();
    await page.getByText('without what a page of the site may not have').waitFor();
    const shown = page.getByRole('region', { name: 'Description, as it is stored' });
    assert.equal(await shown.locator('em').textContent(), 'first');
    assert.equal(await shown.locator('script').count(), 0);
    await page.getByRole('button', { name: 'Add campaign' }).click();
    await page.waitForURL(/campaign=\d+/);
    await page.getByText('It is saved').waitFor();
    assert.equal((await api.get('/api/campaigns/by-name/safe-wells/')).status, 404);
    await page.getByLabel('Active: everybody sees it').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').getByText('It is saved.').waitFor();
    const stored = (await api.get('/api/campaigns/by-name/safe-wells/')).json();
    assert.equal(stored.description, '<p>Wells <em>first</em></p>');
  });

  it('uploads an image by keyboard, asks what it shows, and puts it on the campaign', async () => {
    await open('Ed Itor', `?view=campaigns&campaign=${campaign}`);
    await noFaults('campaign with the form for an image');
    const upload = page.getByRole('form', { name: 'Add an image' });
    await upload.getByRole('button', { name: 'Upload image' }).press('Enter');
    await upload.getByText('This is not chosen yet.').waitFor();
    const file = upload.getByLabel('File');
    assert.equal(await file.evaluate((node) => document.activeElement === node), true);
    await file.setInputFiles({ name: 'heron.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
    await upload.getByLabel('Called in the list').fill('');
    await upload.getByLabel('What it shows').fill('A heron beside a well');
    await upload.getByLabel('Called in the list').fill('Heron');
    await upload.getByLabel('Called in the list').press('Enter');
    await upload.getByText('This is no image of a kind that can be shown.').waitFor();
    await noFaults('an image that is refused');
    await file.setInputFiles({ name: 'heron.png', mimeType: 'image/png', buffer: pixel });
    await upload.getByLabel('Called in the list').press('Enter');
    await upload.getByText('“Heron” is uploaded and chosen').waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Image' }).locator('option:checked').textContent(), 'Heron');
    const picture = page.locator('.picture img');
    assert.equal(await picture.getAttribute('alt'), 'A heron beside a well');
    assert.equal(await picture.evaluate((node: HTMLImageElement) => node.decode().then(() => node.naturalWidth)), 1);
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByRole('status').getByText('It is saved.').waitFor();
    const stored = (await api.get('/api/campaigns/by-name/clean-water/')).json();
    assert.equal(stored.image_alt_text, 'A heron beside a well');
  });

  it('places an address by hand that no geocoder found', async () => {
    await endorsed('Nowhere', 'Known');
    await open('Ann Fisher', '?view=unplaced');
    const field = page.getByLabel('Latitude, longitude of Nowhere Known');
    await field.fill('here');
    await field.press('Enter');
    await page.locator('#unplaced .problem', { hasText: /./ }).waitFor();
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await field.fill('38.7743, -76.0763');
    await field.press('Enter');
    await page.getByText('Nowhere Known has a place').waitFor();
    const { rows } = await database.pool.query(
      `select location is not null as located from stakeholder where first_name = 'Nowhere'`,
    );
    assert.deepEqual(rows, [{ located: true }]);
  });

  it('fits a phone of 360 pixels, and can be touched', async () => {
    const id = await endorsed('A name that is rather long', 'Averyveryverylongsurnamewithoutanyspace');
    await open('Ed Itor', '', phone);
    for (const address of [
      '',
      `?id=${id}`,
      '?view=campaigns',
      `?view=campaigns&campaign=${campaign}`,
      '?view=unplaced',
    ]) {
      await page.goto(`${api.url}/desk${address}`);
      await settled();
      const [content, width] = await page
        .locator('html')
        .evaluate((html) => [html.scrollWidth, html.clientWidth] as const);
      assert.ok(content <= width, `${address}: ${content} px wide on a screen of ${width}`);
      for (const control of await page.locator('main button:visible, header a:visible, header button:visible').all()) {
        const box = await control.boundingBox();
        assert.ok(box && box.height >= 24 && box.width >= 24, 'at least 24 px to touch (WCAG 2.5.8)');
      }
    }
    await page.goto(`${api.url}/desk?id=${id}`);
    await button('Approve').tap();
    await page.locator('#strip').getByText('It is approved.').waitFor();
    await page.getByRole('button', { name: '← List' }).tap();
    await page.locator('#rows').getByText('Approved').first().waitFor();
    await page.goto(`${api.url}/desk?view=campaigns&campaign=${campaign}`);
    const upload = page.getByRole('form', { name: 'Add an image' });
    // A tap opens the phone's own picker of photos.
    const [picker] = await Promise.all([page.waitForEvent('filechooser'), upload.getByLabel('File').tap()]);
    await picker.setFiles({ name: 'IMG_0042.png', mimeType: 'image/png', buffer: pixel });
    assert.equal(await upload.getByLabel('Called in the list').inputValue(), 'IMG_0042');
    await upload.getByLabel('What it shows').tap();
    await page.keyboard.insertText('A well');
    await upload.getByRole('button', { name: 'Upload image' }).tap();
    await upload.getByText('“IMG_0042” is uploaded and chosen').waitFor();
    await page.getByRole('button', { name: 'Save' }).tap();
    await page.getByRole('status').getByText('It is saved.').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has no fault that axe knows of, in any view, in the ${colorScheme}`, async () => {
      const id = await endorsed('Axe', colorScheme);
      page = await newPage({ ...desktop, colorScheme });
      await page.goto(`${api.url}/desk`);
      await page.getByRole('dialog').waitFor();
      await noFaults('sign in');
      await signIn('Ed Itor');
      await settled();
      await page.locator('summary', { hasText: 'Search and filter' }).click();
      await noFaults('list');
      await page.goto(`${api.url}/desk?id=${id}`);
      await button('Approve').click();
      await page.locator('#strip').getByText('It is approved.').waitFor();
      await page.getByLabel('Select all').check();
      await noFaults('endorsement');
      await button('Reject…').click();
      await noFaults('reject');
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await noFaults('keys');
      for (const view of [
        '?view=campaigns',
        `?view=campaigns&campaign=${campaign}`,
        '?view=campaigns&campaign=new',
        '?view=unplaced',
        '?pile=held',
      ]) {
        await page.goto(`${api.url}/desk${view}`);
        await settled();
        await noFaults(view);
      }
    });
  }

  /** A PNG of one pixel. */
  const pixel = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  async function newPage(options: BrowserContextOptions = desktop): Promise<Page> {
    const context = await browser.newContext({
      ...options,
      reducedMotion: 'reduce',
      extraHTTPHeaders: { 'X-Forwarded-For': someAddress() },
    });
    context.setDefaultTimeout(15_000);
    const opened = await context.newPage();
    opened.on('request', (request) => {
      if (new URL(request.url()).origin !== api.url) offences.push(`request to ${request.url()}`);
    });
    opened.on('console', (message) => {
      // A browser reports each refusal; 401 and 403 are how the desk learns of a session's end.
      if (message.type() === 'error' && !/status of 4(01|03|09|22)/.test(message.text()))
        offences.push(`console: ${message.text()}`);
    });
    opened.on('pageerror', (error) => offences.push(`uncaught: ${error.message}`));
    return opened;
  }

  async function open(name: keyof typeof roles, address = '', options: BrowserContextOptions = desktop) {
    page = await newPage(options);
    const response = await page.goto(`${api.url}/desk${address}`);
    assert.equal(response?.status(), 200);
    await signIn(name);
    await settled();
  }

  /** With an account of their own, and from an address of its own: tries to log in are counted by both. */
  async function signIn(name: keyof typeof roles) {
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByLabel('E-mail address').fill(await added(name));
    await dialog.getByLabel('Password').fill(testPassword);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  /** What a view waits for is there. */
  async function settled() {
    const shown = page.locator(
      '#counted:not(:empty):visible, #file h2:visible, #campaigns h3:visible, #campaigns form:visible, #unplaced .counted:not(:empty):visible',
    );
    await shown.first().waitFor();
  }

  function button(name: string) {
    return page.getByRole('article').getByRole('button', { name, exact: true });
  }

  /** @returns the e-mail address of a new account */
  async function added(name: keyof typeof roles): Promise<string> {
    people += 1;
    const email = `staff${people}@example.org`;
    await addAccount(database.pool, { email, name, role: roles[name], password: testPassword });
    return email;
  }

  async function endorsed(first_name: string, last_name: string): Promise<number> {
    people += 1;
    const email = `person${people}@example.net`;
    const statement = `${first_name} ${last_name} drinks from well ${people}, and it was tested in ${1980 + people}.`;
    return endorse(api, database, campaign, { statement, stakeholder: { first_name, last_name, email } });
  }

  async function statusOf(id: number): Promise<string | undefined> {
    const { rows } = await database.pool.query<{ status: string }>('select status from endorsement where id = $1', [
      id,
    ]);
    return rows[0]?.status;
  }

  async function mailsOf(id: number, kind: string): Promise<string> {
    const { rows } = await database.pool.query<{ state: string }>(
      'select state from outbox where endorsement = $1 and kind = $2 order by id',
      [id, kind],
    );
    return rows.map(({ state }) => state).join();
  }

  async function publicNames(): Promise<string> {
    const shown: { stakeholder: { name: string } }[] = (await api.get('/api/endorsements/')).json();
    return shown.map(({ stakeholder }) => stakeholder.name).join();
  }

  async function focusIsOn(text: string) {
    await until(`the focus on ${text}`, async () => (await page.locator(':focus').textContent()) === text);
  }

  /** Tab comes past every control, each in sight with a mark around it, and out again. */
  async function noTrap() {
    const seen = new Set<string>();
    await page.locator('.skip').focus();
    for (let presses = 0; presses < 200; presses += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const node = document.activeElement;
        if (!node || node === document.body) return undefined;
        const { outlineStyle } = getComputedStyle(node);
        return { name: node.outerHTML.slice(0, 200), isMarked: outlineStyle !== 'none' };
      });
      if (!at) return;
      assert.ok(at.isMarked, `no mark around ${at.name}`);
      seen.add(at.name);
    }
    assert.fail(`Tab does not leave the page: it went round ${[...seen].join('\n')}`);
  }

  async function noFaults(where: string) {
    assert.deepEqual(await accessibilityFaults(page), [], where);
  }

  async function until(what: string, condition: () => Promise<boolean>) {
    for (let tries = 0; tries < 60; tries += 1) {
      if (await condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    assert.fail(`In vain waited for: ${what}.`);
  }
});
