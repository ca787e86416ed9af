/** What the functions of an environment have in common: where they sit, what they are let at, what they are told. */
import { browserOrigins, type Environment } from '../../environments/index.ts';
import { aws, sub } from '../cloudformation/expression.ts';
import { outboundFunctionName } from '../names.ts';
import type { Place } from '../resources/container-function.ts';
import { handMadeSecret } from '../resources/hand-made-secret.ts';
import { fetchedHosts } from '../resources/outbound-function.ts';
import { allow, regional, type Statement } from '../resources/policy.ts';
import type { ApiVariables } from '../resources/variables.ts';
import { cdn } from './cdn.ts';
import { databaseLogin } from './database-login.ts';
import { network } from './network.ts';
import { rateLimits } from './rate-limits.ts';
import { storage } from './storage.ts';

export function place({ tier }: Environment): Place {
  if (!tier.network.vpc) return undefined;
  return { subnetIds: network.output('appSubnetIds'), securityGroupId: network.output('appSecurityGroupId') };
}

export function applicationVariables(environment: Environment): ApiVariables {
  const { name, api, mail } = environment;
  const { outbound } = environment.tier;
  const { domain } = environment.cdn;
  return {
    ENVIRONMENT: name,
    // A URL or a key here could be read by whoever may look at the function: it is told where to find them.
    DATABASE_URL: null,
    DATABASE_SECRET_ARN: databaseLogin(environment).arn,
    SECRET_KEY_ARN: storage.output('secretKeyArn'),
    CDN_KEY_ARN: storage.output('cdnKeyArn'),
    CORS_ORIGINS: browserOrigins(environment).join(','),
    // Not the API's own domain: uploads are found under this one, too.
    PUBLIC_BASE_URL: domain ? `https://${domain.name}` : sub`https://${cdn.output('domainName')}`,
    MEDIA_BUCKET: storage.output('mediaBucketName'),
    GEOCODER: outbound.geocoder === 'none' ? null : outbound.geocoder,
    MAIL_FROM: mail?.from ?? null,
    REVIEWERS: mail?.reviewers.join(',') || null,
    SMTP_HOST: outbound.smtp?.host ?? null,
    SMTP_SECRET_ARN: outbound.smtp ? handMadeSecret(name, 'smtp').arn : null,
    AKISMET_KEY_ARN: outbound.spamCheck === 'akismet' ? handMadeSecret(name, 'akismet').arn : null,
    OUTBOUND_FUNCTION: fetchedHosts(environment.tier).length > 0 ? outboundFunctionName(name) : null,
    RATE_LIMIT_TABLE: rateLimits.output('tableName'),
    TRUSTED_PROXY_HOPS: String(api.trustedProxyHops),
  };
}

export function applicationStatements(environment: Environment): readonly Statement[] {
  const { name, tier } = environment;
  const media = storage.output('mediaBucketArn');
  return [
    allow(
      ['secretsmanager:GetSecretValue'],
      [
        databaseLogin(environment).pattern,
        storage.output('secretKeyArn'),
        storage.output('cdnKeyArn'),
        ...(tier.outbound.smtp ? [handMadeSecret(name, 'smtp').pattern] : []),
        ...(tier.outbound.spamCheck === 'akismet' ? [handMadeSecret(name, 'akismet').pattern] : []),
      ],
    ),
    // Environments that share a table are kept apart here, whatever the code does. UpdateItem is the counting itself.
    allow(
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      rateLimits.output('tableArn'),
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${name}#*`] } },
    ),
    allow(['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], sub`${media}/*`),
    // Without it a missing object is a 403.
    allow(['s3:ListBucket'], media),
    ...(environment.mail && sendsBySes(environment) ? [mayMail(environment.mail.from)] : []),
    ...(tier.outbound.geocoder === 'amazon-location' ? [mayLocate()] : []),
    ...(fetchedHosts(tier).length > 0
      ? [allow(['lambda:InvokeFunction'], regional('lambda', `function:${outboundFunctionName(name)}`))]
      : []),
  ];
}

export function sendsBySes({ mail, tier }: Environment): boolean {
  return mail !== undefined && tier.outbound.smtp === undefined;
}

/** Amazon's places are no resource of an account's; whoever may ask them may ask all of them. */
function mayLocate(): Statement {
  return allow(
    ['geo-places:Autocomplete', 'geo-places:Geocode', 'geo-places:GetPlace'],
    sub`arn:${aws.partition}:geo-places:${aws.region}::provider/default`,
  );
}

/** SES knows the address, or else its domain; a message that is made here, and not by SES, takes the second action. */
function mayMail(from: string): Statement {
  const identities = [from, from.slice(from.indexOf('@') + 1)].map((identity) =>
    regional('ses', `identity/${identity}`),
  );
  return allow(['ses:SendEmail', 'ses:SendRawEmail'], identities, { StringEquals: { 'ses:FromAddress': from } });
}
