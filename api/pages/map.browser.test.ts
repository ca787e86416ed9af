/**
 * The map page as people meet it: a real browser, the real server with the bundled boundaries at BROWSER_TEST_URL.
 *
 * The place is the Minnesota State Capitol. Its districts were read from the same Census files with GDAL, not with our
 * own code.
 */
import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/testing/browser.ts';

const capitol = '44.9553, -93.1022';
const capitolDistricts = {
  state: ['Minnesota', 'GEOID 27', 'vintage 2022'],
  county: ['Ramsey County', 'GEOID 27123', 'vintage 2022'],
  congressional: ['Congressional District 4', 'GEOID 2704', 'vintage 2025, 119th Congress'],
  state_upper: ['State Senate District 65', 'GEOID 27065', 'vintage 2024'],
  state_lower: ['State House District 65B', 'GEOID 2765B', 'vintage 2024'],
};
const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

describe('the map page in a browser', function () {
  this.timeout(60_000);

  const origin = new URL(process.env.BROWSER_TEST_URL ?? 'http://localhost:8000').origin;
  let browser: Browser;
  let page: Page;
  /** What must not happen on any page: requests to elsewhere, console errors, violations of the policy. */
  let offences: string[];

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  beforeEach(() => {
    offences = [];
  });
  afterEach(async () => {
    await page.context().close();
    assert.deepEqual(offences, []);
  });

  it('tells the districts of the point that is clicked on the map', async () => {
    await open(`/#map=13/44.9553/-93.1022&layer=state_upper`);
    await mapIsDrawn();
    await clickMiddleOfMap();
    await showsCapitol();
    assert.match(page.url(), /point=44\.955\d*,-93\.10/);
  });

  it('draws districts in tints, names them, and names the one under the pointer', async () => {
    await open('/#map=9/44.9553/-93.1022&layer=state_upper');
    await mapIsDrawn();
    await page.locator('.label', { hasText: /^65$/ }).waitFor();
    await middleOfMap().then(({ x, y }) => page.mouse.move(x, y));
    await page.locator('#tooltip', { hasText: 'State Senate District 65GEOID 27065' }).waitFor();
    await until('four or more tints on the map', async () => (await coloursOfMap()).length >= 4);
  });

  it('looks up coordinates that are typed, goes there, and outlines the district', async () => {
    await open('/');
    await mapIsDrawn();
    await page.keyboard.press('Tab');
    await page.keyboard.type(capitol);
    await page.keyboard.press('Enter');
    await showsCapitol();
    await page.waitForURL(/map=8\/44\.95\d*\/-93\.10\d*/);
    await page.getByRole('button', { name: 'State House District 65B' }).click();
    await page.waitForURL(/layer=state_lower/);
    await page.locator('.label', { hasText: /^65B$/ }).waitFor();
    assert.ok(await page.getByRole('radio', { name: /lower chamber/i }).isChecked());
  });

  it('is usable by keyboard alone: Enter on the map reads its middle', async () => {
    await open('/#map=13/44.9553/-93.1022&layer=county');
    await mapIsDrawn();
    const canvas = page.getByRole('region', { name: /Enter reads its middle/ });
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      if (await canvas.evaluate((element) => element === element.ownerDocument.activeElement)) break;
    }
    assert.ok(await page.locator('.crosshair').isVisible());
    assert.ok(await page.getByText('Arrow keys move the map').isVisible());
    await page.keyboard.press('Enter');
    await showsCapitol();
  });

  it('says what is wrong with what was typed, and keeps the field in focus', async () => {
    await open('/');
    const field = page.getByLabel('Latitude, longitude');
    await field.fill('-93.1022, 44.9553');
    await page.getByRole('button', { name: 'Look up' }).click();
    assert.match((await page.getByRole('alert').textContent()) ?? '', /Did you mean 44\.9553, -93\.1022\?/);
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.ok(await field.evaluate((element) => element === element.ownerDocument.activeElement));
  });

  it('says so where nothing is: at sea, and where a layer has not been loaded', async () => {
    await open('/#point=30,-60');
    await results('None of the loaded boundaries covers this point.').waitFor();
    await lookUp('38.8977, 77.0365');
    await results('longitudes are negative: did you mean 38.8977, -77.0365?').waitFor();
    await lookUp('38.8977, -77.0365');
    await results('District of Columbia').first().waitFor();
    await results(/upper chamber.*: none here; loaded for Minnesota/).waitFor();
  });

  it('has a legend with count, coverage, vintage and scale of each layer, and the source', async () => {
    await open('/');
    await mapIsDrawn();
    const legend = page.getByRole('group', { name: 'Layer to draw' });
    for (const line of [
      /States\s*56\s*United States · vintage 2022 · 1:500,000/,
      /Counties\s*3,222\s*United States · vintage 2022 · 1:20,000,000/,
      /Congressional districts\s*437\s*United States · vintage 2025, 119th Congress · 1:20,000,000/,
      /upper chamber.*67\s*Minnesota · vintage 2024 · full resolution/,
      /lower chamber.*134\s*Minnesota · vintage 2024 · full resolution/,
    ]) {
      await legend.locator('label', { hasText: line }).waitFor();
    }
    await page.getByText('Source: U.S. Census Bureau.').waitFor();
    await page.getByText('does not endorse').waitFor();
  });

  it('goes to where a layer is when it is chosen, with the arrow keys too', async () => {
    await open('/');
    await mapIsDrawn();
    await page.getByRole('radio', { name: /Congressional/ }).press('ArrowDown');
    await page.waitForURL(({ hash }) => /map=[5-7][.\d]*\/4[5-7][.\d]*\/-9[2-5].*layer=state_upper/.test(hash));
  });

  it('goes to the point of a link that does not say what the map looks at', async () => {
    await open(`/#point=${capitol.replace(' ', '')}&layer=state_upper`);
    await mapIsDrawn();
    await page.waitForURL(({ hash }) => /map=[\d.]+\/44\.9\d*\/-93\.1/.test(hash));
    await showsCapitol();
  });

  it('loads only the layer that is shown, and the states around it', async () => {
    const asked: string[] = [];
    await open('/', desktop, (url) => asked.push(url.pathname));
    await mapIsDrawn();
    await until('states', async () => asked.includes('/api/regions/state/'));
    assert.deepEqual(
      asked.filter((path) => /^\/api\/regions\/./.test(path)),
      ['/api/regions/congressional/', '/api/regions/state/'],
    );
  });

  it('has a language, a title, one first heading, landmarks, and a name for every control', async () => {
    await open(`/#point=${capitol.replace(' ', '')}`);
    await mapIsDrawn();
    await showsCapitol();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.match(await page.title(), /District map/);
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
    assert.equal(await page.getByRole('main').count(), 1);
    const tree = await page.locator('body').ariaSnapshot();
    assert.doesNotMatch(tree, /- (button|link|textbox|radio|region|group|img)( \[.*\])?:?$/m, `unnamed:\n${tree}`);
    for (const part of [/textbox "Latitude, longitude"/, /region "Map"/, /button "Zoom in"/, /heading "Districts"/]) {
      assert.match(tree, part);
    }
    assert.equal(await page.locator('#results').getAttribute('aria-live'), 'polite');
  });

  it('fits a phone and answers a tap', async () => {
    await open('/#map=13/44.9553/-93.1022&layer=congressional', phone);
    await mapIsDrawn();
    const { x, y } = await middleOfMap();
    await page.touchscreen.tap(x, y);
    await showsCapitol();
    const [contentWidth, width] = await page
      .locator('html')
      .evaluate((html) => [html.scrollWidth, html.clientWidth] as const);
    assert.ok(contentWidth <= width, `${contentWidth} px wide on a screen of ${width}`);
    for (const control of await page.getByRole('button').all()) {
      const box = await control.boundingBox();
      assert.ok(box && box.height >= 24 && box.width >= 24, 'at least 24 px to touch (WCAG 2.5.8)');
    }
  });

  it('follows the system into the dark while it is open', async () => {
    await open('/');
    await mapIsDrawn();
    await until('a light map', async () => brightness((await coloursOfMap())[0]) > 180);
    await page.emulateMedia({ colorScheme: 'dark' });
    await until('a dark map', async () => brightness((await coloursOfMap())[0]) < 60);
  });

  it('works without the map where the browser has no WebGL', async () => {
    const without = await launchChromium('--disable-3d-apis');
    try {
      await open('/', desktop, undefined, without);
      await page.getByText('This browser cannot draw the map').waitFor();
      await lookUp(capitol);
      await showsCapitol();
      // What the map would show is in the table: the demonstration's numbers, of the districts that are chosen.
      await page.getByLabel('Endorsements of').selectOption('clean-water-for-every-county');
      await page.getByRole('row', { name: 'Congressional District 5 Minnesota 65' }).waitFor();
      await page.getByRole('radio', { name: /Counties/ }).check();
      await page.getByRole('row', { name: /^Hennepin County Minnesota \d+$/ }).waitFor();
    } finally {
      await without.close();
    }
  });

  async function open(
    path: string,
    options: BrowserContextOptions = desktop,
    onRequest: (url: URL) => void = () => {},
    into: Browser = browser,
  ) {
    const context = await into.newContext({ ...options, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('request', (request) => {
      const url = new URL(request.url());
      onRequest(url);
      if (url.protocol !== 'data:' && url.origin !== origin) offences.push(`request to ${request.url()}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') offences.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => offences.push(`uncaught: ${error.message}`));
    const response = await page.goto(`${origin}${path}`);
    assert.equal(response?.status(), 200);
  }

  /** The page's own word for it: the status over the map falls silent. */
  async function mapIsDrawn() {
    await page.locator('#map-status', { hasText: /^$/ }).waitFor({ state: 'attached' });
  }

  async function middleOfMap() {
    const box = await page.locator('#map').boundingBox();
    assert.ok(box);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  async function clickMiddleOfMap() {
    const { x, y } = await middleOfMap();
    await page.mouse.click(x, y);
  }

  async function lookUp(text: string) {
    await page.getByLabel('Latitude, longitude').fill(text);
    await page.getByRole('button', { name: 'Look up' }).click();
  }

  function results(text: string | RegExp) {
    return page.locator('#results').getByText(text);
  }

  async function showsCapitol() {
    for (const [layer, facts] of Object.entries(capitolDistricts)) {
      const line = page.locator(`#results li[data-layer="${layer}"]`);
      await line.waitFor();
      const text = (await line.textContent()) ?? '';
      for (const fact of facts) assert.ok(text.includes(fact), `${layer}: "${text}" has no "${fact}"`);
    }
  }

  /**
   * The colours that cover more than 1 % of the map, the largest first. The screenshot is decoded by the page itself,
   * because a WebGL canvas cannot be read back once it is on the screen.
   */
  async function coloursOfMap(): Promise<[number, number, number][]> {
    const png = (await page.locator('#map').screenshot()).toString('base64');
    return page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      if (!context) throw new Error('no 2d context');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      const counts = new Map<string, number>();
      for (let i = 0; i < data.length; i += 4) {
        const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return [...counts]
        .filter(([, count]) => count > data.length / 4 / 100)
        .sort((a, b) => b[1] - a[1])
        .map(([key]) => key.split(',').map(Number) as [number, number, number]);
    }, png);
  }

  function brightness([red, green, blue]: readonly number[] = []) {
    return ((red ?? 0) + (green ?? 0) + (blue ?? 0)) / 3;
  }

  async function until(what: string, condition: () => Promise<boolean>) {
    for (let tries = 0; tries < 50; tries += 1) {
      if (await condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.fail(`In vain waited for: ${what}.`);
  }
});
