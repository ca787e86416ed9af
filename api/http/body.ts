/** Reads a request's body as JSON, and refuses early what can be none. */
import type Koa from 'koa';
import { Problem } from './problem.ts';

/** A campaign's description with every other field is below a tenth of this. */
export const largestBody = 1_000_000;

/** @throws Problem 400 for what is no JSON, 413 for too much, 415 for another type */
export async function readJson(ctx: Koa.Context): Promise<unknown> {
  const type = ctx.get('Content-Type');
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) {
    refuse(ctx);
    throw new Problem(415, 'Unsupported media type', 'The body has to be application/json, in UTF-8.', {
      headers: { Accept: 'application/json' },
    });
  }
  if (ctx.get('Content-Encoding') !== '' && ctx.get('Content-Encoding') !== 'identity') {
    refuse(ctx);
    throw new Problem(415, 'Unsupported media type', 'The body may not be compressed.');
  }
  const bytes = await readBytes(ctx);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, 'Bad request', 'The body is not valid UTF-8.');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const where = / at position \d+| \(line \d+ column \d+\)/.exec((error as Error).message)?.[0] ?? '';
    throw new Problem(400, 'Bad request', `The body is not valid JSON${where && `: it breaks off${where}`}.`);
  }
}

async function readBytes(ctx: Koa.Context): Promise<Buffer> {
  if (Number(ctx.get('Content-Length')) > largestBody) throw tooLarge(ctx);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of ctx.req) {
      size += chunk.length;
      if (size > largestBody) throw tooLarge(ctx);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, 'Bad request', 'The body broke off.', { cause: error });
  }
  return Buffer.concat(chunks);
}

function tooLarge(ctx: Koa.Context): Problem {
  refuse(ctx);
  return new Problem(413, 'Content too large', `The body may have ${largestBody.toLocaleString('en')} bytes at most.`);
}

/** The rest of the body is not read: the connection cannot be used for another request. */
function refuse(ctx: Koa.Context): void {
  ctx.set('Connection', 'close');
}
