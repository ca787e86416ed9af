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
const geocoder: Dependency = { name: 'the Census geocoder', port: https, ipv6: false };
const census: Dependency = { name: 'the Census files', port: https, ipv6: false };
/** Whether the host answers over IPv6 is said, and held against the way out, in environments/. */
const smtp: Dependency = { name: 'the mail server', port: 587, ipv6: true };

const nothing: readonly Dependency[] = [];

const byVariable: Readonly<Record<string, readonly Dependency[]>> = {
  CORS_ORIGINS: nothing,
  DATABASE_SECRET_ARN: [secrets, database],
  ENVIRONMENT: nothing,
  GEOCODER: [geocoder],
  IMPORT_CACHE: [s3],
  MASTER_SECRET_ARN: [secrets, database],
  MEDIA_BUCKET: [s3],
  NODE_OPTIONS: nothing,
  PUBLIC_BASE_URL: nothing,
  RATE_LIMIT_TABLE: [dynamodb],
  SECRET_KEY_ARN: [secrets],
  SES_IDENTITY: [ses],
  SMTP_HOST: [smtp],
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
  const told = Object.keys(variables).flatMap((name) => byVariable[name] ?? nothing);
  return [...new Set([...told, ...byKind[kind]])];
}

export function unknownVariables({ variables }: Runner): readonly string[] {
  return Object.keys(variables).filter((name) => !(name in byVariable));
}
