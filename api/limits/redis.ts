/** Counts on Redis, and on ioredis-mock, which speaks the same. */
import type { Redis } from 'ioredis';
import type { Counter } from './limiter.ts';

export function redisCounter(redis: Pick<Redis, 'multi'>): Counter {
  return {
    async increment(key, _expiresAt, keptSeconds) {
      // MULTI: both happen or neither, so no key is left without an end; and that is so many seconds from now, because
      // the clock here may be behind the one there, which would forget at once what is over by its own.
      const results = await redis.multi().incr(key).expire(key, keptSeconds).exec();
      const [error, count] = results?.[0] ?? [];
      if (typeof count !== 'number') throw error ?? new Error('Redis answered a transaction with nothing.');
      return count;
    },
  };
}

/**
 * @param url `redis://` or `rediss://`
 * @param failed told once of each time that the connection is lost or cannot be made; it is tried again by itself
 */
export async function connectRedis(url: string, failed: (error: Error) => void): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: 1_000,
    // A request is not kept waiting for a server to come back.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5_000),
  });
  let away = false;
  redis.on('ready', () => {
    away = false;
  });
  redis.on('error', (error) => {
    if (!away) failed(error);
    away = true;
  });
  return redis;
}
