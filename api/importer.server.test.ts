import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FreshDatabase, freshDatabase } from '../scripts/testing/database.ts';
import { layerMembers } from './geodata/formats/testing/shapefile-writer.ts';
import { writeZip } from './geodata/formats/testing/zip-writer.ts';

const importer = fileURLToPath(new URL('./importer.ts', import.meta.url));
const bundled = fileURLToPath(new URL('./local/boundaries/', import.meta.url));
const edge = fileURLToPath(new URL('./geodata/fixtures/edge/', import.meta.url));

describe('npm run import-tiger', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let folder: string;
  before(async () => {
    database = await freshDatabase();
    folder = mkdtempSync(join(tmpdir(), 'coalition-importer-'));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await database.close();
  });

  async function run(words: string, variables: Record<string, string> = {}) {
    const env = { ...process.env, NO_COLOR: '1', DATABASE_URL: database.url ?? '', ...variables };
    const child = spawn(process.execPath, [importer, ...words.split(' ').filter(Boolean)], { env, cwd: folder });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    const [code] = await once(child, 'close');
    return { code, out, err };
  }
  const inForce = async () => {
    const { rows } = await database.pool.query<{ line: string }>(
      `select layer || ' ' || vintage || ' ' || count(*) as line
         from (select region.layer, vintage from region join boundary_set on boundary_set.id = boundary_set_id where active) as r
        group by layer, vintage order by 1`,
    );
    return rows.map(({ line }) => line);
  };

  it('rehearses everything and keeps nothing', async () => {
    const { code, out } = await run(`--dataset sldu,sldl --states MN --year 2024 --source dir:${bundled} --dry-run`);
    assert.equal(code, 0);
    assert.match(out, /State lower chamber districts +134 +0 +0 +0/);
    assert.match(out, /Dry run: nothing was kept/);
    assert.deepEqual(await inForce(), []);
    const { rows } = await database.pool.query(
      'select (select count(*) from boundary_set) + (select count(*) from import_runs) as left',
    );
    assert.deepEqual(rows, [{ left: '0' }]);
  });

  it('takes a file by its name alone, and says what it is where it is none', async () => {
    const { code, out } = await run(`${join(bundled, 'tl_2024_27_sldu.zip')} --dry-run`);
    assert.equal(code, 0);
    assert.match(out, /State upper chamber districts +67 +0 +0 +0/);
    const text = join(folder, 'tl_2024_27_sldl.zip');
    writeFileSync(text, 'not a zip');
    const refused = await run(`${text} nowhere.zip`);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /tl_2024_27_sldl\.zip: it is not a zip.*\n[\s\S]*nowhere\.zip: there is no such file/);
    rmSync(text);
    const both = await run(`${text} --states MN`);
    assert.deepEqual([both.code, /^✗ --states cannot be beside/.test(both.err)], [2, true]);
  });

  it('imports, says what changed, and skips what it has', async () => {
    const words = `--dataset sldu,sldl --states MN,NE --year 2024 --source dir:${bundled}`;
    const first = await run(words);
    assert.equal(first.code, 3, 'Nebraska’s file is not in that folder');
    assert.match(first.out, /tl_2024_27_sldl +loaded +134 +0 +0/);
    assert.match(first.err, /– sldl of Nebraska: Nebraska has one chamber/);
    assert.match(first.err, /✗ tl_2024_31_sldu\.zip is not to be had from the folder/);
    assert.deepEqual(await inForce(), ['state_lower 2024 134', 'state_upper 2024 67']);
    const again = await run(`${words.replace('MN,NE', 'MN')} --json`);
    assert.equal(again.code, 0);
    const report = JSON.parse(again.out);
    assert.deepEqual(
      report.files.map(({ name, kind }: Record<string, string>) => `${name} ${kind}`),
      ['tl_2024_27_sldu unchanged', 'tl_2024_27_sldl unchanged'],
    );
    assert.ok(report.peakMegabytes > 0);
  });

  it('puts only the states in force that were asked for', async () => {
    assert.equal(
      (await run(`--dataset county --states MN,WI --year 2022 --resolution 20m --source dir:${bundled}`)).code,
      0,
    );
    assert.ok((await inForce()).includes('county 2022 159'));
    const { out } = await run(`--dataset county --states CT --year 2022 --resolution 20m --source dir:${bundled}`);
    assert.match(out, /unchanged/);
    assert.ok((await inForce()).includes('county 2022 168'), 'with the nine planning regions of Connecticut');
  });

  it('writes down what it did', async () => {
    const { rows } = await database.pool.query<{ line: string }>(
      `select concat_ws(' ', name, import_files.outcome, regions, length(sha256)) as line
         from import_files join import_runs on import_runs.id = run_id
        where import_runs.outcome = 'partly' order by import_files.id`,
    );
    assert.deepEqual(
      rows.map(({ line }) => line),
      [
        'sldl of Nebraska absent',
        'tl_2024_27_sldu loaded 67 64',
        'tl_2024_31_sldu refused',
        'tl_2024_27_sldl loaded 134 64',
      ],
    );
  });

  it('stops before a file with far fewer districts than are in force', async () => {
    const { code, err } = await run(`--dataset sldl --states MN --year 2024 --source dir:${join(edge)}`);
    assert.equal(code, 1, 'no file of that name');
    assert.match(err, /not to be had/);
    assert.deepEqual(
      (await inForce()).filter((line) => line.startsWith('state')),
      ['state_lower 2024 134', 'state_upper 2024 67'],
    );
  });

  it('does not let the names in a file command the terminal', async () => {
    const members = ['a\u001b[2J', 'b'].flatMap((name) => layerMembers({ name }));
    writeFileSync(join(folder, 'tl_2024_46_sldu.zip'), writeZip(members));
    const { code, out, err } = await run('--dataset sldu --states SD --year 2024 --source dir:.');
    assert.equal(code, 1);
    assert.match(err, /several layers: a\\x1b\[2J\.shp, b\.shp/);
    assert.ok(![...out, ...err].includes('\u001b'));
  });

  it('refuses another vintage under the name that was asked for', async () => {
    const before = await inForce();
    copyFileSync(join(bundled, 'tl_2024_27_sldu.zip'), join(folder, 'tl_2023_27_sldu.zip'));
    const { code, err } = await run('--dataset sldu --states MN --year 2023 --source dir:.');
    assert.equal(code, 1);
    assert.match(err, /tl_2023_27_sldu\.zip holds tl_2024_27_sldu, not the tl_2023_27_sldu that was asked for/);
    assert.deepEqual(await inForce(), before);
  });

  it('draws what it read, without a database', async () => {
    const { code, out } = await run(
      `--dataset sldu --states MN --year 2024 --source dir:${bundled} --preview map.svg`,
      { DATABASE_URL: '' },
    );
    assert.equal(code, 0);
    assert.match(out, /67 regions of one file drawn in map\.svg/);
    const svg = readFileSync(join(folder, 'map.svg'), 'utf8');
    assert.equal(svg.match(/<path /g)?.length, 67);
    assert.match(svg, /<title>State Senate District 65 \(27065\)<\/title>/);
    assert.doesNotMatch(svg, /NaN|Infinity/);
  });

  for (const [words, code, message, remedy] of [
    ['--dataset roads', 2, /There is no data set "roads"/, /state, county, cd, sldu, sldl/],
    ['--states XX', 2, /There is no state "XX"/, /CO,MN/],
    ['--year 24', 2, /--year is "24"/, /four digits/],
    ['--year 1999', 2, /no boundaries of 1999/, /2008/],
    ['--source ftp', 2, /--source is "ftp"/, /census, dir:/],
    ['--source s3', 2, /does not say which bucket/, /IMPORT_CACHE/],
    ['--source dir:nowhere', 1, /The folder nowhere cannot be read \(ENOENT\)/, /--source dir:/],
    ['--dataset sldl --resolution 5m', 2, /no legislative districts \(sldl\) at 5m/, /500k/],
    [
      `--dataset sldl --states MN --year 2100 --source dir:${bundled}`,
      1,
      /tl_2100_27_sldl\.zip is not to be had/,
      /not known yet/,
    ],
  ] as const) {
    it(`explains ${words.replace(bundled, '…')}`, async () => {
      const result = await run(words);
      assert.equal(result.code, code, result.err);
      assert.match(result.err, message);
      assert.match(result.err, remedy);
      assert.doesNotMatch(result.err, /\n\s+at .*:\d+:\d+/, 'no stack');
    });
  }

  it('asks for a server where there is none', async () => {
    const { code, err } = await run(`--dataset sldu --states MN --source dir:${bundled}`, { DATABASE_URL: '' });
    assert.equal(code, 2);
    assert.match(err, /There is no DATABASE_URL/);
  });
});
