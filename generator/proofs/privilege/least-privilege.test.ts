/** Roles as they are hold; whoever would be let too far, or not far enough, is found. */
import assert from 'node:assert/strict';
import { assembled } from '../../../environments/testing/written.ts';
import { readTemplate } from '../../cloudformation/read-yaml.ts';
import { platformOf } from '../../platform/platform.ts';
import { templates } from '../../templates.ts';
import { committed, type Draft, propertiesOf, set } from '../../testing/committed.ts';
import { findings, rejects, without } from '../../testing/proofs.ts';
import { actionsMatching } from './actions.ts';
import { actionOf, needs } from './calls.ts';
import { decide } from './evaluate.ts';
import { identitiesOf } from './identities.ts';
import { leastPrivilege } from './least-privilege.ts';

const api = 'environments/production/api.yaml';
const jobs = 'environments/production/jobs.yaml';
const staging = 'environments/staging/api.yaml';
const imports = 'tiers/production/geodata-import.yaml';
const account = 'account/bootstrap.yaml';

interface Statement {
  Effect: string;
  Action: string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

function statements(template: Draft, id = 'Role'): Statement[] {
  const { Policies = [] } = propertiesOf<{ Policies: { PolicyDocument: { Statement: Statement[] } }[] }>(template, id);
  const [policy] = Policies;
  assert.ok(policy, `${id} has no policy of its own`);
  return policy.PolicyDocument.Statement;
}

function statementOf(template: Draft, action: string, id = 'Role'): Statement {
  const found = statements(template, id).find(({ Effect, Action }) => Effect === 'Allow' && Action.includes(action));
  assert.ok(found, `no statement allows ${action}`);
  return found;
}

const grant =
  (action: string, resource: unknown = '*', id = 'Role') =>
  (template: Draft) => {
    statements(template, id).push({ Effect: 'Allow', Action: [action], Resource: resource });
  };

const withdraw =
  (action: string, id = 'Role') =>
  (template: Draft) => {
    const statement = statementOf(template, action, id);
    statement.Action = statement.Action.filter((name) => name !== action);
  };

describe('proofs: least privilege', () => {
  it('holds of every role, policy and caller', async () => {
    assert.deepEqual(await findings(leastPrivilege), []);
  });

  for (const [what, values] of [
    [
      'mail through SES',
      { 'environments.production.mail': { from: 'hello@example.org', reviewers: ['desk@example.org'] } },
    ],
    ['Amazon Location', { 'tiers.production.outbound': { geocoder: 'amazon-location' } }],
    ['the Census geocoder, outside the VPC', { 'tiers.production.outbound': { geocoder: 'census' } }],
    [
      'a database that sleeps at night',
      { 'tiers.nonproduction.database.stopHours': { start: '08:00', stop: '20:00', timeZone: 'America/New_York' } },
    ],
  ] as const) {
    it(`holds with ${what}`, async () => {
      const bodies = templates(assembled(values));
      const documents = new Map([...bodies].map(([path, body]) => [path, readTemplate(body)]));
      assert.deepEqual(await findings(leastPrivilege, documents), []);
    });
  }

  rejects(leastPrivilege, [
    [
      'a call without a grant',
      api,
      withdraw('dynamodb:UpdateItem'),
      /Role is not granted dynamodb:UpdateItem on .*rate-limits, which api\/limits\/dynamodb\.ts calls/,
    ],
    ['an upload that may not be signed', api, withdraw('s3:PutObject'), /Role is not granted s3:PutObject/],
    [
      'a job that may not count',
      jobs,
      withdraw('dynamodb:DescribeTable'),
      /Role is not granted dynamodb:DescribeTable/,
    ],
    [
      'an import without its cache',
      imports,
      withdraw('s3:GetObject', 'ProductionTaskRole'),
      /ProductionTaskRole is not granted s3:GetObject on .*\/tiger\//,
    ],
    [
      'a grant without a call',
      api,
      grant('s3:PutObjectAcl', 'arn:aws:s3:::coalition-builder-media-production-123456789012/*'),
      /Role is granted s3:PutObjectAcl, which no test calls/,
    ],
    [
      'a grant by wildcard',
      api,
      grant('s3:Get*', 'arn:aws:s3:::coalition-builder-media-production-123456789012/*'),
      /is granted s3:GetBucketPolicy, which no test calls/,
    ],
    [
      'a grant of everything',
      api,
      grant('*'),
      /is granted \*, which no test calls[\s\S]*Role may secretsmanager:GetSecretValue/,
    ],
    [
      'a secret of another environment',
      staging,
      (template) => {
        statementOf(template, 'secretsmanager:GetSecretValue').Resource =
          'arn:aws:secretsmanager:us-east-1:123456789012:secret:coalition-builder-*';
      },
      /staging\/api\.yaml Role may secretsmanager:GetSecretValue on .*development/,
    ],
    [
      'the table without its prefix',
      api,
      (template) => {
        delete statementOf(template, 'dynamodb:UpdateItem').Condition;
      },
      /Role may dynamodb:UpdateItem on .*rate-limits/,
    ],
    [
      'a prefix that is another environment’s',
      api,
      (template) => {
        statementOf(template, 'dynamodb:UpdateItem').Condition = {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['staging#*'] },
        };
      },
      /Role is not granted dynamodb:UpdateItem/,
    ],
    [
      'an explicit denial',
      api,
      (template) => statements(template).push({ Effect: 'Deny', Action: ['secretsmanager:*'], Resource: '*' }),
      /Role is denied secretsmanager:GetSecretValue/,
    ],
    [
      'a boundary that lacks what is needed',
      account,
      (template) => {
        const { PolicyDocument } = propertiesOf<{ PolicyDocument: { Statement: Statement[] } }>(
          template,
          'ProductionBoundary',
        );
        for (const statement of PolicyDocument.Statement)
          statement.Action = [statement.Action].flat().filter((name) => name !== 'dynamodb:UpdateItem');
      },
      /production\/api\.yaml Role is not granted dynamodb:UpdateItem/,
    ],
    [
      'a role without a boundary',
      api,
      (template) => set(template, 'Role', { PermissionsBoundary: undefined }),
      /Role has no permissions boundary/,
    ],
    [
      'a policy that AWS may change',
      api,
      (template) => set(template, 'Role', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }),
      /takes a policy that AWS may change/,
    ],
    [
      'a role of nobody',
      api,
      (template) => {
        template.Resources.SpareRole = structuredClone(template.Resources.Role) as Draft['Resources'][string];
      },
      /SpareRole is taken on by no program of ours/,
    ],
    [
      'an action that AWS does not know',
      api,
      grant('s3:PutBucketEncryption'),
      /names s3:PutBucketEncryption, which AWS does not know/,
    ],
    ['a service that AWS does not know', api, grant('dynamo:GetItem'), /names dynamo:GetItem, which AWS does not know/],
    [
      'a preview that may execute',
      account,
      (template) => {
        set(template, 'PreviewRole', {
          Policies: [
            {
              PolicyName: 'all',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [{ Effect: 'Allow', Action: ['cloudformation:*'], Resource: '*' }],
              },
            },
          ],
        });
      },
      /PreviewRole may cloudformation:ExecuteChangeSet on/,
    ],
    [
      'a preview that cannot look',
      account,
      withdraw('cloudformation:CreateChangeSet', 'PreviewRole'),
      /PreviewRole may not cloudformation:CreateChangeSet/,
    ],
    [
      'a deploy that reaches another environment',
      account,
      grant('cloudformation:*', '*', 'StagingDeployRole'),
      /StagingDeployRole may cloudformation:ExecuteChangeSet on .*production-api/,
    ],
    [
      'a deploy that passes on any role',
      account,
      grant('iam:PassRole', '*', 'StagingDeployRole'),
      /StagingDeployRole passes on any role[\s\S]*passes roles on to any service/,
    ],
    [
      'a deploy that passes on the other tier’s role',
      account,
      (template) => {
        statementOf(template, 'iam:PassRole', 'StagingDeployRole').Resource =
          'arn:aws:iam::123456789012:role/coalition-builder-execution-production';
      },
      /StagingDeployRole may iam:PassRole on .*execution-production/,
    ],
    [
      'roles that are made without a boundary',
      account,
      (template) => {
        delete statementOf(template, 'iam:CreateRole', 'ProductionExecutionRole').Condition;
      },
      /ProductionExecutionRole may iam:CreateRole/,
    ],
    [
      'trust in any workflow of a repository',
      account,
      (template) =>
        trust(template, {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': 'repo:someone/coalition-builder:*',
        }),
      /ProductionDeployRole has a wildcard in whose workflow it is/,
    ],
    [
      'trust in every workflow there is',
      account,
      (template) => trust(template, { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' }),
      /ProductionDeployRole is open to every workflow on GitHub/,
    ],
    [
      'trust without an audience',
      account,
      (template) =>
        trust(template, {
          'token.actions.githubusercontent.com:sub': 'repo:someone/coalition-builder:environment:production',
        }),
      /does not insist on the audience/,
    ],
    [
      'a gateway without leave',
      api,
      without('GatewayPermission'),
      /ProxyMethod calls LiveAlias, and no permission on it lets apigateway\.amazonaws\.com/,
    ],
    [
      'leave on the function, and not on its alias',
      api,
      (template) => set(template, 'GatewayPermission', { FunctionName: { Ref: 'Function' } }),
      /RootMethod calls LiveAlias, and no permission/,
    ],
    [
      'a warm-up that calls what is not released',
      api,
      (template) =>
        set(template, 'KeepWarmRule', { Targets: [{ Id: 'function', Arn: { 'Fn::GetAtt': ['Function', 'Arn'] } }] }),
      /KeepWarmRule calls Function itself, and not its alias/,
    ],
    [
      'a schedule without leave',
      'environments/production/monitoring.yaml',
      without('ItemCountPermission'),
      /ItemCountRule calls Function, and no permission/,
    ],
    [
      'leave for another rule',
      api,
      (template) =>
        set(template, 'KeepWarmPermission', { SourceArn: 'arn:aws:events:us-east-1:123456789012:rule/other' }),
      /KeepWarmRule calls LiveAlias, and no permission/,
    ],
  ]);

  function trust(template: Draft, conditions: Record<string, string>): void {
    const { AssumeRolePolicyDocument } = propertiesOf<{ AssumeRolePolicyDocument: { Statement: Statement[] } }>(
      template,
      'ProductionDeployRole',
    );
    for (const statement of AssumeRolePolicyDocument.Statement) statement.Condition = { StringEquals: conditions };
  }
});

