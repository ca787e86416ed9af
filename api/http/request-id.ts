/** Gives every request an id: the one that the gateway made, or a new one. Answers and log lines carry it. */
import { randomUUID } from 'node:crypto';
import type { Step } from './steps.ts';

/** What we accept from outside, because it ends up in logs: X-Ray's and API Gateway's forms both fit. */
const acceptable = /^[\w=;:-]{8,128}$/;

export const requestId: Step = (ctx) => {
  const given = ctx.get('X-Request-Id');
  ctx.state.requestId = acceptable.test(given) ? given : randomUUID();
  ctx.res.setHeader('X-Request-Id', ctx.state.requestId);
};
