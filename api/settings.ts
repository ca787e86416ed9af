/**
 * Every environment variable that the application reads, once. The generator types a function's variables as
 * `Record<keyof Settings, …>`, so a variable that is read and not set (or set and not read) does not compile.
 */
import * as z from 'zod/mini';

/** A URL without a path. */
const origin = z.string().check(
  z.refine((url) => {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    return parsed !== undefined && /^https?:$/.test(parsed.protocol) && url.replace(/\/$/, '') === parsed.origin;
  }, 'addresses such as https://www.example.org, without a path'),
);

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}

/** What the application reads wherever it runs. */
const settings = {
  /** Which environment this is; `local` is `npm start` and tests. */
  ENVIRONMENT: z._default(z.enum(['local', 'development', 'staging', 'production']), 'local'),
  /** A PostgreSQL server with PostGIS. Unset on a laptop: the embedded database is started. */
  DATABASE_URL: z.optional(z.string().check(z.regex(/^postgres(ql)?:\/\//, 'a URL that starts with postgres://'))),
  /**
   * The secret that says how to log in: `{host, port, dbname, username, password}`, or a URL as above. A Lambda and an
   * import of boundaries are given this instead of DATABASE_URL. For database/.
   */
  DATABASE_SECRET_ARN: z.optional(z.string()),
  /** The secret that signs links and sessions. For access/. */
  SECRET_KEY_ARN: z.optional(z.string()),
  /** The bucket of uploads. For media/. */
  MEDIA_BUCKET: z.optional(z.string()),
  /** Where the world finds the API, without a slash at the end. For links in mail/ and in openapi/. */
  PUBLIC_BASE_URL: z.optional(z.pipe(origin, z.transform(withoutSlash))),
  /** Origins, with commas between, whose pages may call the API. The first with https is the site that links lead to. */
  CORS_ORIGINS: z._default(
    z.pipe(
      z.pipe(
        z.string(),
        z.transform((list) => list.split(',').map((each) => withoutSlash(each.trim()))),
      ),
      z.array(origin),
    ),
    [],
  ),
  /** Who turns addresses into coordinates; unset, nobody does. For geocoding/. */
  GEOCODER: z.optional(z.enum(['census', 'amazon-location'])),
  /** The sender of mail; unset, nothing is sent. For mail/. */
  MAIL_FROM: z.optional(z.string()),
  /** Who hears of endorsements that wait for review: addresses, with commas between. */
  REVIEWERS: z._default(
    z.pipe(
      z.string(),
      z.transform((list) => list.split(',').map((each) => each.trim())),
    ),
    [],
  ),
  /** Who delivers mail, on port 587; unset, SES does. For mail/. */
  SMTP_HOST: z.optional(z.string()),
  /** The secret by which SMTP_HOST takes mail from us: `{username, password}`. For mail/. */
  SMTP_SECRET_ARN: z.optional(z.string()),
  /** The secret that is the key to Akismet, as a text; unset, it is not asked. For endorsements/. */
  AKISMET_KEY_ARN: z.optional(z.string()),
  /** The function that fetches for us what speaks IPv4 only (`outbound.ts`); unset, everything is fetched from here. */
  OUTBOUND_FUNCTION: z.optional(z.string()),
  /** The secret that CloudFront sends along with each request, and nobody else knows. For limits/. */
  CDN_KEY_ARN: z.optional(z.string()),
  /** The DynamoDB table that counts requests. */
  RATE_LIMIT_TABLE: z.optional(z.string()),
  /**
   * How many proxies in front of us append to X-Forwarded-For; the client is that many entries from the right. Without
   * CloudFront, which is one more where it proves itself.
   */
  TRUSTED_PROXY_HOPS: z._default(z.pipe(z.string().check(z.regex(/^\d$/, 'a digit, 0 to 9')), z.transform(Number)), 0),
};

/** What the function outside the VPC reads. */
const outboundSettings = {
  /** The hosts that it may ask, with commas between; `*` is any. */
  OUTBOUND_HOSTS: z.string(),
};

/** What the jobs function reads besides. */
const jobSettings = {
  /** The secret of the database's master user, who makes databases and roles. For jobs/. */
  MASTER_SECRET_ARN: z.optional(z.string()),
  /** When the database is up, Monday to Friday: `07:30-19:00 America/New_York`; unset, always. For jobs/. */
  DATABASE_HOURS: z.optional(
    z
      .string()
      .check(z.regex(/^\d\d:\d\d-\d\d:\d\d [\w/+-]+$/, 'hours and a zone, such as 07:30-19:00 America/New_York')),
  ),
};

/** What an import of boundaries reads. */
const importSettings = {
  ENVIRONMENT: settings.ENVIRONMENT,
  DATABASE_URL: settings.DATABASE_URL,
  DATABASE_SECRET_ARN: settings.DATABASE_SECRET_ARN,
  /** Where Census files are kept between imports: what `--source s3` means, and the default where it is set. */
  IMPORT_CACHE: z.optional(z.string().check(z.regex(/^s3:\/\/[^/]+/, 's3://bucket/prefix'))),
};

/** What `npm start` reads besides. */
const localSettings = {
  PORT: z._default(
    z.pipe(
      z.string().check(z.regex(/^\d{1,5}$/, 'a port number')),
      z.pipe(z.transform(Number), z.number().check(z.lte(65535, 'a port number, at most 65535'))),
    ),
    8000,
  ),
  /** A Redis that counts requests; unset, this process does by itself. For limits/. */
  REDIS_URL: z.optional(z.string().check(z.regex(/^rediss?:\/\//, 'a URL that starts with redis:// or rediss://'))),
  /** Where the embedded database and other local data live. */
  LOCAL_FOLDER: z._default(z.string(), '.local'),
};

const settingsSchema = z.object(settings);
const jobSettingsSchema = z.object({ ...settings, ...jobSettings });
const importSettingsSchema = z.object(importSettings);
const outboundSettingsSchema = z.object(outboundSettings);
const localSettingsSchema = z.object({ ...settings, ...localSettings });

export type Settings = z.infer<typeof settingsSchema>;
export type JobSettings = z.infer<typeof jobSettingsSchema>;
export type ImportSettings = z.infer<typeof importSettingsSchema>;
export type OutboundSettings = z.infer<typeof outboundSettingsSchema>;
export type LocalSettings = z.infer<typeof localSettingsSchema>;

/** One or more variables have values that nothing can be started with. */
export class SettingsError extends Error {
  readonly exitCode = 2;
  readonly remedy = 'Correct or unset it. Values are not printed here, because they may be secrets.';
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join(' '), options);
    this.name = 'SettingsError';
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of a Lambda.
 * @param variables an empty string counts as unset: that is how an unset variable of a pipeline arrives
 * @throws SettingsError naming every wrong variable
 */
export function readSettings(variables: Variables = process.env): Settings {
  return read(settingsSchema, variables);
}

/** Reads the settings of the jobs function. */
export function readJobSettings(variables: Variables = process.env): JobSettings {
  return read(jobSettingsSchema, variables);
}

/** Reads the settings of an import of boundaries. */
export function readImportSettings(variables: Variables = process.env): ImportSettings {
  return read(importSettingsSchema, variables);
}

/** Reads the settings of the function outside the VPC. */
export function readOutboundSettings(variables: Variables = process.env): OutboundSettings {
  return read(outboundSettingsSchema, variables);
}

/** Reads the settings of `npm start`. */
export function readLocalSettings(variables: Variables = process.env): LocalSettings {
  return read(localSettingsSchema, variables);
}

function read<T extends z.ZodMiniType>(schema: T, variables: Variables): z.infer<T> {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new SettingsError(
    result.error.issues.map(
      (issue) => `The variable ${String(issue.path[0])} has a value that cannot be used: it takes ${expected(issue)}.`,
    ),
  );
}

function expected(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_value' ? `one of ${issue.values.join(', ')}` : issue.message;
}
