/** The application as Lambda runs it: composed from variables, with everything costly left to the first who needs it. */
import type Koa from 'koa';
import { createApp } from '../app.ts';
import { serverOnUse } from '../database/database.ts';
import { traced } from '../database/traced.ts';
import { checkLetters } from '../endorsements/letters.ts';
import { type Akismet, akismet } from '../endorsements/spam/akismet.ts';
import { chosenGeocoder } from '../geocoding/chosen.ts';
import { fetchOutside } from '../http/fetch-outside.ts';
import { defaultClient as dynamoDb, dynamoDbCounter } from '../limits/dynamodb.ts';
import { rateLimiter } from '../limits/limiter.ts';
import { defaultClient as s3, s3Store, uploadOrigins } from '../media/s3.ts';
import { environmentAssets } from '../pages/environment-assets.ts';
import { pages } from '../pages/pages.ts';
import { ownDatabaseUrl } from '../secrets/own-database.ts';
import { once, readSecret } from '../secrets/secrets.ts';
import { readSettings, type Settings, SettingsError } from '../settings.ts';
import { log } from '../telemetry/log.ts';
import { metrics, uncountedRequests } from '../telemetry/metrics.ts';
import { type Trace, toDaemon, untraced, xray } from '../telemetry/trace.ts';

export interface Application {
  readonly koa: Koa;
  close(): Promise<void>;
}

/** @throws SettingsError naming every variable that is missing or wrong */
export function application(): Application {
  const settings = complete(readSettings());
  checkLetters();
  const { ENVIRONMENT, PUBLIC_BASE_URL, CORS_ORIGINS, CDN_KEY_ARN } = settings;
  const trace = tracing();
  // An instance answers one request at a time; the second connection is for a probe beside it.
  const server = serverOnUse(
    { name: `of ${ENVIRONMENT}`, url: async () => settings.DATABASE_URL ?? ownDatabaseUrl(settings) },
    { connections: 2 },
  );
  const koa = createApp({
    database: traced(server, trace),
    limiter: rateLimiter(dynamoDbCounter(settings.RATE_LIMIT_TABLE, dynamoDb, trace), ENVIRONMENT, {
      uncounted: uncountedRequests(ENVIRONMENT, log, writeLine),
    }),
    media: s3Store(settings.MEDIA_BUCKET, `${PUBLIC_BASE_URL}/media/`, s3, trace),
    geocoder: chosenGeocoder(settings, trace),
    log,
    metrics: metrics(ENVIRONMENT, writeLine),
    siteUrl: CORS_ORIGINS.find((origin) => origin.startsWith('https://')) ?? PUBLIC_BASE_URL,
    publicUrl: PUBLIC_BASE_URL,
    reviewers: settings.REVIEWERS,
    akismet: akismetOf(settings),
    // The job takes it from there, once a minute: an instance that has answered is frozen.
    outboxFilled: () => {},
    // Lambda hands on six megabytes, and JSON around the text takes its share.
    largestAnswerBytes: 4_500_000,
    origins: CORS_ORIGINS,
    // Public reads need none, so a cold start does not wait for it.
    secret: once(() => readSecret('SECRET_KEY_ARN', settings.SECRET_KEY_ARN)),
    secureCookies: ENVIRONMENT !== 'local',
    // An alias moves from version to version; every instance of one has the same code.
    release: process.env.AWS_LAMBDA_FUNCTION_VERSION ?? '',
    trustedProxyHops: settings.TRUSTED_PROXY_HOPS,
    // Of one version with the API that they call, wherever the alias points.
    pages: pages(environmentAssets, uploadOrigins(settings.MEDIA_BUCKET, process.env.AWS_REGION ?? 'us-east-1')),
    cdnKey: CDN_KEY_ARN === undefined ? undefined : once(() => readSecret('CDN_KEY_ARN', CDN_KEY_ARN)),
  });
  return { koa, close: server.close };
}

function akismetOf({ AKISMET_KEY_ARN, PUBLIC_BASE_URL, OUTBOUND_FUNCTION }: Complete): Akismet | undefined {
  if (AKISMET_KEY_ARN === undefined) return undefined;
  return akismet(
    once(() => readSecret('AKISMET_KEY_ARN', AKISMET_KEY_ARN)),
    PUBLIC_BASE_URL,
    undefined,
    fetchOutside(OUTBOUND_FUNCTION),
  );
}

function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

const needed = ['RATE_LIMIT_TABLE', 'SECRET_KEY_ARN', 'MEDIA_BUCKET', 'PUBLIC_BASE_URL'] as const;

type Complete = Settings & { readonly [K in (typeof needed)[number]]: string };

/** An instance that would find out in the middle of a request is not started at all. */
function complete(settings: Settings): Complete {
  const database = settings.DATABASE_URL ?? settings.DATABASE_SECRET_ARN;
  const missing = [
    ...(database === undefined ? ['DATABASE_URL (or DATABASE_SECRET_ARN)'] : []),
    ...needed.filter((name) => settings[name] === undefined),
  ];
  if (missing.length > 0) throw new SettingsError(missing.map((name) => `The variable ${name} is not set.`));
  return settings as Complete;
}

/** Lambda names its daemon where tracing is on, and the request under way in a variable that changes with each. */
function tracing(): Trace {
  const { AWS_XRAY_DAEMON_ADDRESS: daemon } = process.env;
  return daemon ? xray(() => process.env._X_AMZN_TRACE_ID, toDaemon(daemon)) : untraced;
}
