import assert from 'node:assert/strict';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { openServer } from '../database/database.ts';
import { handler } from '../jobs.ts';
import { bootstrap } from './bootstrap-database.ts';

describe('jobs', () => {
  let database: FreshDatabase;
  let own: URL;
  const variables = { ...process.env };
  before(async () => {
    database = await freshDatabase({ migrated: false });
    own = new URL(database.url ?? '');
    own.pathname = '/coalition_staging';
    own.username = 'coalition_staging';
    own.password = encodeURIComponent(`it's "odd" 100%`);
  });
  after(async () => {
    process.env = variables;
    await database.pool.query('drop database if exists coalition_staging with (force)');
    await database.pool.query('drop role if exists coalition_staging');
    await database.close();
  });
  const master = () => ({ username: new URL(database.url ?? '').username, password: '' });

  it('make a database and a role that is nobody else’s, once', async () => {
    const first = await bootstrap('staging', own, master());
    assert.deepEqual(
      [first.database, first.role, first.created],
      ['coalition_staging', 'coalition_staging', ['role', 'database']],
    );
    assert.match(first.postgis, /^3\./);
    assert.deepEqual((await bootstrap('staging', own, master())).created, []);
    const { rows } = await database.pool.query(
      `select rolsuper, rolcreatedb, rolcreaterole, rolcanlogin,
              has_database_privilege('public', 'coalition_staging', 'connect') as everybody
         from pg_roles where rolname = 'coalition_staging'`,
    );
    assert.deepEqual(rows, [
      { rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolcanlogin: true, everybody: false },
    ]);
  });

  it('refuse a database or a role of another environment (H20: two environments shared a database, and logs printed secrets)', async () => {
    await assert.rejects(
      bootstrap('production', own, master()),
      /both called coalition_production; its secret names others/,
    );
    Object.assign(process.env, { ENVIRONMENT: 'production', DATABASE_URL: own.href });
    await assert.rejects(
      handler({ job: 'migrate' }),
      /The database of production is coalition_production, and coalition_staging is configured/,
    );
  });

  it('migrate as that role, and then find nothing missing', async () => {
    Object.assign(process.env, { ENVIRONMENT: 'staging', DATABASE_URL: own.href });
    const first = (await handler({ job: 'migrate' })) as { applied: string[] };
    assert.ok(first.applied.includes('0011_access.sql'));
    assert.deepEqual(((await handler({ job: 'migrate' })) as { applied: string[] }).applied, []);
  });

  it('add the first administrator, whose password is said once', async () => {
    Object.assign(process.env, { ENVIRONMENT: 'staging', DATABASE_URL: own.href });
    const added = (await handler({
      job: 'add-staff',
      email: 'ann@example.org',
      name: 'Ann',
      role: 'administrator',
    })) as { password: string };
    assert.match(added.password, /^[0-9a-f]{6}(-[0-9a-f]{6}){3}$/);
    const used = await openServer(own.href, { connections: 1 });
    const { rows } = await used.pool.query('select email, role from account');
    await used.close();
    assert.deepEqual(rows, [{ email: 'ann@example.org', role: 'administrator' }]);
    await assert.rejects(handler({ job: 'add-staff', email: 'nobody' }), /needs email, name and role/);
  });

  it('refuse what they do not understand', async () => {
    Object.assign(process.env, { ENVIRONMENT: 'staging', DATABASE_URL: own.href, MASTER_SECRET_ARN: 'arn' });
    await assert.rejects(handler({ job: 'db-bootstrap', pending: 'yes' }), /takes "pending": true, or nothing/);
    await assert.rejects(handler({ job: 'doctor', pending: 'master' }), /takes "pending" \(database, secret-key/);
    delete process.env.MASTER_SECRET_ARN;
  });

  it('are named, or nothing happens', async () => {
    await assert.rejects(
      handler({ job: 'drop-everything' }),
      /names no job. There are migrate, db-bootstrap, add-staff/,
    );
    await assert.rejects(handler(undefined), /names no job/);
  });
});
