/**
 * The map's numbers and colours against SQL: a real browser, the real API on a real database, real boundaries, and people
 * whose districts the database knows.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startApi, type TestApi } from '../../scripts/testing/api.ts';
import { accessibilityFaults, launchChromium } from '../../scripts/testing/browser.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { type Endorser, endorse } from '../counts/testing/endorse.ts';
import { bundledFolder } from '../geodata/formats/testing/files.ts';
import { importFile } from '../geodata/load/import-file.ts';
import { listAssets } from './assets.ts';
import { pages } from './pages.ts';

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const towns = {
  minneapolis: { lat: 44.9772, lng: -93.2655 },
  stPaul: { lat: 44.9551, lng: -93.1022 },
  duluth: { lat: 46.7833, lng: -92.1066 },
  rochester: { lat: 44.0193, lng: -92.4616 },
  northfield: { lat: 44.4583, lng: -93.1616 },
  stCloud: { lat: 45.5579, lng: -94.1632 },
  moorhead: { lat: 46.8747, lng: -96.768 },
};
const people = (number: number, town: keyof typeof towns, more: Partial<Endorser> = {}): Endorser[] =>
  Array(number).fill({ ...towns[town], on: '2026-02-10', ...more });

describe('the map’s numbers in a browser', function () {
  this.timeout(90_000);

  let database: FreshDatabase;
  let api: TestApi;
  let browser: Browser;
  /** Goes from test to test, for what takes time is to start its map. */
  let page: Page;
  /** What must not happen on any page: requests to elsewhere, errors, violations of the policy. */
  let offences: string[];

  before(async () => {
    database = await freshDatabase();
    for (const name of ['cb_2022_us_state_500k', 'cb_2025_us_cd119_20m', 'tl_2024_27_sldu'])
      await importFile(database, join(bundledFolder, `${name}.zip`));
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into campaign (name, title) values ('clean-water', 'Clean Water'), ('clean-air', 'Clean Air')
       returning id::integer`,
    );
    const [water = 0, air = 0] = rows.map(({ id }) => id);
    await endorse(database, water, [
      ...[...people(41, 'minneapolis'), ...people(28, 'stPaul'), ...people(28, 'duluth', { type: 'farmer' })],
      ...[...people(12, 'rochester'), ...people(6, 'northfield'), ...people(3, 'stCloud'), ...people(4, 'moorhead')],
      ...people(9, 'duluth', { on: '2026-06-02' }),
    ]);
    await endorse(database, air, [...people(8, 'stPaul'), ...people(2, 'duluth'), ...people(5, 'rochester')]);
    api = await startApi(database, { pages: pages(listAssets) });
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    await api.close();
    await database.close();
  });
  beforeEach(() => {
    offences = [];
  });
  afterEach(() => assert.deepEqual(offences, []));

  const inMinnesota = '/#map=6/46.2/-92&layer=congressional&campaign=clean-water';

  it('are those of the database, in the table, in the legend, beside the pointer, and as colours', async () => {
    await open(inMinnesota);
    const rows = await numbers();
    const expected = await endorsementsBy('congressional_district', `campaign.name = 'clean-water'`);
    assert.deepEqual(
      rows.map(({ geoid, text }) => [geoid, text]).toSorted(),
      // 2706 has 3 and 2707 has 4: together they are enough people not to be told, so the others are all shown.
      [...expected].map(([geoid, count]) => [geoid, count < 5 ? 'hidden' : String(count)]),
    );
    assert.ok(rows.some(({ text }) => text === 'hidden'));
    const below = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    assert.equal(below, 0, 'the table scrolls in its panel, and leaves nothing empty below the map');
    assert.deepEqual(await legend(), {
      zero: 'None',
      0: '6',
      1: '7 to 12',
      2: '13 to 28',
      3: '29 to 37',
      4: '38 to 41',
      hidden: 'Hidden: fewer than 5, or it would tell such a number',
    });
    for (const { geoid, text, shade } of rows) {
      const [from = 0, to = from] = ((await legend())[shade] ?? '').split(' to ').map(Number);
      if (text !== 'hidden') assert.ok(Number(text) >= from && Number(text) <= to, `${geoid}: ${text} is in ${shade}`);
    }
    const drawn = await picture();
    for (const { geoid, shade } of rows)
      assert.equal(await fillOf(drawn, geoid), shade === 'hidden' ? 'hatched' : await swatch(shade), geoid);
    // Nobody endorsed from Wisconsin's third: it is as the legend shows none, and neither hatched nor in a class.
    assert.equal(await fillOf(drawn, '5503'), await swatch('zero'));
    await page.getByText(`The other ${437 - rows.length}: none.`).waitFor();

    for (const [geoid, says] of [
      ['2708', `Congressional District 8Endorsements: ${expected.get('2708')}GEOID 2708`],
      ['2706', 'Congressional District 6Endorsements: hiddenGEOID 2706'],
      ['5503', 'Congressional District 3Endorsements: noneGEOID 5503'],
    ] as const) {
      const { x, y } = await placeOf(geoid);
      await page.mouse.move(x, y);
      await page.locator('#tooltip', { hasText: says }).waitFor();
    }
  });

  it('have no fault that axe knows of, and the legend’s colours, in the dark as by day', async () => {
    const [row] = (await numbers()).filter(({ geoid }) => geoid === '2701');
    const byDay = await swatch(row?.shade ?? '');
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await accessibilityFaults(page), []);
    assert.notEqual(await swatch(row?.shade ?? ''), byDay);
    await drawnAs('2701', row?.shade ?? '');
    await page.emulateMedia({ colorScheme: 'light' });
    assert.deepEqual(await accessibilityFaults(page), []);
    await drawnAs('2701', row?.shade ?? '');
  });

  it('are of the kind, the weeks and the campaign that are chosen, and the address says so', async () => {
    await choose('By', 'farmer');
    assert.deepEqual(await shown(), { 2708: '28' });
    await choose('By', '');
    await choose('From', '2026-05-11');
    assert.deepEqual(await shown(), { 2708: '9' });
    await page.getByText('Below are those of May 11, 2026 to Jun 7, 2026').waitFor();
    await choose('Endorsements of', 'all');
    await choose('From', '');
    const all = { 2701: 'at least 12', 2702: '6', 2704: '36', 2705: '41', 2708: 'at least 37' };
    assert.deepEqual(await shown(), { ...all, 2706: 'hidden', 2707: 'hidden' });
    await choose('By', 'individual');
    assert.match(page.url(), /&layer=congressional&campaign=all&type=individual$/);

    const address = page.url();
    await open(`/${new URL(address).hash}`);
    assert.equal(await page.getByLabel('Endorsements of').inputValue(), 'all');
    assert.equal(await page.getByLabel('By', { exact: true }).inputValue(), 'individual');
    await choose('Endorsements of', '');
    assert.doesNotMatch(page.url(), /campaign|type/);
    assert.equal(await page.locator('#numbers').textContent(), '');
    assert.equal(await page.locator('#legend').isVisible(), false);
  });

  it('are of the layer that is drawn, and tell places without districts from those without endorsements', async () => {
    await follow('map=5.4/46.2/-93&layer=state_upper&campaign=clean-water');
    const rows = await shown();
    assert.equal(rows[27065], '28');
    assert.equal((await legend()).land, 'No data: no districts are loaded here');
    // The states come last, and nothing else waits for them.
    await drawnAs('38', 'land');
    await page.getByRole('radio', { name: /^States/ }).check();
    await settled();
    assert.deepEqual(await shown(), { 27: '131' });
    assert.equal((await legend()).land, undefined);
  });

  it('are reached by keyboard: a row that has the focus lights its district, and Enter goes there', async () => {
    await follow('map=4/40/-100&layer=congressional&campaign=clean-water');
    await page.getByLabel('Until').focus();
    await page.keyboard.press('Tab');
    const first = page.locator('#numbers button').first();
    assert.equal(await first.evaluate((button) => button === document.activeElement), true);
    assert.equal(await first.textContent(), 'Congressional District 5');
    await page.keyboard.press('Enter');
    await page.waitForURL(({ hash }) => /map=\d+[.\d]*\/44\.9\d*\/-93\.[23]/.test(hash));
    await settled();
    const rows = await page.locator('body').ariaSnapshot();
    assert.match(rows, /- row "Congressional District 6 Minnesota hidden"/);
    assert.match(rows, /- rowheader "Congressional District 5 Minnesota"/);
    assert.match(rows, /- 'table "Endorsements by district: Congressional districts"/);
  });

  it('say what is wrong with a link, and leave the map as it was', async () => {
    await follow('layer=congressional');
    for (const [part, says] of [
      ['campaign=no-such', 'No campaign is called “no-such”.'],
      ['campaign=clean-water&from=soon', 'is not a day such as 2026-11-03'],
      ['campaign=clean-water&type=martians', 'is none of farmer'],
      ['campaign=%3Cimg%20src=x%3E', 'No campaign is called “<img src=x>”.'],
    ]) {
      await follow(`layer=congressional&${part}`, says);
      assert.equal(await page.locator('#legend').isVisible(), false);
    }
  });

  it('fit a phone, legend and table below the map', async () => {
    await open(inMinnesota, phone);
    const [content, width] = await page
      .locator('html')
      .evaluate((html) => [html.scrollWidth, html.clientWidth] as const);
    assert.ok(content <= width, `${content} px wide on a screen of ${width}`);
    for (const control of await page.locator('.counted :is(button, select)').all()) {
      const box = await control.boundingBox();
      assert.ok(box && box.height >= 24 && box.width >= 24, 'at least 24 px to touch (WCAG 2.5.8)');
    }
  });

  async function newPage(options: BrowserContextOptions = desktop): Promise<Page> {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
    context.setDefaultTimeout(15_000);
    const opened = await context.newPage();
    opened.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'data:' && origin !== api.url) offences.push(`request to ${request.url()}`);
    });
    opened.on('console', (message) => {
      // A browser reports each refusal; 422 is how the page learns that a link is wrong.
      if (message.type() === 'error' && !message.text().includes('status of 422'))
        offences.push(`console: ${message.text()}`);
    });
    opened.on('pageerror', (error) => offences.push(`uncaught: ${error.message}`));
    return opened;
  }

  async function open(path: string, options?: BrowserContextOptions) {
    await page?.context().close();
    page = await newPage(options);
    await page.goto(`${api.url}${path}`);
    await settled();
  }

  /** As somebody does who edits the address. */
  async function follow(hash: string, says?: string) {
    await page.evaluate(
      (to) =>
        new Promise((changed) => {
          addEventListener('hashchange', changed, { once: true });
          location.hash = to;
        }),
      hash,
    );
    if (says === undefined) await settled();
    else await page.locator('#counted-status', { hasText: says }).waitFor();
  }

  async function choose(label: string, value: string) {
    await page.getByLabel(label, { exact: true }).selectOption(value);
    await settled();
  }

  /** The map is drawn and the numbers are there, as the page itself says. */
  async function settled() {
    await page.locator('#numbers[aria-busy="false"]').waitFor({ state: 'attached' });
    if ((await page.getByLabel('Endorsements of').inputValue()) !== '')
      await page.locator('#counted-status', { hasText: / in all|hidden/ }).waitFor();
    await page.locator('#map-status', { hasText: /^$/ }).waitFor({ state: 'attached' });
  }

  function numbers(): Promise<{ geoid: string; text: string; shade: string }[]> {
    return page.locator('#numbers tbody tr').evaluateAll((rows) =>
      rows.map((row) => ({
        geoid: row.getAttribute('data-geoid') ?? '',
        shade: row.getAttribute('data-shade') ?? '',
        text: row.querySelector('td')?.textContent ?? '',
      })),
    );
  }

  async function shown(): Promise<Record<string, string>> {
    return Object.fromEntries((await numbers()).map(({ geoid, text }) => [geoid, text]));
  }

  async function legend(): Promise<Record<string, string>> {
    const lines = await page
      .locator('#legend li')
      .evaluateAll((items) => items.map((item) => [item.getAttribute('data-shade'), item.textContent] as const));
    return Object.fromEntries(lines);
  }

  /** Red, green and blue of the legend's own sample. */
  async function swatch(shade: string): Promise<string> {
    return page.locator(`#legend .shade-${shade}`).evaluate((sample) => getComputedStyle(sample).backgroundColor);
  }

  /** By GEOID, counted by PostgreSQL from the endorsements themselves. */
  async function endorsementsBy(column: string, condition: string): Promise<ReadonlyMap<string, number>> {
    const { rows } = await database.pool.query<{ geoid: string; count: number }>(
      `select geoid, count(*)::int from endorsement join campaign on campaign.id = campaign
         join stakeholder on stakeholder.id = stakeholder join region on region.id = stakeholder.${column}
        where ${condition} and endorsement.status = 'approved' group by geoid order by geoid collate "C"`,
    );
    return new Map(rows.map(({ geoid, count }) => [geoid, count]));
  }

  /** Where a district is on the screen: a point of PostGIS's inside it, on the Mercator map that the address describes. */
  async function placeOf(geoid: string): Promise<{ x: number; y: number }> {
    const { rows } = await database.pool.query<{ lng: number; lat: number }>(
      `select st_x(inside) as lng, st_y(inside) as lat
         from (select (st_maximuminscribedcircle(geom)).center as inside from region where active and geoid = $1) as region`,
      [geoid],
    );
    const [zoom = 0, lat = 0, lng = 0] = (/map=([^&]+)/.exec(page.url())?.[1] ?? '').split('/').map(Number);
    const north = (degrees: number) => Math.log(Math.tan(Math.PI / 4 + (degrees * Math.PI) / 360)) / (2 * Math.PI);
    const size = 512 * 2 ** zoom;
    const box = (await page.locator('#map').boundingBox()) ?? assert.fail('There is no map.');
    return {
      x: box.x + box.width / 2 + (((rows[0]?.lng ?? 0) - lng) / 360) * size,
      y: box.y + box.height / 2 + (north(lat) - north(rows[0]?.lat ?? 0)) * size,
    };
  }

  async function picture(): Promise<string> {
    // Names lie over the districts; their colours are not what is asked about.
    await page.locator('.label').evaluateAll((labels) => {
      for (const label of labels) label.remove();
    });
    return (await page.screenshot()).toString('base64');
  }

  /** Waits for a district to be of its colour in the legend. */
  async function drawnAs(geoid: string, shade: string) {
    const colour = await swatch(shade);
    for (let tries = 0; tries < 40 && (await fillOf(await picture(), geoid)) !== colour; tries += 1)
      await page.waitForTimeout(150);
    assert.equal(await fillOf(await picture(), geoid), colour);
  }

  /** The colour around the middle of a district; of one with lines across it, that it is hatched. */
  async function fillOf(png: string, geoid: string): Promise<string> {
    const { x, y } = await placeOf(geoid);
    return page.evaluate(
      async ([base64, left, top]) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        if (!context) throw new Error('no 2d context');
        context.drawImage(bitmap, 0, 0);
        const { data } = context.getImageData(left - 6, top - 6, 13, 13);
        const counts = new Map<string, number>();
        for (let i = 0; i < data.length; i += 4) {
          const key = `rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        const [[colour, pixels]] = [...counts].sort((a, b) => b[1] - a[1]) as [[string, number]];
        // A name that stands there hides a few of them.
        return pixels / (13 * 13) > 0.75 ? colour : 'hatched';
      },
      [png, Math.round(x), Math.round(y)] as const,
    );
  }
});
