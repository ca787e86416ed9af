import type { Middleware } from 'koa';

/** One middleware of two: the second is asked what the first leaves. */
export function inTurn(first: Middleware, second: Middleware): Middleware {
  return (ctx, next) => first(ctx, () => second(ctx, next));
}
