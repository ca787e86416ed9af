import assert from 'node:assert/strict';
import { type Agent, type Answer, startApi, type TestApi, testPassword } from '../../scripts/testing/api.ts';
import { addContent, type Content } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { routesOf } from '../rooms.ts';

interface Entry {
  readonly action: string;
  readonly resource: string;
  readonly resource_id: number | null;
  readonly account: number;
  readonly request_id: string;
  readonly before: object | null;
  readonly after: object | null;
}

/** What staff can ask for that changes no row that they edit: an address to upload to, a look-up that is queued. */
const changesNothing = [
  'POST /api/media/uploads',
  'POST /api/staff/sanitized-html',
  'POST /api/stakeholders/{id}/locate',
];

describe('the audit', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let administrator: Agent;
  let account: number;
  const done: string[] = [];
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database);
    administrator = await api.as('administrator');
    const { rows } = await database.pool.query<{ id: number }>('select id from account');
    account = rows[0]?.id ?? 0;
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  /** Calls an operation, and holds what it leaves in the audit against what it did. @returns its answer */
  async function leaves(operation: string, id: number | string, body: unknown, action: string, resource: string) {
    const { rows: before } = await database.pool.query<{ last: string }>(
      'select coalesce(max(id), 0) as last from audit_entry',
    );
    const [method = '', path = ''] = operation.split(' ');
    const answer = await administrator.send(method, path.replace('{id}', String(id)), body);
    assert.ok(answer.status < 300, `${operation}: ${answer.text}`);
    const { rows } = await database.pool.query<Entry>('select * from audit_entry where id > $1', [before[0]?.last]);
    assert.equal(rows.length, 1, `${operation} leaves ${rows.length} entries`);
    const [entry] = rows;
    assert.deepEqual([entry?.action, entry?.resource, entry?.account], [action, resource, account], operation);
    assert.equal(entry?.request_id, answer.headers.get('x-request-id'), operation);
    const has = [action !== 'create' && !action.startsWith('log'), action !== 'delete' && !action.startsWith('log')];
    if (!['account', 'api_key', 'endorsement'].includes(resource)) {
      assert.deepEqual([entry?.before !== null, entry?.after !== null], has, operation);
    }
    done.push(operation);
    return answer;
  }

  async function upload(content_type: string, bytes: Buffer): Promise<string> {
    const allowed = await administrator.send('POST', '/api/media/uploads/', { content_type, bytes: bytes.length });
    const { file, url, headers } = allowed.json();
    assert.equal((await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) })).status, 200);
    return file;
  }

  it('has an entry for each thing that is edited: who, by which request, before and after', async () => {
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(50)]);
    const mp4 = Buffer.concat([Buffer.alloc(4), Buffer.from('ftypisom'), Buffer.alloc(50)]);
    const described = { title: 'A', alt_text: 'B' };
    const name = { first_name: 'A', last_name: 'B' };
    const bill = { number: '9', title: 'T', chamber: 'house', session: '119', introduced_date: '2026-01-02' };
    const edited: readonly (readonly [path: string, table: string, create: object, change: object, more?: string])[] = [
      ['campaigns', 'campaign', { name: 'audited', title: 'A' }, { title: 'B' }],
      ['bills', 'bill', { ...bill, campaign: content.campaign, level: 'federal' }, { title: 'U' }],
      ['legislators', 'legislator', { ...name, level: 'state', chamber: 'assembly', state: 'CA' }, { party: 'I' }],
      ['content-blocks', 'content_block', { page_type: 'about', block_type: 'text' }, { title: 'B' }],
      ['homepage', 'homepage', { organization_name: 'A' }, { tagline: 'B' }, 'activate'],
      ['themes', 'theme', { name: 'Audited' }, { description: 'B' }, 'activate'],
      [
        'legal/documents',
        'legal_document',
        { document_type: 'cookies', title: 'A', content: '<p>A</p>', version: '1' },
        { title: 'B' },
        'activate',
      ],
      ['images', 'image', { ...described, file: await upload('image/png', png) }, { title: 'C' }],
      ['videos', 'video', { ...described, file: await upload('video/mp4', mp4) }, { title: 'C' }],
    ];
    for (const [path, table, create, change, more] of edited) {
      const { id } = (await leaves(`POST /api/${path}`, '', create, 'create', table)).json();
      await leaves(`PATCH /api/${path}/{id}`, id, change, 'change', table);
      if (path === 'themes') await leaves('PUT /api/themes/{id}', id, { name: 'Put' }, 'change', table);
      if (more) {
        await leaves(`PATCH /api/${path}/{id}/activate`, id, undefined, 'activate', table);
        await database.pool.query(`update ${table} set is_active = false where id = $1`, [id]);
      }
      await leaves(`DELETE /api/${path}/{id}`, id, undefined, 'delete', table);
    }
  });

  it('has an entry for each decision on an endorsement', async () => {
    const sentIn = async (email: string, verified: boolean, held: boolean) => {
      const { rows } = await database.pool.query<{ id: number }>(
        `with person as (
           insert into stakeholder (first_name, last_name, email, type) values ('A', 'B', $2, 'other') returning id)
         insert into endorsement (stakeholder, campaign, status, verified_at)
         select id, $1, case when $3 then 'verified' else 'pending' end, case when $3 then now() end
           from person returning id`,
        [content.campaign, email, verified],
      );
      const id = rows[0]?.id ?? 0;
      await database.pool.query(
        `insert into submission (endorsement, digest, person, public_display, org_authorized, held_at)
         values ($1, sha256($2), '{}', true, false, case when $3 then now() end)`,
        [id, email, held],
      );
      return id;
    };
    const unverified = await sentIn('unverified@example.net', false, false);
    const verified = await sentIn('verified@example.net', true, false);
    const held = await sentIn('held@example.net', false, true);
    const decision = (
      id: number,
      action: string,
      body: object | undefined = {},
      path = '/api/staff/endorsements/{id}/',
    ) => leaves(`POST ${path}${action}`, id, body, 'change', 'endorsement');
    await decision(unverified, 'resend', undefined);
    await leaves('PATCH /api/staff/endorsements/{id}', verified, { admin_notes: 'N' }, 'change', 'endorsement');
    for (const action of ['approve', 'show', 'hide', 'reject', 'undo']) await decision(verified, action);
    await decision(held, 'release');
    for (const action of ['reject', 'approve']) {
      await leaves(`POST /api/endorsements/admin/${action}/{id}`, verified, undefined, 'change', 'endorsement');
    }
    const bulk = { ids: [verified], action: 'reject' };
    await leaves('POST /api/staff/endorsements/bulk', '', bulk, 'change', 'endorsement');
  });

  it('has an entry for a place that staff put somebody at', async () => {
    const place = { lat: 38.77, lng: -76.07 };
    await leaves('PUT /api/stakeholders/{id}/location', content.stakeholder, place, 'change', 'stakeholder');
  });

  it('has an entry for who was erased, without who it was, and for programs that are called', async () => {
    const erased = 'DELETE /api/stakeholders/{id}';
    await leaves(erased, content.stakeholder, undefined, 'delete', 'stakeholder');
    const { rows } = await database.pool.query('select * from audit_entry');
    for (const value of ['Vega', 'rosa@', 'Mill Lane', '38.77'])
      assert.ok(!JSON.stringify(rows).includes(value), value);
    const webhook = { url: 'https://hooks.example.org/x', events: ['endorsement.approved'] };
    const { id } = (await leaves('POST /api/staff/webhooks', '', webhook, 'create', 'webhook')).json();
    await leaves('DELETE /api/staff/webhooks/{id}', id, undefined, 'delete', 'webhook');
  });

  it('has an entry for accounts, keys, passwords, and coming and going, without any secret', async () => {
    const person = { email: 'x@example.org', name: 'Somebody', role: 'viewer', password: testPassword };
    const { id } = (await leaves('POST /api/staff/accounts', '', person, 'create', 'account')).json();
    await leaves('PATCH /api/staff/accounts/{id}', id, { password: 'herons over still water' }, 'change', 'account');
    const key = { name: 'K', scopes: ['drafts:read'] };
    const made = (await leaves('POST /api/staff/keys', '', key, 'create', 'api_key')).json();
    await leaves('DELETE /api/staff/keys/{id}', made.id, undefined, 'delete', 'api_key');
    const passwords = { current_password: testPassword, password: 'otters under the bridge' };
    await leaves('POST /api/staff/password', '', passwords, 'change', 'account');
    const login: Answer = await leaves('DELETE /api/staff/session', '', undefined, 'logout', 'account');
    assert.equal(login.status, 204);
    const { rows } = await database.pool.query('select * from audit_entry');
    const text = JSON.stringify(rows);
    for (const secret of [testPassword, 'herons', 'otters', 'scrypt', made.secret]) assert.ok(!text.includes(secret));
    assert.ok(rows.some(({ action }) => action === 'login'));
  });

  it('leaves out nothing that staff can write', async () => {
    const writes = (await routesOf(api.services)).filter(
      ({ method, access }) => method !== 'GET' && access && access !== 'everybody',
    );
    assert.deepEqual(writes.map(({ method, path }) => `${method} ${path}`).sort(), [...done, ...changesNothing].sort());
  });
});
