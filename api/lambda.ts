/** What Lambda calls: API Gateway's event in, its answer out. Everything that lasts is made once per instance. */
import serverless from 'serverless-http';
import { createApp } from './app.ts';
import { openServer } from './database/database.ts';
import { dynamoDbCounter } from './limits/dynamodb.ts';
import { rateLimiter } from './limits/limiter.ts';
import { readSettings, SettingsError } from './settings.ts';
import { log } from './telemetry/log.ts';

type Handler = (event: object, context: object) => Promise<object>;

let application: Promise<Handler> | undefined;

export const handler: Handler = async (event, context) => {
  // A scheduled ping only has to find this instance awake.
  if ('warm' in event) return {};
  application ??= start().catch((error) => {
    // The next request tries again: a database that was away at a cold start may be back.
    application = undefined;
    throw error;
  });
  return (await application)(event, context);
};

async function start(): Promise<Handler> {
  const settings = readSettings();
  const { DATABASE_URL, RATE_LIMIT_TABLE, ENVIRONMENT, TRUSTED_PROXY_HOPS } = settings;
  const missing = Object.entries({ DATABASE_URL, RATE_LIMIT_TABLE }).filter(([, value]) => value === undefined);
  if (!DATABASE_URL || !RATE_LIMIT_TABLE)
    throw new SettingsError(missing.map(([name]) => `The variable ${name} is not set.`));
  // An instance answers one request at a time; the second connection is for a probe beside it.
  const database = await openServer(DATABASE_URL, { connections: 2 });
  const limiter = rateLimiter(dynamoDbCounter(RATE_LIMIT_TABLE), ENVIRONMENT);
  const app = createApp({ database, limiter, log, trustedProxyHops: TRUSTED_PROXY_HOPS });
  return serverless(app, { binary: ['application/octet-stream', 'image/*'] });
}
