/** Answers 503 before whoever waits in front of us gives up, and leaves nothing of the request running. */
import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';
import { withDeadline } from '../deadline.ts';
import { Problem } from './problem.ts';

/** API Gateway gives up after 29 s, and the way to us takes part of them. */
export const longestMs = 27_000;

/** How long what was cut off may take to end: cancelling a statement, then the rollback. */
const endingMs = 500;

/** A request whose front door says when its time is up, in epoch milliseconds. */
export interface TimedRequest extends IncomingMessage {
  answerBy?: number;
}

export const answerInTime: Koa.Middleware = async (ctx, next) => {
  const { answerBy = Date.now() + longestMs } = ctx.req as TimedRequest;
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<'late'>((resolve) => {
    timer = setTimeout(
      () => {
        controller.abort();
        timer = setTimeout(resolve, endingMs, 'late');
      },
      answerBy - endingMs - Date.now(),
    );
  });
  try {
    const work = withDeadline(controller.signal, next).catch((error) => {
      // Whatever fails because it was cut off fails because of the time.
      throw controller.signal.aborted ? tooLate(ctx, error) : error;
    });
    if ((await Promise.race([work, timeIsUp])) === 'late') {
      // Nobody waits for it any more.
      work.catch(() => {});
      throw tooLate(ctx);
    }
  } finally {
    clearTimeout(timer);
  }
};

function tooLate({ method }: Koa.Context, cause?: unknown): Problem {
  const detail = /^(GET|HEAD)$/.test(method)
    ? 'This took longer than a request may. Please try again.'
    : 'This took longer than a request may, and was stopped. Look whether it was done before you send it again.';
  return new Problem(503, 'Not finished in time', detail, { headers: { 'Retry-After': '5' }, cause });
}
