/** Lets the configured origins call the API from a browser, with credentials; everybody else stays same-origin. */
import type { Step } from './steps.ts';

const allowedHeaders =
  'Content-Type, X-CSRFToken, Authorization, X-Requested-With, If-Match, If-None-Match, X-Request-Id';
const exposedHeaders = 'ETag, Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id';

/** @param origins such as `https://www.example.org`, without a path */
export function cors(origins: readonly string[]): Step {
  return (ctx) => {
    if (origins.length === 0) return;
    // Nothing before us has one: compress.ts adds to it.
    ctx.res.setHeader('Vary', 'Origin');
    const origin = ctx.get('Origin');
    if (!origins.includes(origin)) return;
    ctx.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' });
    if (ctx.method === 'OPTIONS' && ctx.get('Access-Control-Request-Method') !== '') {
      ctx.set({
        'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
        'Access-Control-Allow-Headers': allowedHeaders,
        'Access-Control-Max-Age': '7200',
      });
    } else ctx.set('Access-Control-Expose-Headers', exposedHeaders);
  };
}
