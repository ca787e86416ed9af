/** Every program may do what it was seen to do, and nothing besides that nobody gave a reason for. */
import { ofType, type Platform, target } from '../../platform/platform.ts';
import { account, resolved } from '../../platform/values.ts';
import { type Runner, runnersOf } from '../network/runners.ts';
import { at, type Claim, claim, type Finding } from '../proof.ts';
import { actionsMatching } from './actions.ts';
import type { Door, Needs } from './calls.ts';
import { decide, type Request } from './evaluate.ts';
import { ofServices, withoutCall } from './grants.ts';
import { type Identity, identityOf, listOf } from './identities.ts';

interface Program {
  readonly runner: Runner;
  readonly door: Door;
  readonly identity: Identity;
  /** What it is told, as it will read it. */
  readonly told: Readonly<Record<string, string>>;
}

export async function programClaims(platform: Platform, needs: Needs): Promise<readonly Claim[]> {
  const programs = programsOf(platform);
  const own = await Promise.all(
    programs.flatMap((program) => [
      mayWhatItDoes(program, needs),
      mayNothingElse(program, needs),
      isDenied(program, programs),
    ]),
  );
  return [...own, ...(await serviceRoleClaims(platform, programs))];
}

function programsOf(platform: Platform): readonly Program[] {
  return runnersOf(platform).flatMap((runner) => {
    const { stack, properties } = runner.place;
    const role = target(platform, stack, properties.Role ?? properties.TaskRoleArn, 'AWS::IAM::Role');
    if (!role) return [];
    const told = Object.entries(runner.variables).map(([name, value]) => [
      name,
      String(resolved(platform, stack, value)),
    ]);
    return { runner, door: doorOf(runner), identity: identityOf(platform, role), told: Object.fromEntries(told) };
  });
}

/** `lambda.handler` is what api/lambda.ts exports. */
function doorOf({ kind, place }: Runner): Door {
  if (kind === 'task') return 'importer';
  const { Command = [] } = (place.properties.ImageConfig ?? {}) as { readonly Command?: readonly string[] };
  return Command[0]?.split('.')[0] as Door;
}

const aws = (service: string, rest: string) =>
  `arn:${account.partition}:${service}:${account.region}:${account.id}:${rest}`;

/** On what a program does something, by what it is told: nothing where it is told nothing of the kind. */
const asked: Readonly<Record<string, (told: Program['told']) => readonly Omit<Request, 'action'>[]>> = {
  dynamodb: ({ RATE_LIMIT_TABLE, ENVIRONMENT }) =>
    RATE_LIMIT_TABLE
      ? [
          {
            resource: aws('dynamodb', `table/${RATE_LIMIT_TABLE}`),
            context: { 'dynamodb:LeadingKeys': [`${ENVIRONMENT}#login#1`] },
          },
        ]
      : [],
  'geo-places': ({ GEOCODER }) =>
    GEOCODER === 'amazon-location'
      ? [{ resource: `arn:${account.partition}:geo-places:${account.region}::provider/default` }]
      : [],
  lambda: ({ OUTBOUND_FUNCTION }) =>
    OUTBOUND_FUNCTION ? [{ resource: aws('lambda', `function:${OUTBOUND_FUNCTION}`) }] : [],
  s3: ({ MEDIA_BUCKET, IMPORT_CACHE }) => [
    ...(MEDIA_BUCKET ? [{ resource: `arn:${account.partition}:s3:::${MEDIA_BUCKET}/media/file.png` }] : []),
    ...(IMPORT_CACHE
      ? [{ resource: `arn:${account.partition}:s3:::${IMPORT_CACHE.replace('s3://', '')}/file.zip` }]
      : []),
  ],
  secretsmanager: (told) =>
    Object.entries(told)
      .filter(([name]) => name.endsWith('_ARN'))
      .map(([, resource]) => ({ resource, ...taggedByRds(resource) })),
  ses: ({ MAIL_FROM, SMTP_HOST }) =>
    MAIL_FROM && !SMTP_HOST
      ? [{ resource: aws('ses', `identity/${MAIL_FROM}`), context: { 'ses:FromAddress': MAIL_FROM } }]
      : [],
};

const masterSecret = /:secret:rds!db-(.+)-\w{6}$/;

/** What RDS makes carries the instance's ARN, by which policies tell one tier's from the other's. */
function taggedByRds(secret: string): Pick<Request, 'context'> {
  const [, instance] = masterSecret.exec(secret) ?? [];
  return instance
    ? { context: { 'secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn': aws('rds', `db:${instance}`) } }
    : {};
}

function requestsFor(action: string, told: Program['told']): readonly Request[] {
  const [service = '', name] = action.split(':');
  const requests = asked[service]?.(told) ?? [];
  return requests.map((request) => ({
    action,
    resource: name === 'ListBucket' ? (request.resource.split('/')[0] ?? '') : request.resource,
    ...(name === 'ListBucket'
      ? { context: { 's3:prefix': request.resource.split('/').slice(1).join('/') } }
      : request.context && name !== 'DescribeTable' && { context: request.context }),
  }));
}

async function mayWhatItDoes({ runner, door, identity, told }: Program, needs: Needs): Promise<Claim> {
  const calls = Object.keys(needs[door] ?? {});
  const requests = calls.flatMap((action) => requestsFor(action, told));
  const denied = await Promise.all(
    requests.map(async (request): Promise<Finding | false> => {
      const decision = await decide(identity, request);
      return (
        decision !== 'Allowed' &&
        at(
          identity.place,
          `is ${words[decision]} ${request.action} on ${request.resource}, which ${needs[door]?.[request.action]?.join(', ')} calls`,
        )
      );
    }),
  );
  return claim(
    runner.place.stack.owner,
    `${runner.name} may do all that it was seen to do`,
    calls.length > 0 ? calls.join(', ') : 'it asks nothing of AWS',
    needs[door] === undefined &&
      at(runner.place, `runs ${door}, of which generator/proofs/privilege/needs.json says nothing`),
    denied,
  );
}

