/** The application: what it needs goes in, a Koa application comes out. It starts nothing and reads no variable. */
import Koa from 'koa';
import { campaignRoutes } from './campaigns/routes.ts';
import type { Database } from './database/database.ts';
import { healthRoutes } from './health/routes.ts';
import { compressed } from './http/compress.ts';
import { problems } from './http/problem.ts';
import { requestId } from './http/request-id.ts';
import type { Route } from './http/route.ts';
import { router } from './http/router.ts';
import type { RateLimiter } from './limits/limiter.ts';
import { regionRoutes } from './regions/routes.ts';
import type { Log } from './telemetry/log.ts';

export interface Services {
  readonly database: Pick<Database, 'pool'>;
  readonly limiter: RateLimiter;
  readonly log: Log;
  /** Proxies in front of us that append to X-Forwarded-For. */
  readonly trustedProxyHops: number;
  /** Serves what is not the API; on Lambda, S3 and CloudFront do. */
  readonly pages?: Koa.Middleware;
}

/** Every operation of the API. */
export function routesOf(services: Services): readonly Route[] {
  return [...healthRoutes(services), ...campaignRoutes(services), ...regionRoutes(services)];
}

export function createApp(services: Services): Koa {
  const app = new Koa();
  app.use(requestId);
  app.use(compressed);
  app.use(problems(services.log));
  app.use(router(routesOf(services), services));
  if (services.pages) app.use(services.pages);
  return app;
}
