/** Gives every request an id: the one that the gateway made, or a new one. Answers and log lines carry it. */
import { randomUUID } from 'node:crypto';
import type Koa from 'koa';

/** What we accept from outside, because it ends up in logs: X-Ray's and API Gateway's forms both fit. */
const acceptable = /^[\w=;:-]{8,128}$/;

export const requestId: Koa.Middleware = (ctx, next) => {
  const given = ctx.get('X-Request-Id');
  ctx.state.requestId = acceptable.test(given) ? given : randomUUID();
  ctx.set('X-Request-Id', ctx.state.requestId);
  return next();
};
