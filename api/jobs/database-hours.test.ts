import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { handler } from '../jobs.ts';
import { readJobSettings } from '../settings.ts';
import { isUp, openInItsHours, stopped } from './database-hours.ts';

const hours = '07:30-19:00 America/New_York';
/** In New York, where it is four hours earlier in July and five in January. */
const monday = (time: string) => new Date(`2026-07-06T${time}-04:00`);

describe('a database that is stopped at night', () => {
  it('is up from a while after its start until its stop, Monday to Friday, by the clock on its wall', () => {
    const times: readonly (readonly [string, boolean])[] = [
      ['2026-07-06T07:29:00-04:00', false],
      ['2026-07-06T07:40:00-04:00', false],
      ['2026-07-06T07:45:00-04:00', true],
      ['2026-07-06T18:59:00-04:00', true],
      ['2026-07-06T19:00:00-04:00', false],
      ['2026-07-07T03:00:00-04:00', false],
      ['2026-07-11T12:00:00-04:00', false],
      ['2026-07-12T12:00:00-04:00', false],
      ['2026-01-05T07:45:00-05:00', true],
      ['2026-01-05T07:45:00-04:00', false],
    ];
    for (const [time, up] of times) assert.equal(isUp(hours, new Date(time)), up, time);
    // Started in the evening, stopped in the morning: up over night, and not on the night to Sunday or to Monday.
    const nights = '22:00-06:00 America/New_York';
    for (const [time, up] of [
      ['2026-07-06T23:00:00-04:00', true],
      ['2026-07-07T05:59:00-04:00', true],
      ['2026-07-07T12:00:00-04:00', false],
      ['2026-07-11T05:00:00-04:00', true],
      ['2026-07-12T05:00:00-04:00', false],
      ['2026-07-13T05:00:00-04:00', false],
    ] as const)
      assert.equal(isUp(nights, new Date(time)), up, time);
  });

  describe('as jobs find it', () => {
    const variables = { ...process.env };
    afterEach(() => {
      process.env = { ...variables };
    });

    /** A port at which nobody listens, or somebody who says nothing: both are what a stopped instance may be. */
    const away = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:9/coalition_staging',
      DATABASE_HOURS: hours,
      ENVIRONMENT: 'staging',
    };

    it('is no failure at night, quickly, and one by day', async () => {
      const settings = readJobSettings(away);
      assert.equal(await openInItsHours(settings, 1, monday('03:00')), undefined);
      await assert.rejects(openInItsHours(settings, 1, monday('12:00')), /does not answer/);
      await assert.rejects(
        openInItsHours({ ...settings, DATABASE_HOURS: undefined }, 1, monday('03:00')),
        /does not answer/,
      );
      const silent = createServer(() => {}).listen(0, '127.0.0.1');
      await new Promise((listening) => silent.once('listening', listening));
      const url = `postgres://nobody@127.0.0.1:${(silent.address() as { port: number }).port}/coalition_staging`;
      const began = performance.now();
      assert.equal(await openInItsHours({ ...settings, DATABASE_URL: url }, 1, monday('03:00')), undefined);
      assert.ok(performance.now() - began < 4_900, 'not the five seconds that it is waited for by day');
      silent.close();
      const other = { ...settings, DATABASE_URL: 'postgres://nobody@127.0.0.1:9/coalition_production' };
      await assert.rejects(openInItsHours(other, 1, monday('03:00')), /coalition_production, and|is coalition_staging/);
    });

    it('leaves one line and no error', async () => {
      const zone = 'UTC';
      // An hour of up-time half a day from now, so that it is stopped now, whenever this runs.
      const hour = (new Date().getUTCHours() + 12) % 24;
      const two = (value: number) => String(value % 24).padStart(2, '0');
      Object.assign(process.env, {
        ...away,
        DATABASE_HOURS: `${two(hour)}:00-${two(hour + 1)}:00 ${zone}`,
        PUBLIC_BASE_URL: 'https://api.example.org',
        SECRET_KEY_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:key',
        MAIL_FROM: 'hello@example.org',
        CORS_ORIGINS: 'https://www.example.org',
      });
      const lines: string[] = [];
      const { write } = process.stderr;
      process.stderr.write = ((line: string) => lines.push(line) > 0) as typeof write;
      try {
        assert.deepEqual(await handler({ job: 'outbox' }), stopped);
      } finally {
        process.stderr.write = write;
      }
      assert.equal(lines.length, 1, lines.join(''));
      const { level, message } = JSON.parse(lines[0] ?? '');
      assert.deepEqual([level, message], ['info', 'The job outbox waits: the database is stopped for the night.']);
    });
  });
});
