import assert from 'node:assert/strict';
import { type StartedStore, stores } from '../../scripts/testing/rate-limit-stores.ts';
import type { Limit } from './limiter.ts';
import { rateLimiter } from './limiter.ts';

const limit: Limit = { action: 'lookup', requests: 5, windowSeconds: 60 };

for (const { name, start } of stores) {
  describe(`limits: rateLimiter, on ${name}`, () => {
    let store: StartedStore;
    // Each test has a minute of its own, ten seconds into it.
    let now = 0;
    const limiter = (environment = 'local') => rateLimiter(store.counter, environment, { now: () => now });
    before(async function () {
      this.timeout(40_000);
      const started = await start();
      // What the store needs is not on this machine; .ci/run installs it.
      if (!started) return this.skip();
      store = started;
    });
    beforeEach(() => {
      now = Math.max(now + 60_000, Math.ceil(Date.now() / 60_000) * 60_000 + 70_000);
    });
    after(() => store?.stop());

    it('lets exactly N of 3N parallel requests through (H11: the limiter was off by one, then counted twice) (L2: the limiter lost parallel requests)', async () => {
      const verdicts = await Promise.all(
        Array.from({ length: 60 }, () => limiter().take({ ...limit, requests: 20 }, 'a')),
      );
      assert.equal(verdicts.filter(({ allowed }) => allowed).length, 20);
      assert.deepEqual(
        verdicts.map(({ remaining }) => remaining).sort((a, b) => b - a),
        [...Array.from({ length: 20 }, (_, index) => 19 - index), ...Array(40).fill(0)],
      );
    });

    it('counts on where an instance began', async () => {
      for (let i = 0; i < 5; i++) assert.ok((await limiter().take(limit, '192.0.2.1')).allowed);
      assert.equal((await limiter().take(limit, '192.0.2.1')).allowed, false);
    });

    it('says when the window ends, and starts anew then', async () => {
      for (let i = 0; i < 5; i++) await limiter().take(limit, '192.0.2.1');
      assert.deepEqual(await limiter().take(limit, '192.0.2.1'), {
        allowed: false,
        counted: true,
        remaining: 0,
        resetSeconds: 50,
      });
      now += 50_000;
      assert.deepEqual(await limiter().take(limit, '192.0.2.1'), {
        allowed: true,
        counted: true,
        remaining: 4,
        resetSeconds: 60,
      });
    });

    it('counts on while the clock jumps: back into a window, and behind the clock of the store', async () => {
      for (let i = 0; i < 4; i++) await limiter().take(limit, '192.0.2.1');
      now += 60_000;
      assert.equal((await limiter().take(limit, '192.0.2.1')).remaining, 4);
      now -= 60_000;
      assert.equal((await limiter().take(limit, '192.0.2.1')).remaining, 0);
      assert.equal((await limiter().take(limit, '192.0.2.1')).allowed, false);
      const later = now;
      now -= 86_400_000;
      const yesterday = await Promise.all(Array.from({ length: 15 }, () => limiter().take(limit, '192.0.2.1')));
      now = later;
      assert.equal(yesterday.filter(({ allowed }) => allowed).length, 5);
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
  });
}

describe('limits: rateLimiter, while the store is away', () => {
  const refused = async () => {
    throw new Error('connect ECONNREFUSED');
  };
  const strict: Limit = { ...limit, uncounted: 'refuse' };

  it('answers as the limit says, and tells', async () => {
    const told: string[] = [];
    const limiter = rateLimiter({ increment: refused }, 'local', {
      uncounted: (action, error) => told.push(`${action}: ${(error as Error).message}`),
    });
    assert.deepEqual(await limiter.take(limit, 'a'), { allowed: true, counted: false, remaining: 0, resetSeconds: 30 });
    assert.equal((await limiter.take(strict, 'a')).allowed, false);
    assert.deepEqual(told, ['lookup: connect ECONNREFUSED', 'lookup: connect ECONNREFUSED']);
  });

  it('does not wait for a store that never answers, nor trip over an answer that comes too late', async () => {
    const { promise, reject } = Promise.withResolvers<number>();
    const limiter = rateLimiter({ increment: () => promise }, 'local', { patienceMs: 20 });
    assert.equal((await limiter.take(strict, 'a')).allowed, false);
    reject(new Error('too late'));
  });

  it('takes no answer for a count that is none', async () => {
    const limiter = rateLimiter({ increment: async () => Number.NaN }, 'local');
    assert.deepEqual(await limiter.take(strict, 'a'), {
      allowed: false,
      counted: false,
      remaining: 0,
      resetSeconds: 30,
    });
  });
});
