/**
 * What a program reaches, by the variables that it is told, and how each of those can be reached.
 *
 * A variable that is not in this table is a finding: whoever adds one says here what it makes the program reach.
 */
import type { Runner } from './runners.ts';

export interface Dependency {
  readonly name: string;
  readonly port: number;
  /** The service's name in an endpoint, `com.amazonaws.<region>.<service>`, where it is one of AWS's. */
  readonly service?: string;
  /** Whether it answers over IPv6 under the name by which we ask for it. */
  readonly ipv6: boolean;
  /** Reached without a way out of our network, and why. */
  readonly delivered?: string;
}

const https = 443;
const aws = (name: string, service: string, ipv6: boolean): Dependency => ({ name, port: https, service, ipv6 });

export const database: Dependency = { name: 'PostgreSQL', port: 5432, ipv6: false };

/** The ordinary regional host of Secrets Manager is dual-stack itself (AWS, Secrets Manager endpoints and quotas). */
const secrets = aws('Secrets Manager', 'secretsmanager', true);
/** Our clients ask for the ordinary hosts of these two, which the gateway endpoints know by IPv4 prefix only. */
const s3 = aws('S3', 's3', false);
const dynamodb = aws('DynamoDB', 'dynamodb', false);
/** With `useDualstackEndpoint`: email.<region>.api.aws (AWS, SES endpoints and quotas). */
const ses = aws('SES', 'email', true);
const ecr = aws('ECR', 'ecr.api', false);
const logs = aws('CloudWatch Logs', 'logs', false);
/** With `useDualstackEndpoint`: lambda.<region>.api.aws (AWS, Lambda endpoints and quotas). */
const lambda = aws('Lambda', 'lambda', true);
/** With `useDualstackEndpoint`, as api/http/dual-stack.ts asks for these three. */
const places = aws('Amazon Location', 'geo-places', true);
const geocoder: Dependency = { name: 'the Census geocoder', port: https, ipv6: false };
const akismet: Dependency = { name: 'Akismet', port: https, ipv6: false };
const census: Dependency = { name: 'the Census files', port: https, ipv6: false };
/** Whether the host answers over IPv6 is said, and held against the way out, in environments/. */
const smtp: Dependency = { name: 'the mail server', port: 587, ipv6: true };

type Variables = Runner['variables'];
const nothing = () => [];
/** Where there is a function outside the VPC that fetches what speaks IPv4 only, that one is asked. */
const fetched = (host: Dependency) => (told: Variables) => ['OUTBOUND_FUNCTION' in told ? lambda : host];

const byVariable: Readonly<Record<string, (told: Variables) => readonly Dependency[]>> = {
  AKISMET_KEY_ARN: (told) => [secrets, ...fetched(akismet)(told)],
  CDN_KEY_ARN: () => [secrets],
  CORS_ORIGINS: nothing,
  DATABASE_SECRET_ARN: () => [secrets, database],
  ENVIRONMENT: nothing,
  GEOCODER: (told) => (told.GEOCODER === 'amazon-location' ? [places] : fetched(geocoder)(told)),
  IMPORT_CACHE: () => [s3],
  MAIL_FROM: (told) => ('SMTP_HOST' in told ? [] : [ses]),
  MASTER_SECRET_ARN: () => [secrets, database],
  DATABASE_HOURS: nothing,
  MEDIA_BUCKET: () => [s3],
  NODE_OPTIONS: nothing,
  OUTBOUND_FUNCTION: () => [lambda],
  OUTBOUND_HOSTS: () => [geocoder, akismet],
  PUBLIC_BASE_URL: nothing,
  RATE_LIMIT_TABLE: () => [dynamodb],
  REVIEWERS: nothing,
  SECRET_KEY_ARN: () => [secrets],
  SMTP_HOST: () => [smtp],
  SMTP_SECRET_ARN: () => [secrets],
  TRUSTED_PROXY_HOPS: nothing,
};

const byService = 'by Lambda itself, outside the VPC';

/** What every one of a kind reaches, whatever it is told. */
const byKind: Readonly<Record<Runner['kind'], readonly Dependency[]>> = {
  function: [
    { ...ecr, delivered: byService },
    { ...logs, delivered: byService },
    { ...aws('X-Ray', 'xray', false), delivered: "by Lambda's own daemon, over a link-local address" },
  ],
  task: [ecr, s3, logs, census],
};

export function dependenciesOf({ kind, variables }: Runner): readonly Dependency[] {
  const told = Object.keys(variables).flatMap((name) => byVariable[name]?.(variables) ?? []);
  return [...new Set([...told, ...byKind[kind]])];
}

export function unknownVariables({ variables }: Runner): readonly string[] {
  return Object.keys(variables).filter((name) => !(name in byVariable));
}
