/** What search engines read. Addresses are the site's, not this API's. */
import type { Database } from '../database/database.ts';
import { publicCache, type Route, route } from '../http/route.ts';

export function siteRoutes(services: {
  readonly database: Pick<Database, 'pool'>;
  readonly siteUrl: string;
}): readonly Route[] {
  const { database, siteUrl } = services;
  return [
    route({
      method: 'GET',
      path: '/robots.txt',
      summary: 'What search engines may visit',
      cache: 'public, max-age=3600',
      answers: () => ({ 200: { type: 'text/plain' } }),
      handle: async () => ({
        type: 'text/plain; charset=utf-8',
        body: [
          'User-agent: *',
          'Allow: /',
          ...['admin', 'api', 'static', 'media', 'health'].map((folder) => `Disallow: /${folder}/`),
          'Crawl-delay: 1',
          '',
          `Sitemap: ${siteUrl}/sitemap.xml`,
          '',
        ].join('\n'),
      }),
    }),
    route({
      method: 'GET',
      path: '/sitemap.xml',
      summary: 'The pages of the site: its start, and each active campaign',
      cache: publicCache,
      reads: ['campaign'],
      answers: () => ({ 200: { type: 'application/xml' } }),
      async handle() {
        const { rows } = await database.pool.query<{ name: string; updated_at: Date }>(
          'select name, updated_at from campaign where active order by created_at desc, id desc limit 50000',
        );
        const urls = [
          `  <url><loc>${xml(`${siteUrl}/`)}</loc></url>`,
          ...rows.map(
            ({ name, updated_at }) =>
              `  <url><loc>${xml(`${siteUrl}/campaigns/${name}/`)}</loc><lastmod>${updated_at.toISOString()}</lastmod></url>`,
          ),
        ];
        return {
          type: 'application/xml; charset=utf-8',
          body: `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${urls.join('\n')}\n</urlset>\n`,
        };
      },
    }),
  ];
}

function xml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
