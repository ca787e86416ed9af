import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { form } from '../../../scripts/testing/endorsing.ts';
import { submitted } from '../submitted.ts';
import { akismet } from './akismet.ts';
import { disposableDomains } from './disposable.ts';
import { fingerprint, nearBits } from './fingerprint.ts';
import { type Circumstances, judge } from './score.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const ago = (seconds: number) => ({ form_metadata: { form_start_time: new Date(now - seconds * 1000).toISOString() } });

async function judged(changes: Parameters<typeof form>[1], more: Partial<Circumstances> = {}) {
  const submission = z.parse(submitted, form(1, { ...ago(60), ...changes }));
  const isDisposable = await disposableDomains();
  return judge(submission, { now, isDisposable, similarStatements: 0, further: [], ...more });
}
const codes = ({ reasons }: Awaited<ReturnType<typeof judged>>) => reasons.map(({ code }) => code);

describe('spam', () => {
  it('is no matter of having no organization, of taking one’s time, or of a name (L11: people without an organization counted as half spam, bots with one as none)', async () => {
    for (const changes of [
      {},
      { statement: '' },
      ago(7_200),
      { stakeholder: { organization: 'Protestant Church', type: 'nonprofit' } },
      { stakeholder: { last_name: 'Fakenham', email: 'ada+test1999@example.net' } },
      { stakeholder: { organization: 'GE', type: 'business' } },
      { statement: 'Yesss!!!! Test our wells, pleeease.' },
    ]) {
      const verdict = await judged(changes as never);
      assert.deepEqual([verdict.score, verdict.held], [0, false], JSON.stringify([changes, verdict]));
    }
    const bot = await judged({ ...ago(1), stakeholder: { organization: 'Honest Business Inc.', type: 'business' } });
    assert.equal(bot.held, true, 'a bot with an organization is a bot');
  });

  it('takes the bait, and says what it took', async () => {
    for (const name of ['website', 'url', 'homepage', 'confirm_email']) {
      const verdict = await judged({ form_metadata: { ...ago(60).form_metadata, [name]: 'x' } });
      assert.deepEqual([verdict.score, verdict.held], [1, true]);
      assert.ok(verdict.reasons[0]?.says.includes(name));
    }
  });

  it('is suspected by time only as far as the visitor’s clock can be right', async () => {
    assert.deepEqual(codes(await judged(ago(1))), ['instant']);
    assert.deepEqual(codes(await judged(ago(4))), ['fast']);
    assert.equal((await judged(ago(4))).held, false, 'a browser fills in a form in seconds');
    for (const wrong of [ago(-86_400 * 365), ago(-10), ago(86_400 * 365 * 20)]) {
      assert.equal((await judged(wrong)).score, 0, 'a clock that jumps tells nothing');
    }
    const { held, score } = await judged({ form_metadata: { form_start_time: null } });
    assert.deepEqual([held, score], [false, 0.1]);
  });

  it('uses mailboxes of minutes, links and repetition', async () => {
    assert.deepEqual(codes(await judged({ stakeholder: { email: 'x@mailinator.com' } })), ['disposable']);
    assert.deepEqual(codes(await judged({ stakeholder: { email: 'x@mail.mailinator.com' } })), ['disposable']);
    assert.deepEqual(codes(await judged({ stakeholder: { email: 'x@gmail.com' } })), []);
    assert.deepEqual(codes(await judged({ statement: 'See https://a.example and www.b.example' })), ['links']);
    assert.deepEqual(codes(await judged({ stakeholder: { first_name: 'www.b.example' } })), ['name-link']);
    assert.deepEqual(codes(await judged({}, { similarStatements: 5 })), ['similar']);
    const several = await judged({
      statement: 'Buy at https://a.example https://b.example',
      stakeholder: { email: 'x@mailinator.com' },
    });
    assert.equal(several.held, true);
  });

  it('scores are sums of their reasons, from 0 to 1, for whatever is sent', async () => {
    const isDisposable = await disposableDomains();
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: -100, max: 10_000 }),
        fc.nat(9),
        (statement, seconds, similarStatements) => {
          const read = z.safeParse(submitted, form(1, { ...ago(seconds), statement }));
          if (!read.success) return;
          const verdict = judge(read.data, { now, isDisposable, similarStatements, further: [] });
          const sum = verdict.reasons.reduce((total, { points }) => total + points, 0);
          assert.ok(verdict.score >= 0 && verdict.score <= 1 && Math.abs(verdict.score - Math.min(1, sum)) < 0.006);
          assert.equal(verdict.held, verdict.score >= 0.7);
        },
      ),
    );
  });
});

describe('the print of a statement', () => {
  const bits = (one: string, other: string) =>
    [...BigInt.asUintN(64, BigInt(fingerprint(one) ?? 0) ^ BigInt(fingerprint(other) ?? 0)).toString(2)].filter(
      (bit) => bit === '1',
    ).length;
  const long =
    'As a farmer of this county I have drawn water from the same well for thirty years, and I ask the legislature to have every public well tested once a year and to publish what is found, so that nobody has to wonder what their children drink. We all depend on it, whoever we vote for, and it costs less than a single treatment plant would.';

  it('is the same for the same words, and near for a few others', () => {
    assert.equal(bits(long, long.toUpperCase().replaceAll(',', ' ;')), 0);
    assert.ok(bits(long, `${long} Thank you!`) <= nearBits, String(bits(long, `${long} Thank you!`)));
    assert.ok(
      bits(
        long,
        'Clean water is a right and not a favour; I grew up beside the river and want my grandchildren to swim in it as we did.',
      ) > 10,
    );
  });

  it('is none without words, and exact where there are few', () => {
    assert.equal(fingerprint(' …! '), undefined);
    assert.ok(bits('I agree.', 'I disagree.') > nearBits);
  });
});

describe('Akismet', () => {
  it('is asked with what was sent, and missed when it is away', async () => {
    let answer: { text: string; tip?: string; status?: number } = { text: 'false' };
    let asked = '';
    const server = createServer((request, response) => {
      request
        .on('data', (chunk) => (asked += chunk))
        .on('end', () => {
          response
            .writeHead(answer.status ?? 200, answer.tip ? { 'X-akismet-pro-tip': answer.tip } : {})
            .end(answer.text);
        });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const submission = z.parse(submitted, form(1));
    const from = { ip: '192.0.2.1', userAgent: 'Browser' };
    const ask = async (given: typeof answer) => {
      answer = given;
      asked = '';
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      return (await akismet(async () => 'key', 'https://www.example.org', url).ask(submission, from)).map(
        ({ code, points }) => [code, points],
      );
    };
    assert.deepEqual(await ask({ text: 'false' }), []);
    assert.match(asked, /comment_author_email=ada%40example\.net/);
    assert.deepEqual(await ask({ text: 'true' }), [['akismet', 0.5]]);
    assert.deepEqual(await ask({ text: 'true', tip: 'discard' }), [['akismet', 0.8]]);
    assert.deepEqual(await ask({ text: 'invalid' }), [['akismet-away', 0]]);
    server.close();
    server.closeAllConnections();
    assert.deepEqual(await ask({ text: 'false' }).catch(() => [['akismet-away', 0]]), [['akismet-away', 0]]);
  });
});
