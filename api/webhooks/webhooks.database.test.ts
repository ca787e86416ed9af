/** Programs that hear of endorsements: what they hear, that it is ours, and whom we never call. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Agent, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent, type Content } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { endorse } from '../../scripts/testing/endorsing.ts';
import { deliverDue, type Tally } from '../mail/deliver.ts';
import { webhookSender } from './call.ts';
import { isPublicAddress, publicLookup } from './public-address.ts';

describe('webhooks', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let administrator: Agent;
  let reviewer: Agent;
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database);
    administrator = await api.as('administrator');
    reviewer = await api.as('reviewer');
  });
  after(async () => {
    await api.close();
    await database.close();
  });
  beforeEach(() => database.pool.query('delete from webhook'));

  const add = (url: string, ...events: string[]) => administrator.send('POST', '/api/staff/webhooks/', { url, events });
  const kinds = async () =>
    (
      await database.pool.query<{ kind: string; state: string }>(
        `select kind, state from outbox where channel = 'webhook' order by id`,
      )
    ).rows.map(({ kind, state }) => `${kind} ${state}`);
  const deliver = (reach?: Parameters<typeof webhookSender>[0]['reach']): Promise<Tally> =>
    deliverDue({
      database,
      senders: {
        mail: async () => undefined,
        webhook: webhookSender({ database, secret: api.services.secret, timeoutMs: 500, ...(reach ? { reach } : {}) }),
      },
      log: () => {},
    });

  it('hear of what they asked for, when it can no longer be undone', async () => {
    const made = await add(
      'https://hooks.example.org/a',
      'endorsement.verified',
      'endorsement.approved',
      'endorsement.withdrawn',
    );
    assert.equal(made.status, 201, made.text);
    assert.match(made.json().secret, /^whsec_/);
    assert.ok(!(await administrator.get('/api/staff/webhooks/')).text.includes('whsec_'), 'shown this once');
    const id = await endorse(api, database, content.campaign, { stakeholder: { email: 'hook@example.net' } });
    await reviewer.send('POST', `/api/staff/endorsements/${id}/approve`, {});
    assert.deepEqual(await kinds(), ['endorsement.verified waiting', 'endorsement.approved waiting']);
    await reviewer.send('POST', `/api/staff/endorsements/${id}/undo`, {});
    assert.deepEqual(await kinds(), ['endorsement.verified waiting', 'endorsement.approved cancelled']);
    const { rows } = await database.pool.query<{ id: number }>(
      `select id from stakeholder where email = 'hook@example.net'`,
    );
    await administrator.send('DELETE', `/api/stakeholders/${rows[0]?.id}`);
    assert.deepEqual(await kinds(), ['endorsement.withdrawn waiting'], 'that somebody is gone outlives them');
    const { rows: data } = await database.pool.query(`select data from outbox where channel = 'webhook'`);
    assert.deepEqual(Object.keys(data[0].data.endorsement).sort(), ['campaign', 'id', 'status', 'verified_at']);
  });

  it('are https addresses on the internet, and events that there are', async () => {
    for (const url of [
      'http://hooks.example.org/',
      'ftp://x.example',
      'https://user:pass@x.example/',
      'no address',
      'https://x.example/#a',
    ]) {
      assert.equal((await add(url, 'endorsement.verified')).status, 422, url);
    }
    assert.equal((await add('https://hooks.example.org/', 'endorsement.created')).status, 422);
    assert.equal((await reviewer.send('POST', '/api/staff/webhooks/', {})).status, 403);
  });

  it('are never within: no address of this machine, of a private network or of the cloud’s metadata', async () => {
    const inner = [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '198.51.100.1',
    ];
    const inner6 = [
      '::1',
      '::',
      'fe80::1',
      'fd00:ec2::254',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      '2001:db8::1',
      'ff02::1',
    ];
    for (const address of [...inner, ...inner6, 'x', '']) assert.equal(isPublicAddress(address), false, address);
    for (const address of ['93.184.216.34', '8.8.8.8', '172.32.0.1', '2606:2800:220:1::1', '2600::']) {
      assert.equal(isPublicAddress(address), true, address);
    }
    const lookup = promisify(
      publicLookup as (name: string, options: object, done: (error: Error | null) => void) => void,
    );
    await assert.rejects(lookup('localhost', {}), { code: 'EINNER' });
    for (const url of [
      'https://localhost/',
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://169.254.169.254/latest/',
      'https://2130706433/',
    ]) {
      const refused = await add(url, 'endorsement.verified');
      assert.equal(refused.status, 422, url);
      assert.deepEqual(refused.json().detail[0].loc, ['body', 'data', 'url']);
      // A name may have led elsewhere when it was added.
      await database.pool.query(
        `insert into webhook (url, events, salt, account) select $1, '{endorsement.verified}', repeat('s', 22), max(id) from account`,
        [url],
      );
      const id = await endorse(api, database, content.campaign, {
        stakeholder: { email: `in${Math.random()}@example.net` },
      });
      assert.ok(id > 0);
      assert.equal((await deliver()).dead, 1, url);
      await database.pool.query('delete from webhook');
    }
  });

  describe('that answer', () => {
    let server: Server;
    let folder: string;
    let ca: string;
    const calls: { headers: IncomingHttpHeaders; body: string }[] = [];
    let status = 200;
    before(function () {
      folder = mkdtempSync(join(tmpdir(), 'webhook-'));
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=hooks.test -addext subjectAltName=DNS:hooks.test -keyout ${key} -out ${cert}`;
      if (spawnSync('openssl', words.split(' '), { stdio: 'ignore' }).status !== 0) this.skip(); // no openssl to make a certificate
      ca = readFileSync(cert, 'utf8');
      server = createServer({ key: readFileSync(key), cert: ca }, (request, response) => {
        let body = '';
        request
          .on('data', (chunk) => (body += chunk))
          .on('end', () => {
            calls.push({ headers: request.headers, body });
            response.writeHead(status, status === 302 ? { Location: 'https://169.254.169.254/' } : {}).end();
          });
      }).listen(0, '127.0.0.1');
      return once(server, 'listening');
    });
    after(() => {
      server?.closeAllConnections();
      server?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const reach = () => ({
      ca,
      isAllowed: () => true,
      lookup: ((_name, options, done) =>
        options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)) as LookupFunction,
    });

    it('can tell by the signature that it is ours, and by the time that it is new', async () => {
      const { secret } = (
        await add(`https://hooks.test:${(server.address() as AddressInfo).port}/in`, 'endorsement.verified')
      ).json();
      const id = await endorse(api, database, content.campaign, { stakeholder: { email: 'signed@example.net' } });
      assert.equal((await deliver(reach())).sent, 1);
      const { headers, body } = calls.at(-1) ?? { headers: {}, body: '' };
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const expected = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
        .update(signed)
        .digest('base64');
      assert.equal(headers['webhook-signature'], `v1,${expected}`);
      assert.ok(Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) < 30);
      const { type, data } = JSON.parse(body);
      assert.deepEqual([type, data.endorsement.id, data.endorsement.status], ['endorsement.verified', id, 'verified']);
      assert.ok(!body.includes('signed@example.net') && !body.includes('Brook'));
    });

    it('with an error are called again later, with a redirect not followed, and when gone no more', async () => {
      const url = `https://hooks.test:${(server.address() as AddressInfo).port}/in`;
      for (const [answer, outcome] of [
        [500, 'later'],
        [302, 'later'],
        [410, 'dead'],
      ] as const) {
        await database.pool.query('delete from webhook');
        await add(url, 'endorsement.verified');
        await endorse(api, database, content.campaign, { stakeholder: { email: `again${answer}@example.net` } });
        status = answer;
        const before = calls.length;
        assert.equal((await deliver(reach()))[outcome], 1, String(answer));
        assert.equal(calls.length, before + 1);
      }
    });
  });
});