describe('proofs: what IAM would answer', () => {
  it('to code that uses the function’s own right to make network interfaces: no', async () => {
    const role = identitiesOf(platformOf(committed)).find(
      ({ place }) => place.stack.path === api && place.id === 'Role',
    );
    assert.ok(role);
    const request = {
      action: 'ec2:CreateNetworkInterface',
      resource: 'arn:aws:ec2:us-east-1:123456789012:network-interface/*',
    };
    const byCode = {
      'lambda:SourceFunctionArn': 'arn:aws:lambda:us-east-1:123456789012:function:coalition-production',
    };
    assert.equal(await decide(role, request), 'Allowed');
    assert.equal(await decide(role, { ...request, context: byCode }), 'ExplicitlyDenied');
  });
});

describe('proofs: what IAM would answer to the doctor', () => {
  const asked: readonly (readonly [action: string, resource: string])[] = [
    ['apigateway:GET', 'arn:aws:apigateway:us-east-1::/restapis/abc123/stages/staging'],
    [
      'cloudformation:DescribeStacks',
      'arn:aws:cloudformation:us-east-1:123456789012:stack/coalition-builder-bootstrap/1',
    ],
    ['cloudformation:GetTemplate', 'arn:aws:cloudformation:us-east-1:123456789012:stack/coalition-builder-bootstrap/1'],
    [
      'cloudformation:DescribeStackResources',
      'arn:aws:cloudformation:us-east-1:123456789012:stack/coalition-builder-staging-api/1',
    ],
    ['cloudwatch:DescribeAlarms', 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:lambda-high-error-rate-staging'],
    ['ec2:DescribeSecurityGroups', '*'],
    ['lambda:GetAlias', 'arn:aws:lambda:us-east-1:123456789012:function:coalition-staging:live'],
    ['lambda:GetFunctionConfiguration', 'arn:aws:lambda:us-east-1:123456789012:function:coalition-staging'],
    ['lambda:GetPolicy', 'arn:aws:lambda:us-east-1:123456789012:function:coalition-staging:live'],
    ['lambda:InvokeFunction', 'arn:aws:lambda:us-east-1:123456789012:function:coalition-staging-jobs'],
    ['rds:DescribeDBInstances', 'arn:aws:rds:us-east-1:123456789012:db:coalition-builder-nonproduction'],
  ];

  it('of a workflow: yes, of its environment; of production’s functions, stages and stacks no', async () => {
    const role = identitiesOf(platformOf(committed)).find(({ place }) => place.id === 'StagingDeployRole');
    assert.ok(role);
    for (const [action, resource] of asked) {
      assert.equal(await decide(role, { action, resource }), 'Allowed', `${action} ${resource}`);
      const production = resource.replace('staging', 'production');
      if (production === resource || /^(cloudwatch|rds):/.test(action)) continue;
      assert.equal(await decide(role, { action, resource: production }), 'ImplicitlyDenied', `${action} ${production}`);
    }
  });
});

describe('proofs: the actions that AWS knows', () => {
  it('by name, by pattern, and none that is made up', async () => {
    assert.deepEqual(await actionsMatching('dynamodb:UpdateItem'), ['dynamodb:UpdateItem']);
    assert.ok((await actionsMatching('s3:Put*')).includes('s3:PutObject'));
    assert.deepEqual(await actionsMatching('s3:PutBucketEncryption'), []);
    assert.deepEqual(await actionsMatching('nosuch:Thing'), []);
  });

  it('are what the recorded calls are translated to', async () => {
    for (const action of Object.values(needs).flatMap(Object.keys))
      assert.deepEqual(await actionsMatching(action), [action]);
    const call = { client: 'S3Client', module: 'api/media/s3.ts' };
    assert.equal(actionOf({ ...call, command: 'ListObjectsV2Command' }), 's3:ListBucket');
    assert.throws(() => actionOf({ ...call, client: 'PollyClient', command: 'SpeakCommand' }), /PollyClient/);
  });
});
