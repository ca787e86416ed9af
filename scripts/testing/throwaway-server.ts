/** A PostgreSQL server that lives as long as this process, in a temporary folder, on a port of its own. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ThrowawayServer {
  /** Of its superuser and maintenance database. */
  readonly url: string;
}

/** Where the programs of a PostgreSQL are that also has PostGIS; undefined where this machine has none. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')) && hasPostgis(folder),
  );
}

function hasPostgis(folder: string): boolean {
  // pg_config is not part of Debian's server packages, whose shared folder is named like the version.
  const version = /\/postgresql\/(\d+)\/bin$/.exec(folder)?.[1];
  const shared = version ? `/usr/share/postgresql/${version}` : output(join(folder, 'pg_config'), ['--sharedir']);
  return existsSync(join(shared, 'extension', 'postgis.control'));
}

/**
 * Starts it; durable writes are off, because nothing outlives the process anyway.
 * @param folder of the programs, from `findPostgres()`
 * @param password of its superuser; then every role needs one, which nobody does otherwise
 */
export async function startThrowawayServer(folder: string, password?: string): Promise<ThrowawayServer> {
  const data = mkdtempSync(join(tmpdir(), 'coalition-postgres-'));
  const owner = unprivilegedUser();
  if (owner) chownSync(data, owner.uid, owner.gid);
  const passwordFile = `${data}.password`;
  if (password !== undefined) writeFileSync(passwordFile, `${password}\n`, { mode: 0o644 });
  const auth = password === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const init = spawnSync(
    join(folder, 'initdb'),
    ['-D', data, '-U', 'postgres', ...auth, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    {
      ...owner,
      cwd: data,
      encoding: 'utf8',
    },
  );
  rmSync(passwordFile, { force: true });
  if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr || init.error?.message}`);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: data,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: 120,
  };
  const server = spawn(
    join(folder, 'postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...owner,
      cwd: data,
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  );
  process.once('exit', () => {
    server.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  });
  // The tests' process may end although the server runs; the line above then ends the server.
  server.unref();
  const login = password === undefined ? 'postgres' : `postgres:${encodeURIComponent(password)}`;
  const url = `postgres://${login}@127.0.0.1:${port}/postgres`;
  await answering(url, server);
  return { url };
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const { default: pg } = await import('pg');
  for (let attempt = 0; attempt < 100; attempt++) {
    if (server.exitCode !== null) throw new Error(`The throw-away PostgreSQL ended with ${server.exitCode}.`);
    const client = new pg.Client({ connectionString: url });
    const answers = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => {});
    if (answers) return;
    await sleep(100);
  }
  throw new Error('The throw-away PostgreSQL did not answer within 10 s.');
}

/** PostgreSQL refuses to run as root; then it runs as its own user, or as nobody. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const name = output('id', ['-u', 'postgres']) ? 'postgres' : 'nobody';
  return { uid: Number(output('id', ['-u', name])), gid: Number(output('id', ['-g', name])) };
}

function output(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => probe.once('listening', ready));
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}
