/** `npm start`: the whole platform on this machine. The only door that leads to `local/`. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import RedisMock from 'ioredis-mock';
import { defineCommand, run } from '../scripts/terminal/command.ts';
import { exitCode } from '../scripts/terminal/exit-codes.ts';
import { bold, dim } from '../scripts/terminal/style.ts';
import { createApp } from './app.ts';
import type { Database } from './database/database.ts';
import { delivery } from './delivery.ts';
import { checkLetters } from './endorsements/letters.ts';
import { chosenGeocoder } from './geocoding/chosen.ts';
import type { Geocoder } from './geocoding/geocoder.ts';
import { kept } from './geocoding/kept.ts';
import { locateWaiting } from './geocoding/locate.ts';
import { inTurn } from './http/in-turn.ts';
import { rateLimiter } from './limits/limiter.ts';
import { connectRedis, redisCounter } from './limits/redis.ts';
import { type DemoReviewer, demoReviewer } from './local/demo-reviewer.ts';
import { gazetteer } from './local/gazetteer/gazetteer.ts';
import { localMail } from './local/mail.ts';
import { localMedia } from './local/media.ts';
import { keptSecret } from './local/secret.ts';
import { demoSite } from './local/site/site.ts';
import { startDatabase } from './local/start.ts';
import { startDispatcher } from './mail/dispatcher.ts';
import { listAssets } from './pages/assets.ts';
import { pages } from './pages/pages.ts';
import { readLocalSettings } from './settings.ts';
import { log } from './telemetry/log.ts';

const command = defineCommand({
  name: 'start',
  summary: 'run the platform on this machine: API, map, database with real Census districts',
  flags: {
    reset: { type: 'boolean', description: 'delete the local data first, and start over' },
  },
  examples: [
    'npm start',
    'npm start -- --reset',
    'PORT=8001 npm start                    another port',
    'DATABASE_URL=postgres://… npm start    your own PostgreSQL with PostGIS instead of the embedded one',
    'REDIS_URL=redis://… npm start          your own Redis for rate limits instead of this process',
  ],
  async run({ flags, signal }) {
    const settings = readLocalSettings();
    // The port first: nobody should wait for an import to learn that it is taken.
    const { server, serve } = await listen(settings.PORT);
    try {
      const database = await startDatabase(settings, { reset: flags.reset, signal });
      const redis = settings.REDIS_URL
        ? await connectRedis(settings.REDIS_URL, (error) => log('error', 'Redis is away.', { error }))
        : new RedisMock();
      const limiter = rateLimiter(redisCounter(redis), settings.ENVIRONMENT, {
        uncounted: (action, error) => log('error', 'A request was not counted.', { action, error }),
      });
      const { port } = server.address() as AddressInfo;
      const origin = `http://localhost:${port}`;
      const media = localMedia(join(settings.LOCAL_FOLDER, 'media'), origin);
      const geocoder = chosenGeocoder(settings) ?? gazetteer();
      const mail = localMail(join(settings.LOCAL_FOLDER, 'mail'));
      if (flags.reset) await mail.clear();
      const secret = await keptSecret(settings.LOCAL_FOLDER);
      const siteUrl = settings.CORS_ORIGINS[0] ?? origin;
      checkLetters();
      const dispatcher = startDispatcher(
        delivery({
          database,
          transport: mail.transport,
          from: settings.MAIL_FROM ?? 'coalition@localhost',
          ...{ siteUrl, publicUrl: origin, secret: async () => secret, log },
        }),
        { everyMs: 2_000 },
      );
      const app = createApp({
        database,
        limiter,
        log,
        media: media.store,
        geocoder,
        siteUrl,
        publicUrl: origin,
        reviewers: settings.REVIEWERS.length > 0 ? settings.REVIEWERS : ['reviewers@example.org'],
        outboxFilled: dispatcher.wake,
        origins: settings.CORS_ORIGINS,
        secret: async () => secret,
        secureCookies: false,
        release: randomBytes(8).toString('hex'),
        trustedProxyHops: settings.TRUSTED_PROXY_HOPS,
        pages: [media.serve, mail.serve, demoSite(database), pages(listAssets)].reduce(inTurn),
      });
      serve(app.callback());
      // Your own server has its own staff.
      const reviewer = settings.DATABASE_URL ? undefined : await demoReviewer(database, secret);
      welcome(port, database.name, reviewer);
      const locating = keepLocating(database, geocoder, signal);
      if (!signal.aborted) await once(signal, 'abort');
      await locating;
      redis.disconnect();
      await Promise.all([stop(server), dispatcher.stop()]);
      await database.close();
    } finally {
      await stop(server);
    }
    process.stderr.write(dim('Stopped. What you entered is kept.\n', process.stderr));
    return exitCode.done;
  },
});

/** What the job `locate` does in an environment; here it is the server's own second task. */
async function keepLocating(database: Database, geocoder: Geocoder, signal: AbortSignal): Promise<void> {
  const addresses = kept(geocoder, database);
  while (!signal.aborted) {
    await locateWaiting(database, addresses, { signal }).catch((error) =>
      log('warn', 'Addresses were not looked up.', { error }),
    );
    await sleep(5_000, undefined, { signal }).catch(() => {});
  }
}

/** Takes the port and answers 503 until there is something to serve. */
async function listen(port: number): Promise<{ server: Server; serve(handler: RequestListener): void }> {
  let handler: RequestListener = (_request, response) => {
    response.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': '5' }).end('Starting, see the terminal.\n');
  };
  const server = createServer((request, response) => handler(request, response));
  // Loopback only: this is a laptop in a café.
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const other = port < 65_535 ? port + 1 : 8000;
    throw Object.assign(
      new Error(code === 'EADDRINUSE' ? `The port ${port} is taken.` : `The port ${port} cannot be used (${code}).`),
      {
        remedy: `PORT=${other} npm start uses another one.`,
      },
    );
  }
  return {
    server,
    serve(next) {
      handler = next;
    },
  };
}

function welcome(port: number, database: string, reviewer: DemoReviewer | undefined): void {
  const base = `http://localhost:${port}`;
  process.stdout.write(
    [
      '',
      `${bold('Coalition Builder is running')} on ${base}`,
      `  data         ${database}`,
      '  rate limits  in memory (ioredis-mock)',
      '',
      'Try:',
      `  ${base}/`,
      `  ${base}/api/regions/lookup?lat=44.9553&lng=-93.1022`,
      `  ${base}/api/campaigns/`,
      `  ${base}/api/docs/`,
      `  ${base}/campaigns/clean-water-for-every-county/   a form to endorse it`,
      `  ${base}/dev/mail                                  what would have been mailed`,
      `  ${base}/desk                                      where endorsements are reviewed`,
      ...(reviewer ? [dim(`    sign in as ${reviewer.email}, password ${reviewer.password}`)] : []),
      '',
      dim('Ctrl-C stops it; npm start -- --reset starts over.'),
      '',
    ].join('\n'),
  );
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

if (import.meta.main) await run(command);
