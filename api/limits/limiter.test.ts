import assert from 'node:assert/strict';
import RedisMock from 'ioredis-mock';
import { rateLimiter } from './limiter.ts';
import { redisCounter } from './redis.ts';

const limit = { action: 'lookup', requests: 5, windowSeconds: 60 };

describe('limits: rateLimiter, on ioredis-mock', () => {
  let now: number;
  let redis: InstanceType<typeof RedisMock>;
  const limiter = (environment = 'local') => rateLimiter(redisCounter(redis), environment, () => now);
  beforeEach(async () => {
    now = 1_800_000_010_000; // ten seconds into a minute
    redis = new RedisMock();
    await redis.flushall();
  });

  it('allows exactly as many as it should, of three times as many in parallel', async () => {
    const verdicts = await Promise.all(Array.from({ length: 15 }, () => limiter().take(limit, '192.0.2.1')));
    assert.equal(verdicts.filter(({ allowed }) => allowed).length, 5);
    assert.deepEqual(
      verdicts
        .map(({ remaining }) => remaining)
        .sort()
        .at(-1),
      4,
    );
  });

  it('says when the window ends, and starts anew then', async () => {
    for (let i = 0; i < 5; i++) await limiter().take(limit, '192.0.2.1');
    assert.deepEqual(await limiter().take(limit, '192.0.2.1'), { allowed: false, remaining: 0, resetSeconds: 50 });
    now += 50_000;
    assert.deepEqual(await limiter().take(limit, '192.0.2.1'), { allowed: true, remaining: 4, resetSeconds: 60 });
  });

  it('counts clients, actions and environments apart', async () => {
    for (let i = 0; i < 5; i++) await limiter().take(limit, '192.0.2.1');
    const others = await Promise.all([
      limiter().take(limit, '192.0.2.2'),
      limiter().take({ ...limit, action: 'submit' }, '192.0.2.1'),
      limiter('staging').take(limit, '192.0.2.1'),
    ]);
    assert.deepEqual(
      others.map(({ remaining }) => remaining),
      [4, 4, 4],
    );
  });

  it('leaves no key without an end', async () => {
    now = Date.now();
    await limiter().take(limit, '192.0.2.1');
    const [key = ''] = await redis.keys('*');
    assert.match(key, /^local#lookup#192\.0\.2\.1#\d+$/);
    const left = await redis.ttl(key);
    assert.ok(left > 0 && left <= 60, `${left} s`);
  });
});
