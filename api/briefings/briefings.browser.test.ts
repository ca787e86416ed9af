/** A briefing on paper: printed by Chromium, and read from the PDF which part came onto which sheet. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { someAddress, startApi, type TestApi, testPassword } from '../../scripts/testing/api.ts';
import { accessibilityFaults, launchChromium } from '../../scripts/testing/browser.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { addAccount } from '../access/accounts.ts';
import { endorse } from '../counts/testing/endorse.ts';
import { bundledFolder } from '../geodata/formats/testing/files.ts';
import { importFile } from '../geodata/load/import-file.ts';

describe('briefings, printed', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let api: TestApi;
  let browser: Browser;
  let page: Page;
  before(async () => {
    database = await freshDatabase();
    await importFile(database, join(bundledFolder, 'tl_2024_27_sldu.zip'));
    api = await startApi(database);
    const one = async (sql: string) => (await database.pool.query<{ id: number }>(sql)).rows[0]?.id ?? 0;
    const campaign = await one(
      `insert into campaign (name, title, summary) values ('clean-water', 'Clean water', 'Test every well.') returning id::integer`,
    );
    const senator = await one(`insert into legislator (level, first_name, last_name, chamber, state, district, party)
      values ('state', 'Sandra', 'Pappas', 'state_senate', 'MN', '65', 'DFL') returning id`);
    await database.pool.query(
      `insert into bill (campaign, level, number, title, chamber, session, state, introduced_date)
       select $1, 'state', n::text, 'A bill about water, the ' || n || 'th', 'state_senate', '93', 'MN', '2026-02-01' from generate_series(1, 9) as n`,
      [campaign],
    );
    const ids = await endorse(database, campaign, Array(90).fill({ lat: 44.9551, lng: -93.1022 }));
    await database.pool.query(
      `update endorsement set display_publicly = true, org_authorized = true,
              statement = case when id % 2 = 0 then repeat('The well by the school was tested in 1987, and once. ', 2 + id % 9) else '' end
        where id = any ($1)`,
      [ids],
    );
    await database.pool.query(`update stakeholder set last_name = 'Number' || id, organization = 'Well Owners ' || id`);

    await addAccount(database.pool, { email: 'vi@example.org', name: 'Vi', role: 'viewer', password: testPassword });
    browser = await launchChromium();
    const context = await browser.newContext({ extraHTTPHeaders: { 'X-Forwarded-For': someAddress() } });
    page = await context.newPage();
    const token = (await (await context.request.get(`${api.url}/api/csrf-token/`)).json()).csrf_token;
    const login = await context.request.post(`${api.url}/api/staff/session/`, {
      data: { email: 'vi@example.org', password: testPassword },
      headers: { 'X-CSRFToken': token },
    });
    assert.equal(login.status(), 200);
    const response = await page.goto(`${api.url}/api/legislators/${senator}/briefing/print/?campaign_id=${campaign}`);
    assert.equal(response?.status(), 200);
  });
  after(async () => {
    await browser.close();
    await api.close();
    await database.close();
  });

  it('cuts no quote, row or name in two, and leaves no heading alone at the end of a sheet', async () => {
    const parts = await mark();
    const sheets = sheetOfEach(await page.pdf({ format: 'Letter', preferCSSPageSize: true }));
    assert.ok(new Set(sheets.values()).size >= 3, 'it has several sheets');
    assert.ok(parts.length > 100);
    for (const part of parts) {
      const [from, to] = [sheets.get(`${part}/first`), sheets.get(`${part}/last`)];
      assert.ok(from !== undefined && to !== undefined, `${part} is on paper`);
      assert.equal(from, to, `${part} is on one sheet`);
    }
  });

  it('has no fault that axe knows of', async () => {
    assert.deepEqual(await accessibilityFaults(page), []);
  });

  /**
   * Puts a link to its own name at the beginning and the end of everything that must not be cut, because a PDF says in
   * plain text where links are. @returns the names
   */
  function mark(): Promise<string[]> {
    return page.evaluate(`(() => {
      const link = (name) => {
        const node = document.createElement('a');
        node.href = 'https://marks.example/' + name;
        node.textContent = '.';
        return node;
      };
      const names = [];
      const between = (name, first, last) => {
        names.push('https://marks.example/' + name);
        first.prepend(link(name + '/first'));
        last.append(link(name + '/last'));
      };
      const each = (selector, work) => [...document.querySelectorAll(selector)].forEach(work);
      each('blockquote', (quote, n) => between('quote' + n, quote.firstElementChild, quote.lastElementChild));
      each('li', (name, n) => between('name' + n, name, name));
      each('tbody tr', (row, n) => between('row' + n, row.firstElementChild, row.lastElementChild));
      each('h2', (heading, n) => between('heading' + n, heading, heading.parentElement.querySelector('blockquote p, li, tbody td')));
      return names;
    })()`);
  }
});

/** @returns by what a link leads to, the object of the page that it is on (Chromium's PDFs have both uncompressed) */
function sheetOfEach(pdf: Buffer): ReadonlyMap<string, string> {
  const objects = new Map(
    [...pdf.toString('latin1').matchAll(/(\d+) 0 obj\s([\s\S]*?)endobj/g)].map(([, number = '', body = '']) => [
      number,
      body,
    ]),
  );
  const sheets = [...objects].filter(([, body]) => /\/Type\s*\/Page\b(?!s)/.test(body));
  const found = sheets.flatMap(([sheet, body]) => {
    const annotations = /\/Annots\s*\[([^\]]*)\]/.exec(body)?.[1] ?? '';
    return [...annotations.matchAll(/(\d+) 0 R/g)].flatMap(([, number = '']) => {
      const uri = /\/URI\s*\(([^)]*)\)/.exec(objects.get(number) ?? '')?.[1];
      return uri ? [[uri, sheet] as const] : [];
    });
  });
  return new Map(found);
}
