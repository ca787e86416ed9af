import * as z from 'zod/mini';
import { publicCache, type Route, route } from '../http/route.ts';

/** @param described every other operation */
export function openapiRoutes(described: readonly Route[]): readonly Route[] {
  let document: Promise<Buffer> | undefined;
  const itself: Route = route({
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This description',
    cache: publicCache,
    answers: () => ({ 200: z.record(z.string(), z.unknown()) }),
    handle: async () => {
      document ??= write([...described, itself]);
      return { body: await document, type: 'application/json' };
    },
  });
  return [itself];
}

/** Loaded when somebody asks: a cold start should not pay for it. */
async function write(routes: readonly Route[]): Promise<Buffer> {
  const { describe } = await import('./document.ts');
  return Buffer.from(JSON.stringify(describe(routes)));
}
