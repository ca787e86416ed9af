/**
 * How often one client may do one thing. Windows are aligned to the clock (a limit of 60 seconds starts anew every
 * full minute), so that a store needs one atomic count and nothing else: N parallel requests count N. What that costs:
 * across the end of a window a client gets through with up to twice as many.
 */
export interface Limit {
  /** Names what is limited, in the key and in metrics. */
  readonly action: string;
  readonly requests: number;
  readonly windowSeconds: number;
  /** While nothing can be counted: `allow` (the default) answers all the same, `refuse` nobody. */
  readonly uncounted?: 'allow' | 'refuse';
}

export interface Verdict {
  readonly allowed: boolean;
  /** The store was away, and the limit itself said what happens then. */
  readonly counted: boolean;
  /** Requests left in this window. */
  readonly remaining: number;
  /** Seconds until the window ends, at least 1. */
  readonly resetSeconds: number;
}

export interface RateLimiter {
  /** Counts one request of `client`, allowed or not. A store that is away is a verdict, never an error. */
  take(limit: Limit, client: string): Promise<Verdict>;
}

/** The one thing that a store does. */
export interface Counter {
  /**
   * Adds one in a single atomic operation.
   * @param expiresAt epoch seconds after which the store may forget the key
   * @param keptSeconds the same as a time from now, for a store with a clock of its own
   * @returns the count, this one included
   */
  increment(key: string, expiresAt: number, keptSeconds: number): Promise<number>;
}

export interface LimiterOptions {
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Longest that a request waits to be counted. */
  readonly patienceMs?: number;
  /** Told of each request that was not counted. */
  readonly uncounted?: (action: string, error: unknown) => void;
}

/** While nothing is counted, clients are told to come back after so long. */
const retrySeconds = 30;

/** @param environment first part of every key: two environments can share a store, and its access rules can tell them apart */
export function rateLimiter(counter: Counter, environment: string, options: LimiterOptions = {}): RateLimiter {
  const { now = Date.now, patienceMs = 1_500, uncounted = () => {} } = options;
  return {
    async take({ action, requests, windowSeconds, uncounted: then = 'allow' }, client) {
      const seconds = now() / 1000;
      const window = Math.floor(seconds / windowSeconds);
      const endsAt = (window + 1) * windowSeconds;
      try {
        const key = `${environment}#${action}#${client}#${window}`;
        const count = await within(patienceMs, counter.increment(key, endsAt, windowSeconds));
        return {
          allowed: count <= requests,
          counted: true,
          remaining: Math.max(0, requests - count),
          resetSeconds: Math.max(1, Math.ceil(endsAt - seconds)),
        };
      } catch (error) {
        uncounted(action, error);
        return { allowed: then === 'allow', counted: false, remaining: 0, resetSeconds: retrySeconds };
      }
    },
  };
}

/** A store that neither answers nor fails is away, too. */
async function within(milliseconds: number, counting: Promise<number>): Promise<number> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Nothing was counted within ${milliseconds} ms.`)), milliseconds);
  try {
    const count = await Promise.race([counting, late]);
    if (!Number.isSafeInteger(count)) throw new Error('The store of rate limits answered something that is no count.');
    return count;
  } finally {
    clearTimeout(timer);
    // What comes after the time has no listener.
    counting.catch(() => {});
  }
}
