/**
 * Serves the pages that people see: the map at `/`, the review desk at `/desk`, their files under `/pages/`, and
 * MapLibre GL under `/pages/vendor/`.
 *
 * What can be served is listed once; a request only looks its path up in that list, so no path that a client writes ever
 * reaches the disk.
 */
import type { Middleware } from 'koa';
import type { Asset } from './asset.ts';
import { securityHeaders } from './security-headers.ts';

/**
 * @param list what to serve, by path; asked for by the first request that nothing before answered
 * @param uploadsTo origins that the desk sends files to, where that is not this one
 */
export function pages(list: () => ReadonlyMap<string, Asset>, uploadsTo: readonly string[] = []): Middleware {
  const headers = { map: securityHeaders(), desk: securityHeaders(uploadsTo) };
  let assets: ReadonlyMap<string, Asset> | undefined;
  return async (ctx, next) => {
    assets ??= list();
    const asset = assets.get(ctx.path === '/desk/' ? '/desk' : ctx.path);
    if (!asset) return next();

    ctx.set(/^\/desk\/?$/.test(ctx.path) ? headers.desk : headers.map);
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      ctx.set('Allow', 'GET, HEAD');
      ctx.status = 405;
      return;
    }
    ctx.type = asset.type;
    ctx.etag = asset.etag;
    ctx.set('Cache-Control', asset.cacheControl);
    // `fresh` compares the ETag only for a status of success.
    ctx.status = 200;
    if (ctx.fresh) ctx.status = 304;
    // Always the same Buffer: whoever compresses it, up the stack, can keep the result.
    else ctx.body = asset.content;
  };
}
