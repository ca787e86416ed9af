/** Whom GitHub's workflows are, what they may do, and what none of them may: see it once more than once. */
import type { Platform } from '../../platform/platform.ts';
import { account } from '../../platform/values.ts';
import { at, type Claim, claim, type Finding } from '../proof.ts';
import { decide, type Request } from './evaluate.ts';
import { type Identity, identitiesOf, listOf } from './identities.ts';

const aws = (service: string, rest: string) =>
  `arn:${account.partition}:${service}:${account.region}:${account.id}:${rest}`;
const stackArn = (owner: string, stack: string) =>
  aws('cloudformation', `stack/coalition-builder-${owner}-${stack}/0a1b2c3d`);
const role = (name: string) => `arn:${account.partition}:iam::${account.id}:role/${name}`;

export async function accountRoleClaims(platform: Platform): Promise<readonly Claim[]> {
  const identities = identitiesOf(platform).filter(({ place }) => place.stack.scope === 'account');
  const environments = platform.stacks
    .filter(({ name, scope }) => name === 'api' && scope === 'environment')
    .map(({ owner }) => owner);
  const tiers = platform.stacks
    .filter(({ name, scope }) => name === 'geodata-import' && scope === 'tier')
    .map(({ owner }) => owner);
  const tierOf = (environment: string) =>
    tiers.find((tier) =>
      platform.stacks.some(
        ({ owner, name, template }) =>
          owner === tier &&
          name === 'database' &&
          JSON.stringify(template).includes(`coalition-builder-${environment}-`),
      ),
    ) ?? environment;
  const claims = identities.map((identity) => {
    const [, kind, whose = ''] = /^coalition-builder-(preview|deploy|execution)-?(\w*)$/.exec(identity.name) ?? [];
    if (kind === 'preview') return previewOnlyLooks(identity, environments);
    if (kind === 'deploy') return deployStaysHome(identity, whose, tierOf(whose), environments, tiers);
    if (kind === 'execution') return executionMakesNoMaster(identity, whose, tiers);
    return undefined;
  });
  return [...(await Promise.all(claims)).filter((each): each is Claim => each !== undefined), trustIsExact(identities)];
}

async function previewOnlyLooks(identity: Identity, environments: readonly string[]): Promise<Claim> {
  const stacks = environments.map((environment) => stackArn(environment, 'api'));
  const may = [
    'cloudformation:CreateChangeSet',
    'cloudformation:DescribeChangeSet',
    'cloudformation:DeleteChangeSet',
    'cloudformation:DescribeStacks',
  ];
  const mayNot = [
    'cloudformation:CancelUpdateStack',
    'cloudformation:ContinueUpdateRollback',
    'cloudformation:CreateStack',
    'cloudformation:DeleteStack',
    'cloudformation:ExecuteChangeSet',
    'cloudformation:RollbackStack',
    'cloudformation:SetStackPolicy',
    'cloudformation:UpdateStack',
    'cloudformation:UpdateTerminationProtection',
  ];
  const requests = (actions: readonly string[]) =>
    actions.flatMap((action) => stacks.map((resource) => ({ action, resource })));
  return expectations(identity, 'account', 'previews look, and can execute nothing', requests(may), [
    ...requests(mayNot),
    ...passing(role('coalition-builder-execution-production'), 'cloudformation.amazonaws.com'),
    { action: 'iam:CreateRole', resource: role('any') },
    {
      action: 'secretsmanager:GetSecretValue',
      resource: aws('secretsmanager', 'secret:coalition-builder-production-database-a1B2c3'),
    },
    { action: 'lambda:InvokeFunction', resource: aws('lambda', 'function:coalition-production') },
    { action: 'lambda:UpdateFunctionCode', resource: aws('lambda', 'function:coalition-production') },
    { action: 's3:PutObject', resource: deployments('releases/production/1.json') },
    { action: 'ecr:PutImage', resource: aws('ecr', 'repository/coalition-builder-lambda') },
  ]);
}