const words = { Allowed: 'allowed', ImplicitlyDenied: 'not granted', ExplicitlyDenied: 'denied' };

async function mayNothingElse({ runner, door, identity }: Program, needs: Needs): Promise<Claim> {
  const granted = await grantedTo(identity);
  const calls = granted.filter((action) => action in (needs[door] ?? {}));
  const reasoned = granted.filter((action) => !calls.includes(action) && action in (withoutCall[door] ?? {}));
  const idle = granted.filter((action) => !calls.includes(action) && !reasoned.includes(action));
  return claim(
    runner.place.stack.owner,
    `${runner.name} may do nothing without a call or a reason`,
    `${granted.length} actions: ${calls.length} called, ${reasoned.length} with a reason`,
    idle.map((action) =>
      at(
        identity.place,
        `is granted ${action}, which no test calls; take it away, or say why in generator/proofs/privilege/grants.ts`,
      ),
    ),
    identity.boundary === undefined && at(identity.place, 'has no permissions boundary'),
    identity.foreign.map((arn) => at(identity.place, `takes a policy that AWS may change: ${arn}`)),
  );
}

/** @returns every action that some statement allows, in order */
async function grantedTo({ policies }: Identity): Promise<readonly string[]> {
  const statements = policies.flatMap(({ document }) => document.Statement).filter(({ Effect }) => Effect === 'Allow');
  const patterns = statements.flatMap(({ Action, NotAction }) => (NotAction ? ['*'] : listOf(Action)));
  return [...new Set((await Promise.all(patterns.map(actionsMatching))).flat())].sort();
}

/** What would hurt most, tried: each has to be refused. */
async function isDenied(program: Program, all: readonly Program[]): Promise<Claim> {
  const { runner, identity } = program;
  const requests = forbidden(program, all);
  const allowed = await Promise.all(
    requests.map(async (request): Promise<Finding | false> => {
      const decision = await decide(identity, request);
      return decision === 'Allowed' && at(identity.place, `may ${request.action} on ${request.resource}`);
    }),
  );
  return claim(
    runner.place.stack.owner,
    `${runner.name} is refused what is not its own`,
    [...new Set(requests.map(({ action }) => action))].join(', '),
    allowed,
  );
}

function forbidden({ runner, told, identity }: Program, all: readonly Program[]): readonly Request[] {
  const { RATE_LIMIT_TABLE, MEDIA_BUCKET, ENVIRONMENT } = told;
  const others = all.filter((other) => other.told.ENVIRONMENT !== ENVIRONMENT);
  const table = RATE_LIMIT_TABLE && aws('dynamodb', `table/${RATE_LIMIT_TABLE}`);
  const lambda = aws('lambda', `function:${runner.name}`);
  const own = new Set(Object.values(told));
  const secrets = all.flatMap((other) => requestsFor('secretsmanager:GetSecretValue', other.told));
  return [
    ...secrets.filter(({ resource }) => !own.has(resource)),
    ...others
      .flatMap((other) => requestsFor('s3:GetObject', other.told))
      .filter(({ resource }) => !resource.includes('/tiger/')),
    ...(table
      ? [
          { action: 'dynamodb:UpdateItem', resource: table, context: { 'dynamodb:LeadingKeys': ['another#login#1'] } },
          { action: 'dynamodb:DeleteTable', resource: table },
          { action: 'dynamodb:Scan', resource: table },
        ]
      : []),
    ...(MEDIA_BUCKET
      ? ['s3:DeleteBucket', 's3:PutBucketPolicy'].map((action) => ({
          action,
          resource: `arn:${account.partition}:s3:::${MEDIA_BUCKET}`,
        }))
      : []),
    { action: 'iam:CreateRole', resource: identity.arn },
    { action: 'iam:PassRole', resource: identity.arn },
    { action: 'iam:PutRolePolicy', resource: identity.arn },
    {
      action: 'sts:AssumeRole',
      resource: `arn:${account.partition}:iam::${account.id}:role/coalition-builder-deploy-production`,
    },
    { action: 'lambda:UpdateFunctionCode', resource: lambda },
    { action: 'rds:DeleteDBInstance', resource: aws('rds', 'db:coalition-builder-production') },
    {
      action: 'cloudformation:DeleteStack',
      resource: aws('cloudformation', 'stack/coalition-builder-production-api/1'),
    },
  ];
}

/** Roles that no program of ours takes on. */
async function serviceRoleClaims(platform: Platform, programs: readonly Program[]): Promise<readonly Claim[]> {
  const taken = new Set(programs.map(({ identity }) => identity.place));
  const roles = ofType(platform, 'AWS::IAM::Role').filter(
    (place) => place.stack.scope !== 'account' && !taken.has(place),
  );
  return Promise.all(
    roles.map(async (place) => {
      const identity = identityOf(platform, place);
      const reason = ofServices[place.id];
      const granted = await grantedTo(identity);
      return claim(
        place.stack.owner,
        `${place.id} of ${place.stack.owner} is what a service needs: ${reason?.why ?? 'nobody says for what'}`,
        granted.join(', '),
        !reason &&
          at(place, 'is taken on by no program of ours; say in generator/proofs/privilege/grants.ts what it is for'),
        granted.map(
          (action) => !reason?.actions.includes(action) && at(place, `is granted ${action}, which that does not take`),
        ),
        identity.boundary === undefined && at(place, 'has no permissions boundary'),
      );
    }),
  );
}
