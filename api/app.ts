/** The application: what it needs goes in, a Koa application comes out. It starts nothing and reads no variable. */
import Koa from 'koa';
import { authorizer } from './access/access.ts';
import { sessionRoutes } from './access/session-routes.ts';
import { staffRoutes } from './access/staff-routes.ts';
import { billRoutes } from './bills/routes.ts';
import { briefingRoutes } from './briefings/routes.ts';
import { campaignRoutes } from './campaigns/routes.ts';
import { contentBlockRoutes } from './content/content-blocks.ts';
import { homepageRoutes } from './content/homepage.ts';
import { sanitizeRoutes } from './content/sanitize-route.ts';
import { countRoutes } from './counts/routes.ts';
import type { Database } from './database/database.ts';
import { revisions } from './database/revisions.ts';
import { endorsementRoutes } from './endorsements/routes.ts';
import type { Akismet } from './endorsements/spam/akismet.ts';
import type { Geocoder } from './geocoding/geocoder.ts';
import { addressRoutes } from './geocoding/routes.ts';
import { healthRoutes } from './health/routes.ts';
import { compressed } from './http/compress.ts';
import { cors } from './http/cors.ts';
import { answerInTime } from './http/deadline.ts';
import { problems } from './http/problem.ts';
import { requestId } from './http/request-id.ts';
import type { Route } from './http/route.ts';
import { router } from './http/router.ts';
import { securityHeaders } from './http/security-headers.ts';
import { legalRoutes } from './legal/routes.ts';
import { legislatorRoutes } from './legislators/routes.ts';
import type { RateLimiter } from './limits/limiter.ts';
import { mediaRoutes } from './media/routes.ts';
import type { MediaStore } from './media/store.ts';
import { openapiRoutes } from './openapi/routes.ts';
import { lookupRoutes } from './regions/lookup-routes.ts';
import { regionRoutes } from './regions/routes.ts';
import { siteRoutes } from './site/routes.ts';
import { locationRoutes } from './stakeholders/location-routes.ts';
import { stakeholderRoutes } from './stakeholders/routes.ts';
import type { Log } from './telemetry/log.ts';
import { themeRoutes } from './themes/routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';

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

/** Behind a CDN the Host that we see is not the one in a browser's address: what is served beside the API calls from there. */
function ourOrigins({ siteUrl, publicUrl, origins }: Services): readonly string[] {
  return [new URL(siteUrl).origin, new URL(publicUrl).origin, ...origins];
}

/** Every operation of the API. */
export function routesOf(services: Services): readonly Route[] {
  const routes = [
    ...healthRoutes(services),
    ...sessionRoutes(services),
    ...campaignRoutes(services),
    ...billRoutes(services),
    ...legislatorRoutes(services),
    ...briefingRoutes(services),
    ...stakeholderRoutes(services),
    ...endorsementRoutes(services),
    ...countRoutes(services),
    ...locationRoutes(services),
    ...homepageRoutes(services),
    ...contentBlockRoutes(services),
    ...sanitizeRoutes(),
    ...themeRoutes(services),
    ...legalRoutes(services),
    ...mediaRoutes(services),
    ...addressRoutes(services),
    ...lookupRoutes(services),
    ...regionRoutes(services),
    ...staffRoutes(services),
    ...webhookRoutes(services),
    ...siteRoutes(services),
  ];
  return [...routes, ...openapiRoutes(routes)];
}

/** The same without anything behind them: to describe the API where it does not run. */
export function describedRoutes(): readonly Route[] {
  const nothing = new Proxy({}, { get: () => undefined });
  return routesOf({ database: nothing, media: nothing, limiter: nothing, geocoder: undefined } as unknown as Services);
}

export function createApp(services: Services): Koa {
  const app = new Koa();
  // Koa would print a stack for each client that goes away; answers report their own errors.
  app.on('error', (error) => {
    if (!/^(ECONNRESET|EPIPE|HPE_|ERR_STREAM_)/.test(error?.code ?? ''))
      services.log('warn', 'A request was cut off.', { error });
  });
  app.use(requestId);
  if (services.metrics) app.use(services.metrics);
  app.use(securityHeaders(services.secureCookies));
  app.use(compressed);
  app.use(cors(services.origins));
  app.use(problems(services.log));
  app.use(answerInTime);
  app.use(
    router(routesOf(services), {
      ...services,
      revisions: revisions(services.database, services.release),
      authorize: authorizer({ ...services, origins: ourOrigins(services) }),
    }),
  );
  if (services.pages) app.use(services.pages);
  return app;
}