async function deployStaysHome(
  identity: Identity,
  environment: string,
  tier: string,
  environments: readonly string[],
  tiers: readonly string[],
): Promise<Claim> {
  const others = [...new Set([...environments, ...tiers])].filter((owner) => owner !== environment && owner !== tier);
  const otherTiers = tiers.filter((each) => each !== tier);
  const changes = [
    'cloudformation:CreateChangeSet',
    'cloudformation:ExecuteChangeSet',
    'cloudformation:CancelUpdateStack',
    'cloudformation:ContinueUpdateRollback',
    'cloudformation:RollbackStack',
    'cloudformation:DeleteStack',
  ];
  return expectations(
    identity,
    environment,
    `who deploys ${environment} touches nothing of ${others.join(', ')}, and hands on the role of its tier alone`,
    [
      ...changes.map((action) => ({ action, resource: stackArn(environment, 'api') })),
      { action: 'cloudformation:ExecuteChangeSet', resource: stackArn(tier, 'database') },
      ...passing(role(`coalition-builder-execution-${tier}`), 'cloudformation.amazonaws.com'),
      ...backingUp(tier),
      listingSubscribers(environment),
      // Only where it may rest.
      ...(tier === 'production' ? [] : [stopping(tier)]),
    ],
    [
      ...others.flatMap((owner) => changes.map((action) => ({ action, resource: stackArn(owner, 'api') }))),
      ...changes.map((action) => ({
        action,
        resource: aws('cloudformation', 'stack/coalition-builder-bootstrap/0a1b2c3d'),
      })),
      ...otherTiers.flatMap((each) =>
        passing(role(`coalition-builder-execution-${each}`), 'cloudformation.amazonaws.com'),
      ),
      ...passing(role(`coalition-builder-execution-${tier}`), 'lambda.amazonaws.com'),
      ...passing(role('Admin'), 'cloudformation.amazonaws.com'),
      { action: 'iam:CreateRole', resource: role(`coalition-builder/${environment}/any`) },
      { action: 'iam:PutRolePolicy', resource: identity.arn },
      {
        action: 'secretsmanager:GetSecretValue',
        resource: aws('secretsmanager', `secret:coalition-builder-${environment}-database-a1B2c3`),
      },
      ...['rds:AddTagsToResource', 'rds:DeleteDBInstance', 'rds:ModifyDBInstance'].map((action) => ({
        action,
        resource: aws('rds', `db:coalition-builder-${tier}`),
      })),
      // The last one, which CloudFormation takes before it deletes the instance.
      {
        action: 'rds:DeleteDBSnapshot',
        resource: aws('rds', `snapshot:coalition-builder-${tier}-database-snapshot-database-1a2b`),
      },
      ...(tier === 'production' ? [stopping(tier)] : []),
      ...['dynamodb:DeleteTable', 'dynamodb:RestoreTableFromBackup', 'dynamodb:PutItem'].map((action) => ({
        action,
        resource: tableArn(tier),
      })),
      ...otherTiers.flatMap((each) => [...backingUp(each), stopping(each)]),
      ...environments.filter((each) => each !== environment).map(listingSubscribers),
      { action: 's3:DeleteObject', resource: deployments(`releases/${environment}/1.json`) },
      ...environments
        .filter((each) => each !== environment)
        .map((each) => ({ action: 's3:PutObject', resource: deployments(`releases/${each}/1.json`) })),
    ],
  );
}

/** What `npm run backup` and `npm run database -- start` ask for. */
function backingUp(tier: string): readonly Request[] {
  const [instance, snapshot] = [`db:coalition-builder-${tier}`, `snapshot:coalition-builder-${tier}-backup-1`];
  const requests = {
    'rds:StartDBInstance': aws('rds', instance),
    'rds:CreateDBSnapshot': aws('rds', instance),
    'rds:AddTagsToResource': aws('rds', snapshot),
    'rds:DeleteDBSnapshot': aws('rds', snapshot),
    'dynamodb:CreateBackup': tableArn(tier),
    'dynamodb:DeleteBackup': `${tableArn(tier)}/backup/01234567890123-a1b2c3d4`,
  };
  return Object.entries(requests).map(([action, resource]) => ({ action, resource }));
}

function listingSubscribers(environment: string): Request {
  const resource = aws('sns', `coalition-builder-${environment}-monitoring-Topic-1A2B`);
  return { action: 'sns:ListSubscriptionsByTopic', resource };
}

function stopping(tier: string): Request {
  return { action: 'rds:StopDBInstance', resource: aws('rds', `db:coalition-builder-${tier}`) };
}

function tableArn(tier: string): string {
  return aws('dynamodb', `table/coalition-builder-rate-limits${tier === 'production' ? '' : `-${tier}`}`);
}

