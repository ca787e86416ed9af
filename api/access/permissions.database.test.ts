import assert from 'node:assert/strict';
import { type Agent, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { routesOf } from '../rooms.ts';
import { type Permission, permissionsOf, roles, scopes } from './permissions.ts';

/** Who may do what: this table, and nothing that it does not say. An operation without a row fails the first test. */
const table: Readonly<Record<string, Permission | 'staff' | 'everybody'>> = {
  ...reads('everybody', [
    ...[
      '/api/endorsements',
      '/api/endorsements/counts',
      '/api/endorsements/own/{token}',
      '/api/health',
      '/api/health/ready',
      '/api/csrf-token',
      '/api/openapi.json',
      '/api/docs',
    ],
    ...['/api/campaigns', '/api/campaigns/{id}', '/api/campaigns/by-name/{name}', '/api/bills', '/api/bills/{id}'],
    ...['/api/legislators', '/api/homepage', '/api/homepage/{id}', '/api/content-blocks', '/api/content-blocks/{id}'],
    ...['/api/themes', '/api/themes/active', '/api/themes/active/css', '/api/themes/{id}', '/api/themes/{id}/css'],
    ...['/api/images', '/api/images/{id}', '/api/videos', '/api/videos/{id}'],
    ...['/api/legal/terms', '/api/legal/privacy', '/api/legal/documents'],
    ...['/api/address/suggestions', '/api/address/place/{place_id}'],
    ...['/api/regions', '/api/regions/lookup', '/api/regions/{layer}', '/api/regions/{layer}/{geoid}'],
    ...['/theme.css', '/theme/{id}.css', '/robots.txt', '/sitemap.xml'],
  ]),
  'POST /api/regions/lookup': 'everybody',
  'POST /api/staff/session': 'everybody',
  'GET /api/staff/session': 'staff',
  'DELETE /api/staff/session': 'staff',
  'POST /api/staff/password': 'staff',
  'GET /api/staff/accounts': 'accounts:manage',
  'POST /api/staff/accounts': 'accounts:manage',
  'PATCH /api/staff/accounts/{id}': 'accounts:manage',
  'GET /api/staff/keys': 'accounts:manage',
  'POST /api/staff/keys': 'accounts:manage',
  'DELETE /api/staff/keys/{id}': 'accounts:manage',
  'GET /api/staff/audit': 'audit:read',
  ...reads('stakeholders:read', [
    '/api/legislators/{id}/briefing',
    '/api/legislators/{id}/briefing/print',
    '/api/legislators/{id}/briefing/csv',
  ]),
  'GET /api/stakeholders': 'stakeholders:read',
  'GET /api/stakeholders/not-located': 'stakeholders:read',
  'POST /api/stakeholders/{id}/locate': 'endorsements:review',
  'PUT /api/stakeholders/{id}/location': 'endorsements:review',
  ...edited('campaigns', 'content:write'),
  ...edited('bills', 'content:write'),
  ...edited('legislators', 'content:write'),
  ...edited('content-blocks', 'content:write'),
  ...edited('homepage', 'content:write'),
  'PATCH /api/homepage/{id}/activate': 'content:write',
  ...edited('themes', 'content:write'),
  'PUT /api/themes/{id}': 'content:write',
  'PATCH /api/themes/{id}/activate': 'content:write',
  ...edited('legal/documents', 'legal:write'),
  'PATCH /api/legal/documents/{id}/activate': 'legal:write',
  ...edited('images', 'media:write'),
  ...edited('videos', 'media:write'),
  'POST /api/media/uploads': 'media:write',
  'POST /api/staff/sanitized-html': 'content:write',
  'POST /api/endorsements': 'everybody',
  'POST /api/endorsements/verify/{token}': 'everybody',
  'POST /api/endorsements/resend-verification': 'everybody',
  ...Object.fromEntries(
    ['hide', 'show', 'no-news', 'withdraw', 'erase'].map((action) => [
      `POST /api/endorsements/own/{token}/${action}`,
      'everybody' as const,
    ]),
  ),
  'DELETE /api/stakeholders/{id}': 'accounts:manage',
  'GET /api/staff/webhooks': 'accounts:manage',
  'POST /api/staff/webhooks': 'accounts:manage',
  'DELETE /api/staff/webhooks/{id}': 'accounts:manage',
  'GET /api/endorsements/admin/pending': 'stakeholders:read',
  'POST /api/endorsements/admin/approve/{id}': 'endorsements:review',
  'POST /api/endorsements/admin/reject/{id}': 'endorsements:review',
  'GET /api/endorsements/export/csv': 'stakeholders:read',
  'GET /api/endorsements/export/json': 'stakeholders:read',
  'GET /api/staff/endorsements': 'stakeholders:read',
  'GET /api/staff/endorsements/piles': 'stakeholders:read',
  'GET /api/staff/endorsements/{id}': 'stakeholders:read',
  'PATCH /api/staff/endorsements/{id}': 'endorsements:review',
  'POST /api/staff/endorsements/bulk': 'endorsements:review',
  ...Object.fromEntries(
    ['approve', 'reject', 'show', 'hide', 'release', 'undo', 'resend'].map((action) => [
      `POST /api/staff/endorsements/{id}/${action}`,
      'endorsements:review' as const,
    ]),
  ),
};

function reads(access: Permission | 'everybody', paths: readonly string[]): Record<string, Permission | 'everybody'> {
  return Object.fromEntries(paths.map((path) => [`GET ${path}`, access]));
}

function edited(name: string, permission: Permission): Record<string, Permission> {
  return {
    [`GET /api/staff/${name}`]: 'drafts:read',
    [`GET /api/staff/${name}/{id}`]: 'drafts:read',
    [`POST /api/${name}`]: permission,
    [`PATCH /api/${name}/{id}`]: permission,
    [`DELETE /api/${name}/{id}`]: permission,
  };
}

describe('permissions', () => {
  let database: FreshDatabase;
  let api: TestApi;
  before(async () => {
    database = await freshDatabase();
    api = await startApi(database);
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  it('are said above for every operation, and for no other', async () => {
    const operations = (await routesOf(api.services)).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(operations.sort(), Object.keys(table).sort());
  });

  it('give each role what the one before it has, and keys everything but power over accounts', () => {
    assert.deepEqual(permissionsOf('viewer'), ['drafts:read', 'stakeholders:read']);
    assert.deepEqual(permissionsOf('reviewer'), [...permissionsOf('viewer'), 'endorsements:review']);
    const writes = ['content:write', 'legal:write', 'media:write'];
    assert.deepEqual(permissionsOf('editor'), [...permissionsOf('reviewer'), ...writes]);
    assert.deepEqual(permissionsOf('administrator'), [...permissionsOf('editor'), 'audit:read', 'accounts:manage']);
    assert.ok(!scopes.some((scope: Permission) => scope === 'accounts:manage'));
  });

  /** Ids that nobody has and bodies that say nothing: who may, is told that; nobody changes anything. */
  async function ask(agent: Agent, operation: string): Promise<number> {
    const [method = '', path = ''] = operation.split(' ');
    const body = ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined;
    return (await agent.send(method, path.replace(/\{\w+\}/, '987654321'), body)).status;
  }

  /** Logging out would end the walk; it is the last of each. */
  const logout = 'DELETE /api/staff/session';
  const operations = [...Object.entries(table).filter(([name]) => name !== logout), [logout, 'staff'] as const];

  async function holds(agent: Agent, who: string, may: readonly Permission[] | undefined) {
    for (const [operation, access] of operations) {
      const status = await ask(agent, operation);
      const allowed = access === 'everybody' || (may !== undefined && (access === 'staff' || may.includes(access)));
      if (allowed) assert.ok(![401, 403, 405].includes(status) && status < 500, `${who} ${operation}: ${status}`);
      else assert.equal(status, may === undefined ? 401 : 403, `${who} ${operation}`);
    }
  }

  it('hold for anonymous visitors', async () => holds(await api.visitor(), 'visitor', undefined));

  it('hold for anonymous visitors without the token against forged requests, who write nothing', async () => {
    for (const [operation, access] of operations) {
      const isRead = operation.startsWith('GET ');
      const status = await ask(api, operation);
      if (access !== 'everybody') assert.equal(status, 401, operation);
      // The link in a mail is let in by its token alone, and this one is nobody's.
      else if (operation.includes('/own/{token}')) assert.equal(status, 404, operation);
      else if (!isRead) assert.equal(status, 403, operation);
    }
  });

  for (const role of roles) {
    it(`hold for the role ${role} (H7: admin routes were open, then open to any staff)`, async () =>
      holds(await api.as(role), role, permissionsOf(role)));
  }

  for (const scope of scopes) {
    it(`hold for a key with the scope ${scope}`, async () => holds(await api.key(scope), scope, [scope]));
  }

  it('let nothing be stored by all of this', async () => {
    const { rows } = await database.pool.query(
      `select from audit_entry where action not in ('login', 'logout', 'export')`,
    );
    assert.equal(rows.length, 0);
    assert.deepEqual(api.logged, []);
  });
});
