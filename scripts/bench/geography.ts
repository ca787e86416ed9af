/**
 * `npm run bench -- geography`: whose district is this, over HTTP, against the same server's liveness; a state's
 * districts against their own 304, beside what as many bytes cost a server that does nothing else; and how many endorsed,
 * of a million (`ENDORSEMENTS=20000` takes fewer), with what it costs to keep that counted.
 *
 * Requests take turns, one by one, and a ratio is that of medians; rates are of rounds that take turns.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { importFile } from '../../api/geodata/load/import-file.ts';
import { columns } from '../terminal/style.ts';
import { cleanUp, freshDatabase } from '../testing/database.ts';
import { fillEndorsements } from './geography/endorsements.ts';
import { maintainCounts } from './geography/maintaining.ts';

const requests = 3_000;
const rounds = 5;
const roundMs = 1_500;
const connections = 16;
const endorsements = Number(process.env.ENDORSEMENTS ?? 1_000_000);
const boundaries = fileURLToPath(new URL('../../api/local/boundaries/', import.meta.url));

const database = await freshDatabase();
if (!database.url) throw new Error('This benchmark needs a PostgreSQL server with PostGIS on this machine.');
for (const name of [
  'cb_2022_us_state_500k',
  'cb_2022_us_county_20m',
  'cb_2025_us_cd119_20m',
  'tl_2024_27_sldu',
  'tl_2024_27_sldl',
])
  await importFile(database, `${boundaries}${name}.zip`);

// Who sits for each district there, for look-ups name them.
await database.pool.query(`
  insert into legislator (level, bioguide_id, first_name, last_name, chamber, state, district)
  select case layer when 'congressional' then 'federal' when 'state' then 'federal' else 'state' end,
         case when layer in ('congressional', 'state') then 'B' || region.id || n end, 'First' || n, 'Last' || region.id,
         case layer when 'congressional' then 'house' when 'state' then 'senate' when 'state_upper' then 'state_senate' else 'state_house' end,
         'MN', case layer when 'state' then '' else substr(geoid, 3) end
    from region, generate_series(1, case layer when 'state' then 2 else 1 end) as n
   where active and state_fips = '27' and layer <> 'county'`);

const server = await serve('./api/ours.ts', database.url);
const agent = new Agent({ keepAlive: true, maxSockets: connections });

// A fixed sample: everywhere in Minnesota, and for each request another client, or the limit would answer.
const points = Array.from({ length: 997 }, (_, n) => [
  43.6 + ((n * 7919) % 997) / 180,
  -96.6 + ((n * 104_729) % 997) / 150,
]);
let asked = 0;
const lookup = () => {
  const [lat = 0, lng = 0] = points[asked % points.length] ?? [];
  return `/api/regions/lookup?lat=${lat.toFixed(5)}&lng=${lng.toFixed(5)}`;
};
const health = () => '/api/health';

const latencies: Record<string, number[]> = { health: [], lookup: [] };
for (let n = -200; n < requests; n++) {
  for (const [name, path] of [
    ['health', health],
    ['lookup', lookup],
  ] as const) {
    const started = performance.now();
    await ask(path());
    if (n >= 0) latencies[name]?.push(performance.now() - started);
  }
}

const outlines = '/api/regions/state_lower/?state=MN';
const first = await ask(outlines);
const known = { 'If-None-Match': String(first.etag) };
const bare = await serve('./geography/bytes.ts', String(first.bytes));
const rates: Record<string, number[]> = { lookup: [], outlines: [], 'outlines, 304': [], bytes: [], 'bytes, 304': [] };
for (let round = 0; round <= rounds; round++) {
  const variants = {
    lookup: () => ask(lookup()),
    outlines: () => ask(outlines),
    'outlines, 304': () => ask(outlines, known),
    bytes: () => ask('/', {}, bare.origin),
    'bytes, 304': () => ask('/', known, bare.origin),
  };
  for (const [name, work] of Object.entries(variants)) {
    const rate = await perSecond(work);
    if (round > 0) rates[name]?.push(rate);
  }
}

const filled = await fillEndorsements(database, endorsements);
const counting: number[] = [];
for (let n = 0; n < 60; n++) {
  const started = performance.now();
  await ask(
    `/api/endorsements/counts/?campaign_id=${filled.campaign}&layer=${n % 2 === 0 ? 'congressional' : 'state_lower'}`,
  );
  if (n >= 10) counting.push(performance.now() - started);
}
const recount = performance.now();
await database.pool.query(
  `select geoid, count(*) from endorsement join stakeholder on stakeholder.id = stakeholder join region on region.id = state_house_district
    where campaign = $1 and status = 'approved' group by geoid`,
  [filled.campaign],
);
const computed = performance.now() - recount;
const maintained = await maintainCounts(database, filled.campaign);

const [base, ours] = [median(latencies.health), median(latencies.lookup)];
const rate = (name: string) => `${Math.round(median(rates[name])).toLocaleString('en')}/s`;
process.stdout.write(
  `${columns(
    [
      ['', 'median', 'p99', 'against', ''],
      ['GET /api/health', ms(base), ms(quantile(latencies.health, 0.99)), '', ''],
      [
        'GET /api/regions/lookup',
        ms(ours),
        ms(quantile(latencies.lookup, 0.99)),
        'health',
        `${(ours / base).toFixed(2)}x`,
      ],
      [`the same, ${connections} at once`, rate('lookup'), '', '', ''],
      [
        `134 districts, gzip, ${Math.round(first.bytes / 1000)} KB`,
        rate('outlines'),
        '',
        'its 304',
        `${(median(rates.outlines) / median(rates['outlines, 304'])).toFixed(2)}x`,
      ],
      ['the same, 304', rate('outlines, 304'), '', '', ''],
      [
        'as many bytes, from nothing but Node',
        rate('bytes'),
        '',
        'its 304',
        `${(median(rates.bytes) / median(rates['bytes, 304'])).toFixed(2)}x`,
      ],
      [
        `counts by district, ${endorsements.toLocaleString('en')} endorsements`,
        ms(median(counting)),
        ms(quantile(counting, 0.99)),
        'counting them',
        `${(computed / median(counting)).toFixed(0)}x faster`,
      ],
      ...(['endorsed', 'approved'] as const).map((what) => [
        `${what}, with its counts kept`,
        ms(maintained[what].kept),
        '',
        'without',
        `${(maintained[what].kept / maintained[what].bare).toFixed(2)}x`,
      ]),
    ],
    [1, 2, 4],
  )}\n`,
);
agent.destroy();
server.process.kill();
bare.process.kill();
await database.close();
await cleanUp();
process.exit();

async function serve(script: string, argument: string) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const started = spawn(process.execPath, [path, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(started.stdout, 'data');
  return { process: started, origin: `http://127.0.0.1:${String(port).trim()}` };
}

function ask(
  path: string,
  headers: Record<string, string> = {},
  origin = server.origin,
): Promise<{ bytes: number; etag: string | undefined }> {
  asked += 1;
  const client = `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`;
  return new Promise((resolve, reject) => {
    get(
      `${origin}${path}`,
      { agent, headers: { 'X-Forwarded-For': client, 'Accept-Encoding': 'gzip', ...headers } },
      (response) => {
        let bytes = 0;
        if ((response.statusCode ?? 500) >= 400) reject(new Error(`${path} answered ${response.statusCode}.`));
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () => resolve({ bytes, etag: response.headers.etag }));
      },
    ).on('error', reject);
  });
}

async function perSecond(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let answers = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - started < roundMs) {
        await work();
        answers += 1;
      }
    }),
  );
  return (answers / (performance.now() - started)) * 1000;
}

function median(values: readonly number[] = []): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[] = [], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
