/** What the application stands on, made by whoever starts it. */
import type Koa from 'koa';
import type { Database } from './database/database.ts';
import type { Akismet } from './endorsements/spam/akismet.ts';
import type { Geocoder } from './geocoding/geocoder.ts';
import type { RateLimiter } from './limits/limiter.ts';
import type { MediaStore } from './media/store.ts';
import type { Log } from './telemetry/log.ts';

export interface Services {
  readonly database: Pick<Database, 'pool'>;
  readonly limiter: RateLimiter;
  readonly media: MediaStore;
  /** Undefined where the environment has none. */
  readonly geocoder: Geocoder | undefined;
  readonly log: Log;
  /** Address of the public site, without a slash at its end. */
  readonly siteUrl: string;
  /** Where the world finds this API: links in mails lead to it. */
  readonly publicUrl: string;
  /** Addresses that hear of endorsements which wait for review. */
  readonly reviewers: readonly string[];
  readonly akismet?: Akismet | undefined;
  /** What one answer may hold; unset, there is no end. */
  readonly largestAnswerBytes?: number | undefined;
  /** Called when something new is in the outbox: who can send at once does. */
  readonly outboxFilled: () => void;
  /** Origins besides the site's own that browsers may call us from. */
  readonly origins: readonly string[];
  /** Signs cookies and tokens; asked for only when one is made or checked. */
  readonly secret: () => Promise<string>;
  /** Cookies over HTTPS only: everywhere but on a laptop. */
  readonly secureCookies: boolean;
  /** Names this version of the code in ETags: another one may make another answer of the same rows. */
  readonly release: string;
  /** Proxies in front of us that append to X-Forwarded-For; a CDN that proves itself by its key is one more. */
  readonly trustedProxyHops: number;
  readonly cdnKey?: (() => Promise<string>) | undefined;
  /** Counts and times requests, where somebody looks at that. */
  readonly metrics?: Koa.Middleware;
  /** Serves what is not the API: pages. */
  readonly pages?: Koa.Middleware;
}
