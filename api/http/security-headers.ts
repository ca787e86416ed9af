/** What a browser may make of our answers: nothing but what they are. A page that needs more says so itself. */
import type Koa from 'koa';

const headers = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** @param https from now on only over HTTPS; false on a laptop */
export function securityHeaders(https: boolean): Koa.Middleware {
  const all = https ? { ...headers, 'Strict-Transport-Security': 'max-age=31536000' } : headers;
  return (ctx, next) => {
    ctx.set(all);
    return next();
  };
}
