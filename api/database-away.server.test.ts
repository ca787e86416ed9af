/** What happens to requests when PostgreSQL itself ends their connections. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startApi, type TestApi } from '../scripts/testing/api.ts';
import { addContent, type Content } from '../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../scripts/testing/database.ts';

describe('a server that ends connections', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let other: pg.Client;
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database);
    other = new pg.Client({ connectionString: database.url ?? '' });
    await other.connect();
  });
  after(async () => {
    await other.end();
    await api.close();
    await database.close();
  });

  /** Holds the table, lets a request wait for it, ends the request's connection, and lets go. */
  async function whileWaiting<T>(request: Promise<T>): Promise<T> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const { rows } = await other.query(
        `select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      if (rows.length > 0) {
        await other.query('select pg_terminate_backend($1)', [rows[0].pid]);
        break;
      }
      await sleep(10);
    }
    await other.query('rollback');
    return request;
  }

  it('between two requests, the next one is answered', async () => {
    assert.equal((await api.get('/api/campaigns/')).status, 200);
    await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await sleep(50);
    for (let request = 0; request < 10; request++) assert.equal((await api.get('/api/campaigns/')).status, 200);
  });

  it('within a read, it is asked once more', async () => {
    await other.query('begin');
    await other.query('lock table campaign in access exclusive mode');
    const answer = await whileWaiting(api.get('/api/campaigns/'));
    assert.equal(answer.status, 200, answer.text);
  });

  it('within a write, it is a 503, nothing is stored, and the same write is taken again', async () => {
    const editor = await api.as('editor');
    const change = () => editor.send('PATCH', `/api/campaigns/${content.campaign}/`, { title: 'After the storm' });
    await other.query('begin');
    await other.query('lock table audit_entry in access exclusive mode');
    const answer = await whileWaiting(change());
    assert.equal(answer.status, 503, answer.text);
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.equal((await api.get(`/api/campaigns/${content.campaign}/`)).json().title, 'Clean Water');
    assert.equal((await change()).status, 200);
  });
});
