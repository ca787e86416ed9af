/** What is done to every request before anything is waited for: together one middleware, for each costs as much as a step. */
import type Koa from 'koa';

export type Step = (ctx: Koa.Context) => void;

export function steps(...all: readonly Step[]): Koa.Middleware {
  return (ctx, next) => {
    for (const step of all) step(ctx);
    return next();
  };
}