/** CloudFormation makes roles in this one's name: none of them without the boundary, and none for the other tier. */
async function executionMakesNoMaster(identity: Identity, tier: string, tiers: readonly string[]): Promise<Claim> {
  const boundary = `arn:${account.partition}:iam::${account.id}:policy/coalition-builder-boundary-${tier}`;
  const own = role(`coalition-builder/${tier}/any`);
  const others = tiers.filter((each) => each !== tier);
  return expectations(
    identity,
    tier,
    `CloudFormation makes no role for ${tier} without its boundary, and reaches nothing of ${others.join(', ')}`,
    [{ action: 'iam:CreateRole', resource: own, context: { 'iam:PermissionsBoundary': boundary } }],
    [
      { action: 'iam:CreateRole', resource: own },
      { action: 'iam:CreateRole', resource: own, context: { 'iam:PermissionsBoundary': `${boundary}-other` } },
      { action: 'iam:DeleteRolePermissionsBoundary', resource: own },
      { action: 'iam:CreateRole', resource: role('Admin'), context: { 'iam:PermissionsBoundary': boundary } },
      { action: 'iam:CreatePolicyVersion', resource: boundary },
      { action: 'iam:CreateUser', resource: `arn:${account.partition}:iam::${account.id}:user/any` },
      ...passing(own, 'ec2.amazonaws.com'),
      ...passing(role('Admin'), 'lambda.amazonaws.com'),
      ...others.flatMap((other) => [
        { action: 'rds:DeleteDBInstance', resource: aws('rds', `db:coalition-builder-${other}`) },
        {
          action: 'secretsmanager:GetSecretValue',
          resource: aws('secretsmanager', `secret:coalition-builder-${other}-database-a1B2c3`),
        },
        {
          action: 'iam:PutRolePolicy',
          resource: role(`coalition-builder/${other}/any`),
          context: { 'iam:PermissionsBoundary': boundary },
        },
      ]),
    ],
  );
}

function passing(roleArn: string, service: string): readonly Request[] {
  return [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': service } }];
}

function deployments(key: string): string {
  return `arn:${account.partition}:s3:::coalition-builder-deployments-${account.id}-${account.region}/${key}`;
}

async function expectations(
  identity: Identity,
  owner: string,
  says: string,
  allowed: readonly Request[],
  refused: readonly Request[],
): Promise<Claim> {
  const check = async (request: Request, wanted: boolean): Promise<Finding | false> => {
    const is = (await decide(identity, request)) === 'Allowed';
    const { action, resource } = request;
    return is !== wanted && at(identity.place, `${wanted ? 'may not' : 'may'} ${action} on ${resource}`);
  };
  const findings = await Promise.all([
    ...allowed.map((each) => check(each, true)),
    ...refused.map((each) => check(each, false)),
  ]);
  return claim(owner, says, `${allowed.length} requests allowed, ${refused.length} refused`, findings);
}

/** Whoever takes a role on is named to the letter: no wildcard in whose workflow it is. */
function trustIsExact(identities: readonly Identity[]): Claim {
  return claim(
    'account',
    'every role says to the letter who may take it on',
    identities.map(({ name }) => name).join(', '),
    identities.flatMap(({ place, trust }) =>
      trust.Statement.flatMap(({ Principal, Condition }) => {
        const { Federated, Service, AWS } = (Principal ?? {}) as Readonly<Record<string, string>>;
        if (AWS !== undefined || Principal === '*') return [at(place, 'is open to another account')];
        if (Federated === undefined) return [!Service && at(place, 'does not say who may take it on')];
        const equal = Condition?.StringEquals ?? {};
        const named = (end: string) =>
          Object.entries(equal)
            .filter(([key]) => key.endsWith(end))
            .flatMap(([, value]) => listOf(value));
        const [audience, subjects] = [named(':aud'), named(':sub')];
        return [
          Object.keys(Condition ?? {}).some((operator) => operator !== 'StringEquals') &&
            at(place, 'compares with other than StringEquals'),
          audience.join() !== 'sts.amazonaws.com' && at(place, 'does not insist on the audience sts.amazonaws.com'),
          subjects.length === 0 && at(place, 'is open to every workflow on GitHub'),
          subjects.some((subject) => /[*?]/.test(subject)) && at(place, 'has a wildcard in whose workflow it is'),
        ];
      }),
    ),
  );
}
