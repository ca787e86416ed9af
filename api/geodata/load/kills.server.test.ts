import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FreshDatabase, freshDatabase } from '../../../scripts/testing/database.ts';
import { openServer } from '../../database/database.ts';
import { migrate } from '../../database/migrate.ts';
import { lookUp, lookUpMany } from '../../regions/lookup.ts';
import { importFile } from './import-file.ts';
import { importRun } from './import-run.ts';
import { serveSlowly } from './testing/slow-server.ts';
import { asOfYear } from './testing/vintages.ts';

/** How many imports are cut short: a dozen each time, KILLS=100 on request. SEED repeats a run. */
const kills = Number(process.env.KILLS ?? 12);
const seed = Number(process.env.SEED ?? 20_241_123);

const program = fileURLToPath(new URL('./testing/import-process.ts', import.meta.url));
const names = ['tl_2024_27_sldu', 'tl_2024_27_sldl'];
const places = [
  { lat: 44.9553, lng: -93.1022, upper: '27065', lower: '2765B' }, // Saint Paul
  { lat: 46.7867, lng: -92.1005, upper: '27008', lower: '2708A' }, // Duluth
];

describe('geodata: an import that is cut short', function () {
  this.timeout(30_000 + kills * 10_000);
  let database: FreshDatabase;
  let folder: string;
  let census: string;
  let server: Server;
  const files = new Map<number, string[]>();
  before(async () => {
    database = await freshDatabase();
    folder = mkdtempSync(join(tmpdir(), 'coalition-kills-'));
    for (const year of [2023, 2024])
      files.set(year, await Promise.all(names.map((name) => asOfYear(name, year, folder))));
    for (const path of files.get(2023) ?? []) await importFile(database, path);
    await database.pool.query(`
      insert into stakeholder (first_name, last_name, email, type, location, state_senate_district, state_house_district)
      select 'Ada', 'Here', 'ada@example.org', 'farmer', st_makepoint(-93.1022, 44.9553),
             (select id from region where geoid = '27065'), (select id from region where geoid = '2765B')`);
    ({ url: census, server } = await serveSlowly(folder, 20));
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
    await database.close();
  });

  /** @returns the vintage that every lookup answers with; fails where they are mixed or incomplete */
  async function vintageInForce(): Promise<number> {
    const vintages = new Set<number>();
    // One statement, for the switch may come between two.
    for (const [index, found] of (await lookUpMany(database, places)).entries()) {
      assert.deepEqual(
        found.map(({ geoid }) => geoid),
        [places[index]?.upper, places[index]?.lower],
      );
      for (const { vintage } of found) vintages.add(vintage);
    }
    assert.equal(vintages.size, 1, `lookups answer with ${[...vintages].join(' and ')}`);
    return [...vintages][0] ?? 0;
  }

  /** Every region in force has its cells, together as large as it is, and no other has any. */
  async function allIsWhole() {
    const { rows } = await database.pool.query<{ regions: number; short: number }>(`
      select count(*)::int as regions,
             count(*) filter (where abs(coalesce(st_area(geom), 0) - coalesce(covered, 0)) > 1e-9)::int as short
        from (select id, geom from region where active) as region
        full join (select region_id, sum(coalesce(st_area(part), 4 ^ (9 - floor(log(4, cell))))) as covered
                     from region_cell group by region_id) as cells
               on region_id = id`);
    assert.deepEqual(rows, [{ regions: 201, short: 0 }]);
  }

  /** Somebody's districts are of the vintage that is in force. */
  async function peopleAreIn(vintage: number) {
    const { rows } = await database.pool.query(
      `select array_agg(distinct vintage) as vintages, bool_and(region.active) as active, count(*)::int
         from stakeholder
         join region on region.id in (state_senate_district, state_house_district)
         join boundary_set on boundary_set.id = boundary_set_id`,
    );
    assert.deepEqual(rows, [{ vintages: [vintage], active: true, count: 2 }]);
  }

  const downloads = () => join(folder, 'downloads');
  const start = (year: number): ChildProcess => {
    // Downloaded anew each time, except for what a kill left of it.
    for (const name of existsSync(downloads()) ? readdirSync(downloads()) : [])
      if (name.endsWith('.zip')) rmSync(join(downloads(), name));
    const urls = (files.get(year) ?? []).map((path) => `${census}/${basename(path)}`);
    return fork(program, [database.url ?? '', downloads(), ...urls], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  };

  it(`leaves lookups with the old vintage or the new one, whole (${kills} kills, seed ${seed})`, async () => {
    const random = mulberry32(seed);
    let inForce = 2023;
    // How long an import takes here, from its start to its end, tells when to strike.
    const began = Date.now();
    const [code] = await once(start(2023), 'exit');
    assert.equal(code, 0);
    const whole = Date.now() - began;

    const endings = { old: 0, new: 0 };
    for (let round = 0; round < kills; round++) {
      const wanted = inForce === 2023 ? 2024 : 2023;
      const child = start(wanted);
      let failure = '';
      child.stderr?.on('data', (text) => (failure += text));
      const exit = once(child, 'exit');
      const cutOff = sleep(random() * whole * 1.05).then(async () => {
        if (random() < 0.7) child.kill('SIGKILL');
        else await loseConnection(database);
      });
      let over = false;
      exit.then(() => {
        over = true;
      });
      while (!over) {
        const seen = await vintageInForce();
        assert.ok(seen === inForce || seen === wanted);
      }
      await Promise.all([exit, cutOff]);
      await settled(database);
      assert.doesNotMatch(failure, /deadlock|out of memory/);
      const now = await vintageInForce();
      assert.ok(now === inForce || now === wanted, `${now} is neither ${inForce} nor ${wanted}`);
      await peopleAreIn(now);
      endings[now === inForce ? 'old' : 'new']++;
      inForce = now;
    }
    await allIsWhole();
    // At the end an import goes through as if nothing had been.
    const [last] = await once(start(inForce === 2023 ? 2024 : 2023), 'exit');
    assert.equal(last, 0);
    assert.notEqual(await vintageInForce(), inForce);
    await allIsWhole();
    const { rows } = await database.pool.query(`select count(*)::int from import_runs where outcome = 'running'`);
    assert.deepEqual(rows, [{ count: 0 }]);
    assert.ok(kills < 12 || (endings.old > 0 && endings.old + endings.new === kills), JSON.stringify(endings));
  });

  it('ends with 5 while another one runs, or waits for it when told to', async () => {
    const other = await openServer(database.url ?? '', { connections: 1 });
    const [path = ''] = files.get(2023) ?? [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let started = () => {};
    const holds = new Promise<void>((resolve) => {
      started = resolve;
    });
    const first = importRun(other, [
      {
        name: 'slow',
        async fetch() {
          started();
          await held;
          return { kind: 'absent', reason: 'it took too long' };
        },
      },
    ]);
    await holds;
    await assert.rejects(importFile(database, path), { exitCode: 5, message: /Another import is running/ });
    const waiting = importFile(database, path, { wait: true });
    release();
    assert.equal((await first).files[0]?.kind, 'absent');
    assert.ok((await waiting).kind);
    await other.close();
  });
});

describe('geodata: an import into a full disk', function () {
  this.timeout(60_000);

  // Only root of a machine with PostgreSQL's user can make a disk that small.
  const small = mkdtempSync(join(tmpdir(), 'coalition-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=36m', 'tmpfs', small]).status === 0;
  after(() => {
    if (mounted) spawnSync('umount', [small]);
    rmSync(small, { recursive: true, force: true });
  });

  const where = mounted && ownedByPostgres(small) ? it : () => {};
  where('says so, and what was in force stays', async () => {
    const database = await freshDatabase();
    try {
      await database.pool.query(`create tablespace small location '${small}'`);
      const url = new URL(database.url ?? '');
      const name = `${url.pathname.slice(1)}_full`;
      await database.pool.query(`create database ${name} tablespace small`);
      url.pathname = `/${name}`;
      const full = await openServer(url.href);
      try {
        await migrate(full);
        const path = fileURLToPath(new URL('../../local/boundaries/tl_2024_27_sldl.zip', import.meta.url));
        await importFile(full, path);
        const before = await lookUp(full, 44.9553, -93.1022);
        await assert.rejects(
          async () => {
            for (let edition = 0; edition < 10; edition++) await importFile(full, path, { force: true });
          },
          { name: 'ImportError', message: 'The disk of the database is full.' },
        );
        assert.deepEqual(await lookUp(full, 44.9553, -93.1022), before);
      } finally {
        await full.close();
        await database.pool.query(`drop database ${name} with (force)`);
        await database.pool.query('drop tablespace small');
      }
    } finally {
      await database.close();
    }
  });
});

/** Cuts the connection of the import, as a failover or a network would. */
async function loseConnection(database: FreshDatabase): Promise<void> {
  await database.pool.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid in (select pid from pg_locks where locktype = 'advisory' and granted)`);
}

/** A server notices that a client was killed only when it next writes to it. */
async function settled(database: FreshDatabase): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query<{ held: boolean }>(
      `select exists (select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())) as held`,
    );
    if (!rows[0]?.held) return;
    await sleep(20);
  }
}

function ownedByPostgres(folder: string): boolean {
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  try {
    chownSync(folder, id('-u'), id('-g'));
    chmodSync(folder, 0o700);
    return statSync(folder).uid === id('-u');
  } catch {
    return false;
  }
}

/** A small seeded generator, so that a failure can be repeated. */
function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
