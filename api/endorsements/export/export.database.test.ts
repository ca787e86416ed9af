/** What leaves as a file: whole, in order, and nothing in it that a spreadsheet runs. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { type Agent, startApi, type TestApi } from '../../../scripts/testing/api.ts';
import { addContent, type Content } from '../../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../../scripts/testing/database.ts';
import { endorse } from '../../../scripts/testing/endorsing.ts';
import { textCell } from './spreadsheet.ts';

/** RFC 4180, as a spreadsheet reads it. */
function parse(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

/** What a formula begins with, what hides it, and what splits a cell. */
const hazards = [...'=+-@|%＝＋－＠<\t\r\n"\'`,; A1é’“', '\u200b', '\ufeff', '\u00a0', '\u2028', '\u{E0020}', '\u00ad'];

describe('exports', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let viewer: Agent;
  let reviewer: Agent;
  const hostile = '=HYPERLINK("https://evil.example","x")\nsecond line; and more';
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database);
    viewer = await api.as('viewer');
    reviewer = await api.as('reviewer');
    for (const [email, first_name, statement, organization] of [
      ['zoe@example.net', 'Zoë', 'Water, "clean" water.', ''],
      ['abe@example.net', 'Abe', '＝1+1', '@SUM(A1)'],
      ['una@example.net', 'Una', 'Never approved', ''],
    ] as const) {
      const id = await endorse(api, database, content.campaign, {
        stakeholder: { email, first_name, organization },
        statement,
      });
      if (first_name !== 'Una') await reviewer.send('POST', `/api/staff/endorsements/${id}/approve`, {});
    }
    // As an earlier version of the form may have let in.
    await database.pool.query(`update endorsement set statement = $1 where statement like '＝%'`, [hostile]);
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  it('as CSV have the contract’s columns, in its order, and one row for each approved endorsement', async () => {
    const answer = await viewer.get('/api/endorsements/export/csv/');
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8');
    assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="endorsements_all.csv"');
    const [header, ...rows] = parse(answer.text);
    assert.deepEqual(header, [
      ...[
        'Campaign',
        'Campaign ID',
        'Stakeholder Name',
        'Organization',
        'Role',
        'Email',
        'Street Address',
        'City',
        'State',
      ],
      ...['ZIP Code', 'County', 'Latitude', 'Longitude', 'Congressional District', 'State Senate District'],
      ...['State House District', 'Type', 'Statement', 'Public Display', 'Email Verified', 'Status', 'Created At'],
      ...['Verified At', 'Reviewed At'],
    ]);
    assert.deepEqual(
      rows.map((row) => row[2]),
      ['Abe Brook', 'Zoë Brook'],
    );
    for (const row of rows) assert.equal(row.length, 24);
    const zoe = rows[1] ?? [];
    assert.deepEqual(zoe.slice(8, 12), ['MD', '21601', '', '']);
    assert.deepEqual(zoe.slice(16, 21), ['Individual', 'Water, "clean" water.', 'Yes', 'Yes', 'Approved']);
    assert.match(zoe[21] ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.ok(!answer.text.includes('None') && !answer.text.includes('null'));
  });

  it('have no cell that a spreadsheet takes for a formula, and no row in two lines', async () => {
    const { text } = await viewer.get('/api/endorsements/export/csv/');
    const abe = parse(text)[1] ?? [];
    assert.equal(abe[3], "'@SUM(A1)");
    assert.equal(abe[17], `'=HYPERLINK("https://evil.example","x") second line; and more`);
    assert.equal(text.split('\r\n').length, 4);
    const cellOf = async (value: string) => {
      const { rows } = await database.pool.query<{ cell: string }>(
        `select ${textCell('value')} as cell from (select $1::text as value) v`,
        [value],
      );
      return parse(`${rows[0]?.cell}\r\n`)[0]?.[0] ?? '';
    };
    const starts = [
      // Small forms, and characters that are not seen: Arabic number signs, tags, annotations, musical beams.
      ...['\uFE66', '\uFE6B', '\u0600=', '\u06DD=', '\uFFF9=', '\u{E0020}=', '\u{E007F}@', '\u{110BD}=', '\u{1D173}+'],
      '=',
      '+',
      '-',
      '@',
      '|',
      '%',
      '＝',
      '＋',
      '－',
      '＠',
      ' =',
      '\t=',
      '\r\n+',
      "'=",
      '"=',
      '\u200b=',
      '\ufeff@',
      '\u00a0=',
    ];
    for (const start of starts) {
      const cell = await cellOf(`${start}cmd|' /C calc'!A0\n=2`);
      assert.match(cell, /^'/, JSON.stringify(start));
      assert.ok(!/[\r\n\t]/.test(cell), JSON.stringify(cell));
    }
    for (const kept of [
      'Tom & Ann',
      '5 < 10',
      'a=b',
      'Mary-Jane',
      'O’Brien',
      '100 % sure',
      'é',
      '日本',
      '1 Mill Lane',
      'x; y',
      '"quoted"',
      '',
    ]) {
      assert.equal(await cellOf(kept), kept);
    }
  });

  it('have cells that say what was written, on one line, behind a mark where they begin like a formula', async () => {
    const values = fc.sample(
      fc.string({
        unit: fc.oneof(fc.constantFrom(...hazards), fc.string({ unit: 'grapheme', minLength: 1 })),
        maxLength: 12,
      }),
      { numRuns: 5_000, seed: 20_261_125 },
    );
    const { rows } = await database.pool.query<{ cell: string }>(
      `select ${textCell('value')} as cell from unnest($1::text[]) with ordinality as v (value, n) order by n`,
      [values.map((value) => value.replaceAll('\0', ''))],
    );
    let guarded = 0;
    for (const [index, { cell }] of rows.entries()) {
      const value = (values[index] ?? '').replaceAll('\0', '');
      const [[read = '']] = parse(`${cell}\r\n`) as [[string]];
      const about = `${JSON.stringify(value)}: ${cell}`;
      assert.doesNotMatch(read, /[\p{Cc}\p{Zl}\p{Zp}]/u, about);
      const shown = read.replace(/^'/, '');
      const isFormula = /^[=+\-@|%＝＋－＠｜％﹢﹣﹦﹫＜]/u.test(shown.replace(/^[\s'"`\p{Cf}\p{Zs}]+/u, ''));
      if (isFormula) guarded += 1;
      if (isFormula) assert.match(read, /^'/, about);
      const words = (text: string) => text.replace(/[ \p{Cc}\p{Zl}\p{Zp}]+/gu, '');
      assert.ok([words(value), `'${words(value)}`].includes(words(read)), about);
    }
    assert.ok(guarded > 500, String(guarded));
  });

  it('begin with a mark for Excel where it is asked for', async () => {
    const bytes = async (query: string) => {
      const response = await viewer.get(`/api/endorsements/export/csv/${query}`);
      return response.text.startsWith('Campaign');
    };
    assert.equal(await bytes(''), true);
    const response = await fetch(`${api.url}/api/endorsements/export/csv/?bom=true`, {
      headers: { Authorization: (await apiKey()).header },
    });
    assert.deepEqual([...new Uint8Array(await response.arrayBuffer()).subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  });

  async function apiKey() {
    const administrator = await api.as('administrator');
    const made = await administrator.send('POST', '/api/staff/keys/', { name: 'x', scopes: ['stakeholders:read'] });
    return { header: `Bearer ${made.json().secret}` };
  }

  it('as JSON say how many, about what, and who', async () => {
    const answer = await viewer.get(`/api/endorsements/export/json/?campaign_id=${content.campaign}`);
    assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="endorsements_clean-water.json"');
    const { export_info, endorsements } = answer.json();
    assert.deepEqual([export_info.total_count, export_info.campaign_filter], [2, 'clean-water']);
    assert.match(export_info.exported_at, /Z$/);
    const [abe] = endorsements;
    assert.deepEqual(Object.keys(abe), [
      ...['id', 'campaign', 'stakeholder', 'statement', 'public_display', 'email_verified', 'status'],
      ...['created_at', 'verified_at', 'reviewed_at'],
    ]);
    assert.deepEqual(
      [abe.stakeholder.state, abe.stakeholder.county, abe.stakeholder.has_location, abe.statement],
      ['MD', null, false, hostile],
    );
    assert.match(abe.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(answer.text, /\n {4}\{\n {6}"id": /);
    const [empty] = (
      await database.pool.query(`insert into campaign (name, title) values ('none', 'None yet') returning id::int`)
    ).rows;
    assert.deepEqual(
      (await viewer.get(`/api/endorsements/export/json/?campaign_id=${empty.id}`)).json().endorsements,
      [],
    );
  });

  it('are of one campaign, and of none that is not there', async () => {
    assert.equal((await viewer.get('/api/endorsements/export/csv/?campaign_id=99999')).status, 404);
    assert.equal(
      (await viewer.get('/api/endorsements/export/csv/?campaign_id=0')).status,
      422,
      'and 0 is not all of them',
    );
  });

  it('have what the role may see, and leave out how people are reached where that is asked for', async () => {
    assert.equal((await viewer.get('/api/endorsements/export/csv/?review=true')).status, 403);
    const [header] = parse((await reviewer.get('/api/endorsements/export/csv/?review=true&contact=false')).text);
    assert.ok(header?.includes('Notes') && !header.includes('Email') && !header.includes('Latitude'));
    const [first] = (await reviewer.get('/api/endorsements/export/json/?review=true&contact=false')).json()
      .endorsements;
    assert.ok(first.review && !('email' in first.stakeholder));
    const { rows } = await database.pool.query(
      `select after from audit_entry where action = 'export' order by id desc limit 1`,
    );
    assert.deepEqual(rows[0].after, { format: 'json', rows: 2, campaign: null, contact: false });
  });

  it('come in parts where an answer cannot hold them', async () => {
    const small = await startApi(database, { largestAnswerBytes: 1_000 });
    const other = await small.as('viewer');
    const refused = await other.get('/api/endorsements/export/csv/');
    assert.equal(refused.status, 413);
    assert.match(refused.json().detail, /limit=100&offset=0/);
    assert.equal(parse((await other.get('/api/endorsements/export/csv/?limit=1&offset=1')).text)[1]?.[2], 'Zoë Brook');
    await small.close();
  });

  it('are not read for who asks for the head alone', async () => {
    const { status, headers } = await viewer.send('HEAD', '/api/endorsements/export/csv/');
    assert.deepEqual([status, headers.get('content-type')], [200, 'text/csv; charset=utf-8']);
  });

  it('guard every column that anybody else writes, also those of reviewers', async () => {
    const [made] = (
      await database.pool.query<{ campaign: number }>(
        `with someone as (
           insert into stakeholder (first_name, last_name, organization, role, email, street_address, city, state, zip_code, type)
           values ('=1+1', '@x', '+1', '-1', '=1+1@example.net', '=1 Weir Road', '-Easton', 'MD', '21601', 'other')
           returning id),
         about as (insert into campaign (name, title) values ('formula', '=1+1') returning id)
         insert into endorsement (stakeholder, campaign, statement, admin_notes, verified_at, status)
         select someone.id, about.id, '%1', '|1', now(), 'verified' from someone, about returning campaign::int`,
      )
    ).rows;
    await database.pool.query(`update endorsement set status = 'approved' where campaign = $1`, [made?.campaign]);
    const path = `/api/endorsements/export/csv/?review=true&campaign_id=${made?.campaign}`;
    const [header = [], cells = []] = parse((await reviewer.get(path)).text);
    const written = Object.fromEntries(header.map((title, index) => [title, cells[index] ?? '']));
    const ours = Object.values(written).filter((cell) => /^[=+\-@|%]/.test(cell));
    assert.deepEqual(ours, []);
    const guarded = Object.entries(written).filter(([, cell]) => cell.startsWith("'"));
    assert.deepEqual(
      guarded.map(([title]) => title),
      [
        ...['Campaign', 'Stakeholder Name', 'Organization', 'Role', 'Email', 'Street Address', 'City', 'Statement'],
        'Notes',
      ],
    );
  });

  describe('of many', () => {
    const many = 8_000;
    before(async () => {
      await database.pool.query(`insert into campaign (name, title) values ('many', 'Many')`);
      await database.pool.query(
        `insert into stakeholder (first_name, last_name, email, street_address, city, state, zip_code, type)
         select 'Né' || n, 'Brook', 'many' || n || '@example.net', '7 Weir Road', 'Easton', 'MD', '21601', 'farmer'
           from generate_series(1, $1::int) n`,
        [many],
      );
      await database.pool.query(
        `insert into endorsement (stakeholder, campaign, statement, verified_at, status)
         select stakeholder.id, (select id from campaign where name = 'many'), repeat('Clean water for “everybody”. ', 60), now(), 'verified'
           from stakeholder where email like 'many%'`,
      );
      await database.pool.query(
        `update endorsement set status = 'approved' where campaign = (select id from campaign where name = 'many')`,
      );
    });
    const path = async (format: string) => {
      const { rows } = await database.pool.query(`select id::int from campaign where name = 'many'`);
      return `/api/endorsements/export/${format}/?campaign_id=${rows[0].id}`;
    };

    it('are whole, each row once and in order', async () => {
      const rows = parse((await viewer.get(await path('csv'))).text).slice(1);
      const names = Array.from({ length: many }, (_, index) => `Né${index + 1}`).sort();
      assert.deepEqual(
        rows.map((row) => row[2]),
        names.map((name) => `${name} Brook`),
      );
      const { endorsements } = (await viewer.get(await path('json'))).json();
      assert.deepEqual(
        endorsements.map(({ stakeholder }: { stakeholder: { first_name: string } }) => stakeholder.first_name),
        names,
      );
    });

    /** The same API over a pool that counts who takes a connection, and that can refuse. */
    async function watched(connect: (taken: number) => void): Promise<TestApi> {
      const { pool } = database;
      let taken = 0;
      const counted = async () => {
        connect(++taken);
        return await pool.connect();
      };
      const counting = Object.create(pool, {
        connect: {
          // A query of the pool's own takes its connection with a callback, and is none of the pages.
          value: (callback?: Parameters<typeof pool.connect>[0]) => (callback ? pool.connect(callback) : counted()),
        },
      });
      return startApi({ pool: counting }, { media: api.services.media, log: () => {} });
    }

    it('wait for a slow reader, and read no further than that meanwhile', async () => {
      let pages = 0;
      const own = await watched((taken) => {
        pages = taken;
      });
      const response = await fetch(`${own.url}${await path('csv')}`, {
        headers: { Authorization: (await apiKey()).header },
      });
      const reader = response.body?.getReader();
      await reader?.read();
      let before = -1;
      while (pages !== before) {
        before = pages;
        await sleep(300);
      }
      // What fits into the sockets between: some megabytes of 14, and the page after it.
      assert.ok(pages < 8, `${pages} pages of 8`);
      let bytes = 0;
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) bytes += part.value.length;
      assert.ok(bytes > 12_000_000, String(bytes));
      assert.equal(pages, 8);
      await own.close();
    });

    it('are cut off where the database goes away, so that nobody takes a part for all of it', async () => {
      const own = await watched((taken) => {
        if (taken === 4) throw new Error('away');
      });
      const response = await fetch(`${own.url}${await path('json')}`, {
        headers: { Authorization: (await apiKey()).header },
      });
      assert.equal(response.status, 200);
      await assert.rejects(response.text());
      await own.close();
    });
  });

  it('have caused no error', () => assert.deepEqual(api.logged, []));
});
