/** The API's description: for programs, and for people. Both are made when somebody first asks for them. */
import * as z from 'zod/mini';
import { publicCache, type Route, route } from '../http/route.ts';

/** @param described every operation, these two among them */
export function openapiRoutes(described: () => Promise<readonly Route[]>): readonly Route[] {
  let document: Promise<Buffer> | undefined;
  let page: Promise<{ readonly body: string; readonly policy: string }> | undefined;

  return [
    route({
      method: 'GET',
      path: '/api/openapi.json',
      summary: 'This description',
      cache: publicCache,
      answers: () => ({ 200: z.record(z.string(), z.unknown()) }),
      handle: async () => {
        document ??= described().then(writeDocument);
        return { body: await document, type: 'application/json' };
      },
    }),
    route({
      method: 'GET',
      path: '/api/docs',
      summary: 'This description as a page to read',
      cache: publicCache,
      answers: () => ({ 200: { type: 'text/html' } }),
      handle: async () => {
        page ??= described().then(writePage);
        const { body, policy } = await page;
        return {
          body,
          type: 'text/html; charset=utf-8',
          headers: { 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff' },
        };
      },
    }),
  ];
}

// Loaded here and not above: a cold start should not pay for what hardly anybody asks.

async function writeDocument(routes: readonly Route[]): Promise<Buffer> {
  const { describe } = await import('./document.ts');
  return Buffer.from(JSON.stringify(describe(routes)));
}

async function writePage(routes: readonly Route[]) {
  const { describe } = await import('./document.ts');
  const { contentSecurityPolicy: policy, referencePage } = await import('./reference-page.ts');
  return { body: referencePage(describe(routes)), policy };
}
