/** The application: what it needs goes in, a Koa application comes out. It starts nothing and reads no variable. */
import Koa from 'koa';
import { authorizer } from './access/access.ts';
import { revisions } from './database/revisions.ts';
import { compressed } from './http/compress.ts';
import { cors } from './http/cors.ts';
import { answerInTime } from './http/deadline.ts';
import { problems } from './http/problem.ts';
import { requestId } from './http/request-id.ts';
import { router } from './http/router.ts';
import { securityHeaders } from './http/security-headers.ts';
import { steps } from './http/steps.ts';
import { findRoute } from './rooms.ts';
import type { Services } from './services.ts';

/** Behind a CDN the Host that we see is not the one in a browser's address: what is served beside the API calls from there. */
function ourOrigins({ siteUrl, publicUrl, origins }: Services): readonly string[] {
  return [new URL(siteUrl).origin, new URL(publicUrl).origin, ...origins];
}

export function createApp(services: Services): Koa {
  const app = new Koa();
  // Koa would print a stack for each client that goes away; answers report their own errors.
  app.on('error', (error) => {
    if (!/^(ECONNRESET|EPIPE|HPE_|ERR_STREAM_)/.test(error?.code ?? ''))
      services.log('warn', 'A request was cut off.', { error });
  });
  app.use(steps(requestId, securityHeaders(services.secureCookies), cors(services.origins)));
  if (services.metrics) app.use(services.metrics);
  app.use(compressed);
  app.use(problems(services.log));
  app.use(answerInTime);
  app.use(
    router(findRoute(services), {
      ...services,
      revisions: revisions(services.database, services.release),
      authorize: authorizer({ ...services, origins: ourOrigins(services) }),
    }),
  );
  if (services.pages) app.use(services.pages);
  return app;
}
