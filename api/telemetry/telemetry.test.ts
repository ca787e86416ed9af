import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { logLine } from './log.ts';
import { toDaemon, xray } from './trace.ts';

describe('a log line', () => {
  const secrets = [
    'rosa.vega+list@mail.example.net',
    'postgres://coalition_production:hunter2hunter2@db.internal:5432/x',
    '203.0.113.77',
    '2001:db8:85a3::8a2e:370:7334',
    '::ffff:203.0.113.77',
    '12 Mill Lane',
    '4501 N. Charles St',
    `coalition_${'aB3-'.repeat(11)}`.slice(0, 53),
    `${'s'.repeat(43)}.${'t'.repeat(43)}`,
    'AKIAIOSFODNN7EXAMPLE',
    'Bearer abc.def-123',
  ];
  const kept = secrets.map((secret) => secret.replace(/^Bearer /, '').replace(/.*:\/\/[^:]*:|@db.*/g, ''));

  it('never holds an e-mail address, an address, a token or a secret, wherever it is put (H20: two environments shared a database, and logs printed secrets)', () => {
    fc.assert(
      fc.property(
        fc.nat(secrets.length - 1),
        fc.constantFrom('', ' in it', '"', ',', ')'),
        fc.boolean(),
        (index, after, inError) => {
          const text = `It failed for ${secrets[index]}${after}`;
          const cause = new Error(text);
          const fields = inError ? { error: new Error('outer', { cause }) } : { note: text, list: [{ deep: text }] };
          const line = logLine('error', text, fields);
          assert.ok(!line.includes(kept[index] ?? ''), line);
          assert.match(line, /\[redacted\]/);
        },
      ),
    );
  });

  it('hides fields by their names, at any depth', () => {
    const line = logLine('info', 'x', {
      password: 'p-1',
      headers: { Authorization: 'p-2', Cookie: 'p-3', 'X-CSRFToken': 'p-4' },
      stakeholder: [{ street_address: 'p-5', zip_code: 'p-6', email: 'p-7', last_name: 'p-8' }],
    });
    assert.ok(!/p-\d/.test(line), line);
  });

  it('says what it has to say', () => {
    const requestId = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';
    const message = 'Slow at 07:32:44 in node_modules/@aws-sdk/core/index.js:12:34, version 1.2.3';
    const line = logLine('warn', message, { requestId, milliseconds: 1234 });
    assert.deepEqual(JSON.parse(line), {
      level: 'warn',
      message,
      requestId,
      milliseconds: 1234,
    });
  });

  it('is one line, and leaves out what a driver adds to an error', () => {
    const error = Object.assign(new Error('duplicate key\nvalue'), {
      code: '23505',
      detail: 'Key (email)=(a@b.example)',
    });
    const line = logLine('error', 'x', { error });
    assert.ok(!line.includes('\n') && !line.includes('Key (email)'));
    assert.equal(JSON.parse(line).error.code, '23505');
  });
});

describe('a subsegment', () => {
  const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

  it('reaches the daemon with its trace, its times and its fault', async () => {
    const daemon = createSocket('udp4').bind(0, '127.0.0.1');
    await once(daemon, 'listening');
    const trace = xray(() => header, toDaemon(`127.0.0.1:${(daemon.address() as AddressInfo).port}`));
    const received = once(daemon, 'message');
    await assert.rejects(
      trace('postgresql', { namespace: 'remote', operation: 'select' }, async () => {
        throw new TypeError('no such thing for rosa@example.net');
      }),
      /no such thing/,
    );
    const [head, body] = String((await received)[0]).split('\n');
    assert.deepEqual(JSON.parse(head ?? ''), { format: 'json', version: 1 });
    const segment = JSON.parse(body ?? '');
    assert.deepEqual(
      [segment.trace_id, segment.parent_id, segment.type, segment.namespace, segment.fault],
      ['1-5759e988-bd862e3fe1be46a994272793', '53995c3f42cd8ad8', 'subsegment', 'remote', true],
    );
    assert.match(segment.id, /^[0-9a-f]{16}$/);
    assert.ok(segment.end_time >= segment.start_time);
    assert.deepEqual(
      [segment.cause.exceptions[0].type, segment.cause.exceptions[0].message],
      ['TypeError', 'no such thing for [redacted]'],
    );
    daemon.close();
  });

  it('is sent only for a request that is sampled, and never changes what the work returns', async () => {
    const sent: string[] = [];
    for (const [value, count] of [
      [header, 1],
      [header.replace('Sampled=1', 'Sampled=0'), 0],
      ['', 0],
      [undefined, 0],
    ] as const) {
      sent.length = 0;
      const trace = xray(
        () => value,
        (document) => sent.push(document),
      );
      assert.equal(await trace('S3', { namespace: 'aws', operation: 'GetObject' }, async () => 42), 42);
      assert.equal(sent.length, count, value);
    }
  });
});
