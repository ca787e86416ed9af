/** The way to the database, a step at a time: where one fails, the ones after it could not say why. */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { serverOnUse } from '../../database/database.ts';
import { readMigrations } from '../../database/migrate.ts';
import { rdsAuthorities } from '../../database/rds-certificates.ts';
import { ownDatabaseUrl } from '../../secrets/own-database.ts';
import type { Stage } from '../../secrets/secrets.ts';
import type { JobSettings } from '../../settings.ts';
import { type Examination, Finding } from './examination.ts';

const steps = [
  'database: secret',
  'database: DNS',
  'database: TCP',
  'database: TLS',
  'database: PostGIS',
  'database: migrations',
];

export interface Way {
  /** Of the login's secret. */
  readonly stage?: Stage;
  /** Where the database is looked for in place of what the secret says. */
  readonly host?: string;
}

export async function examineDatabase(
  { check, skip }: Examination,
  settings: JobSettings,
  { stage, host: otherHost }: Way = {},
): Promise<void> {
  const skipAfter = (failed: number) => {
    for (const name of steps.slice(failed + 1)) skip(name, `after ${steps[failed]} is mended`);
  };
  const url = await check(steps[0] ?? '', async () => {
    const value = new URL(await ownDatabaseUrl(settings, stage));
    if (otherHost !== undefined) value.hostname = besideIt(otherHost, value.hostname);
    return { found: `${value.pathname.slice(1)} on ${value.hostname}:${value.port || 5432}`, value };
  });
  if (!url) return skipAfter(0);
  const host = decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '');
  const port = Number(url.port || 5432);

  const addresses = await check(steps[1] ?? '', async () => {
    const all = isIP(host) ? [{ address: host }] : await lookup(host, { all: true });
    return { found: all.map(({ address }) => address).join(', '), value: all };
  });
  if (!addresses) return skipAfter(1);

  const isReached = await check(steps[2] ?? '', async () => {
    const socket = await reach(host, port);
    const found = `${socket.remoteAddress} answers`;
    socket.destroy();
    return { found, value: true };
  });
  if (!isReached) return skipAfter(2);

  const wantsTls =
    !/^(disable|prefer)$/.test(url.searchParams.get('sslmode') ?? 'disable') || (await rdsAuthorities(host));
  if (!wantsTls) skip(steps[3] ?? '', 'its URL does not ask for it');
  else if (!(await check(steps[3] ?? '', () => shakeHands(host, port)))) return skipAfter(3);

  const migrated = await check(steps[4] ?? '', () => askPostgis(url.href));
  if (!migrated) return skipAfter(4);

  await check(steps[5] ?? '', async () => {
    const missing = (await readMigrations()).filter(({ name }) => !migrated.includes(name));
    if (missing.length > 0)
      throw new Finding(`${missing.length} are missing, from ${missing[0]?.name} on.`, 'Run the job migrate.');
    return { found: `all ${migrated.length} are applied`, value: true };
  });
}

/** The login is shown to nobody but another instance of the same account: RDS names those alike. @throws Finding */
function besideIt(host: string, own: string): string {
  const family = (name: string) => name.slice(name.indexOf('.'));
  if (/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/.test(host) && family(host) === family(own)) return host;
  throw new Finding(
    `${host} is no neighbour of ${own}.`,
    'Name the endpoint of an instance of the same account and region.',
  );
}

/** @returns a socket that is connected */
export async function reach(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, timeout: 5_000 });
  socket.on('timeout', () =>
    socket.destroy(Object.assign(new Error(`${host}:${port} does not answer.`), { code: 'ETIMEDOUT' })),
  );
  await once(socket, 'connect');
  return socket;
}

/** As PostgreSQL does it: a question in the clear whether there is TLS, then TLS. */
async function shakeHands(host: string, port: number): Promise<{ found: string; value: true }> {
  const socket = await reach(host, port);
  try {
    const request = Buffer.alloc(8);
    request.writeInt32BE(8, 0);
    request.writeInt32BE(80_877_103, 4);
    socket.write(request);
    const [reply] = await once(socket, 'data');
    if (String(reply) !== 'S')
      throw new Finding('The server speaks no TLS.', 'RDS does; for another server, turn ssl on in its configuration.');
    const ca = await rdsAuthorities(host);
    const secure = connectTls({ socket, ...(isIP(host) ? {} : { servername: host }), ...(ca ? { ca: [...ca] } : {}) });
    await once(secure, 'secureConnect');
    const { issuer, valid_to } = secure.getPeerCertificate();
    return {
      found: `${secure.getProtocol()}, certificate of ${issuer?.CN ?? 'nobody named'}, valid to ${valid_to}`,
      value: true,
    };
  } finally {
    socket.destroy();
  }
}

/** @returns the names of the migrations that are applied */
async function askPostgis(url: string): Promise<{ found: string; value: readonly string[] }> {
  const database = serverOnUse({ url: async () => url, name: 'of the secret' }, { connections: 1 });
  try {
    const { rows } = await database.pool.query<{ server: string; postgis: string }>(
      `select split_part(version(), ' ', 2) as server, postgis_full_version() as postgis`,
    );
    const { rows: table } = await database.pool.query<{ there: boolean }>(
      `select to_regclass('migration') is not null as there`,
    );
    const { rows: applied } = table[0]?.there
      ? await database.pool.query<{ name: string }>('select name from migration')
      : { rows: [] };
    const names = applied.map(({ name }) => name);
    return { found: `PostgreSQL ${rows[0]?.server}, ${rows[0]?.postgis}`, value: names };
  } finally {
    await database.close();
  }
}
