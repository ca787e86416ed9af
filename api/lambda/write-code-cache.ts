/**
 * Run once, when an image is built, by the Node that will run it: starts each function of the image, has the API answer
 * where there is neither a database nor AWS, and keeps what V8 compiled for that (`loader.ts`).
 */
import { readdirSync } from 'node:fs';

/** What each of the functions' files exports. */
interface Started {
  handler(event: object): Promise<{ readonly statusCode?: number }>;
  load(name: string): unknown;
  writeCodeCache(): void;
}

/** Nobody listens at port 9. */
const nowhere = '127.0.0.1:9';

Object.assign(process.env, {
  ENVIRONMENT: 'staging',
  DATABASE_URL: `postgres://nobody@${nowhere}/nothing`,
  RATE_LIMIT_TABLE: 'none',
  SECRET_KEY_ARN: 'none',
  MEDIA_BUCKET: 'none',
  PUBLIC_BASE_URL: `http://${nowhere}`,
  CORS_ORIGINS: `http://${nowhere}`,
  OUTBOUND_HOSTS: 'none',
});
// What the functions say about that is no news of a build.
const say = process.stdout.write.bind(process.stdout);
for (const stream of [process.stdout, process.stderr]) stream.write = () => true;

for (const name of ['jobs', 'outbound']) (await start(name)).writeCodeCache();
const { handler, load, writeCodeCache } = await start('lambda');
const answers = [await ask('/api/health/'), await ask('/api/campaigns/')];
if (answers.join() !== '200,503') throw new Error(`The API answered ${answers.join()} instead of 200,503.`);
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.cjs'));
for (const name of files) if (!/^(lambda|jobs|outbound)\.cjs$/.test(name)) load(name);
writeCodeCache();
say(`Wrote the code cache of ${files.length} files.\n`, () => process.exit());

async function start(name: string): Promise<Started> {
  return import(new URL(`./${name}.mjs`, import.meta.url).href);
}

async function ask(path: string): Promise<number | undefined> {
  const { statusCode } = await handler({
    httpMethod: 'GET',
    path,
    multiValueHeaders: { Host: ['127.0.0.1'], 'Accept-Encoding': ['gzip'], Origin: [`http://${nowhere}`] },
    requestContext: { identity: { sourceIp: '127.0.0.1' } },
  });
  return statusCode;
}
