/** Answers 503 before whoever waits in front of us gives up, and leaves nothing of the request running. */
import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';
import { Deadline, withDeadline } from '../deadline.ts';
import { Problem } from './problem.ts';
import { at } from './shared-timer.ts';

/** API Gateway gives up after 29 s, and the way to us takes part of them. */
export const longestMs = 27_000;

/** How long what was cut off may take to end: cancelling a statement, then the rollback. */
const endingMs = 500;

/** A request whose front door says when its time is up, on the clock of `performance.now()`, which nobody sets. */
export interface TimedRequest extends IncomingMessage {
  answerBy?: number;
}

export const answerInTime: Koa.Middleware = (ctx, next) =>
  // By hand: a race of promises takes twice the time of all this.
  new Promise<void>((resolve, reject) => {
    const { answerBy = performance.now() + longestMs } = ctx.req as TimedRequest;
    const deadline = new Deadline();
    const giveUp = () => {
      deadline.end();
      // Nobody waits any longer; what comes of the work after that is nobody's.
      callOff = at(answerBy, () => reject(tooLate(ctx)));
    };
    let callOff = at(answerBy - endingMs, giveUp);
    withDeadline(deadline, next).then(
      () => {
        callOff();
        resolve();
      },
      (error) => {
        callOff();
        // Whatever fails because it was cut off fails because of the time.
        reject(deadline.isOver ? tooLate(ctx, error) : error);
      },
    );
  });

function tooLate({ method }: Koa.Context, cause?: unknown): Problem {
  const detail = /^(GET|HEAD)$/.test(method)
    ? 'This took longer than a request may. Please try again.'
    : 'This took longer than a request may, and was stopped. Look whether it was done before you send it again.';
  return new Problem(503, 'Not finished in time', detail, { headers: { 'Retry-After': '5' }, cause });
}
