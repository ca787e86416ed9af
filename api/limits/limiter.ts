/**
 * How often one client may do one thing. Windows are aligned to the clock (a limit of 60 seconds starts anew every
 * full minute), so that a store needs one atomic count and nothing else: N parallel requests count N.
 */
export interface Limit {
  /** Names what is limited, in the key and in metrics. */
  readonly action: string;
  readonly requests: number;
  readonly windowSeconds: number;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Requests left in this window. */
  readonly remaining: number;
  /** Seconds until the window ends, at least 1. */
  readonly resetSeconds: number;
}

export interface RateLimiter {
  /** Counts one request of `client`, allowed or not. */
  take(limit: Limit, client: string): Promise<Verdict>;
}

/** The one thing that a store does. */
export interface Counter {
  /**
   * Adds one in a single atomic operation.
   * @param expiresAt epoch seconds after which the store may forget the key
   * @returns the count, this one included
   */
  increment(key: string, expiresAt: number): Promise<number>;
}

/**
 * @param environment first part of every key: two environments can share a store, and its access rules can tell them apart
 * @param now epoch milliseconds
 */
export function rateLimiter(counter: Counter, environment: string, now: () => number = Date.now): RateLimiter {
  return {
    async take({ action, requests, windowSeconds }, client) {
      const seconds = now() / 1000;
      const window = Math.floor(seconds / windowSeconds);
      const endsAt = (window + 1) * windowSeconds;
      const count = await counter.increment(`${environment}#${action}#${client}#${window}`, endsAt);
      return {
        allowed: count <= requests,
        remaining: Math.max(0, requests - count),
        resetSeconds: Math.max(1, Math.ceil(endsAt - seconds)),
      };
    },
  };
}
