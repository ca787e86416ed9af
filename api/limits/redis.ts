/** Counts on Redis, and on ioredis-mock, which speaks the same. */
import type { Redis } from 'ioredis';
import type { Counter } from './limiter.ts';

export function redisCounter(redis: Pick<Redis, 'multi'>): Counter {
  return {
    async increment(key, expiresAt) {
      // MULTI: both happen or neither, so no key is left without an end.
      const results = await redis.multi().incr(key).expireat(key, expiresAt).exec();
      const [error, count] = results?.[0] ?? [];
      if (typeof count !== 'number') throw error ?? new Error('Redis answered a transaction with nothing.');
      return count;
    },
  };
}
