/** Plans that the tests of verdicts and renderers share: one of everything that there can be. */
import type { DescribedChange, DescribedResource } from './described.ts';
import { type CostDelta, type Plan, planOf, type StackPlan } from './plan.ts';
import { type Finds, planStack } from './plan-stack.ts';
import type { Circumstances } from './verdict.ts';

export const today = '2026-06-01';

export const calm: Omit<Circumstances, 'stackName'> = { protection: false, allowedChanges: [], today };

const template = `Resources:
  Database:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
  Secret:
    Type: AWS::SecretsManager::Secret
  Function:
    Type: AWS::Lambda::Function
  Role:
    Type: AWS::IAM::Role
  Group:
    Type: AWS::EC2::SecurityGroup
`;

const sources = new Map([['Database', ['generator/resources/postgres.ts:42', 'generator/stacks/database.ts:15']]]);

const cost: CostDelta = {
  monthlyUSD: 1246.5,
  resources: [
    { logicalId: 'Queue', monthlyUSD: -0.5 },
    { logicalId: 'Database', monthlyUSD: 1247 },
  ],
  unpriced: [{ logicalId: 'Odd', why: 'nothing here knows what it costs' }],
};

/** A stack of the environment `demo`. */
export function stackOf(found: Finds, circumstances: Partial<typeof calm> = {}, stack = 'database'): StackPlan {
  const stackName = `coalition-builder-demo-${stack}`;
  const path = `environments/demo/${stack}.yaml`;
  const source = { stack, stackName, path, body: template, committed: template, sources };
  return planStack(source, found, [], { ...calm, ...circumstances }, stack === 'database' ? cost : undefined);
}

export const updated = (...changes: readonly DescribedResource[]): Finds => ({
  outcome: 'update',
  changes: changes.map((ResourceChange): DescribedChange => ({ ResourceChange })),
});

export function planWith(...stacks: readonly StackPlan[]): Plan {
  return planOf({
    environment: 'demo',
    region: 'us-east-1',
    account: '123456789012',
    commit: '0123456789abcdef0123456789abcdef01234567',
    source: 'change sets',
    images: {},
    stacks,
  });
}

interface Modified {
  readonly id: string;
  readonly type: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly needs?: 'Always' | 'Conditionally' | 'Never';
  readonly policy?: string;
  readonly cause?: string;
}

/** As CloudFormation describes it, with its values. */
export function modified({ id, type, before, after, needs = 'Never', policy, cause }: Modified): DescribedResource {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return {
    Action: 'Modify',
    LogicalResourceId: id,
    PhysicalResourceId: `${id.toLowerCase()}-1`,
    ResourceType: type,
    Replacement: needs === 'Always' ? 'True' : needs === 'Conditionally' ? 'Conditional' : 'False',
    ...(policy !== undefined && { PolicyAction: policy }),
    BeforeContext: JSON.stringify({ Properties: before }),
    AfterContext: JSON.stringify({ Properties: after }),
    Details: names
      .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map((name) => ({
        Target: { Attribute: 'Properties', Name: name, RequiresRecreation: needs },
        Evaluation: cause === undefined ? 'Static' : 'Dynamic',
        ChangeSource: cause === undefined ? 'DirectModification' : 'ResourceReference',
        ...(cause !== undefined && { CausingEntity: cause }),
      })),
  };
}

export const removed = (id: string, type: string, policy: string): DescribedResource => ({
  Action: 'Remove',
  LogicalResourceId: id,
  ResourceType: type,
  PolicyAction: policy,
});

export const added = (id: string, type: string): DescribedResource => ({
  Action: 'Add',
  LogicalResourceId: id,
  ResourceType: type,
});

const statement = (action: string) => ({ Effect: 'Allow', Action: [action], Resource: '*' });
const policies = (...actions: string[]) => [
  { PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: actions.map(statement) } },
];
const rule = (port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp: '0.0.0.0/0' });

/** One of everything, with values that try to break out of what shows them. */
export const everything: Finds = updated(
  modified({
    id: 'Database',
    type: 'AWS::RDS::DBInstance',
    before: { MasterUsername: 'postgres', MasterUserPassword: 'a', DBInstanceClass: 'db.t3.micro' },
    after: { MasterUsername: 'admin', MasterUserPassword: 'b', DBInstanceClass: 'db.t3.small' },
    needs: 'Always',
    policy: 'ReplaceAndSnapshot',
  }),
  modified({
    id: 'Function',
    type: 'AWS::Lambda::Function',
    before: { MemorySize: 512, Environment: { Variables: { TABLE: 'a', API_KEY: 'one' } }, Layers: ['x', 'y'] },
    after: {
      MemorySize: 1024,
      Environment: {
        Variables: { TABLE: '{{changeSet:KNOWN_AFTER_APPLY}}', API_KEY: 'two', NOTE: '````\n# @all </details>' },
      },
      Layers: ['y', 'z'],
    },
    cause: 'Database',
  }),
  modified({
    id: 'Role',
    type: 'AWS::IAM::Role',
    before: { Policies: policies('s3:Get*') },
    after: { Policies: policies('s3:GetObject', 'dynamodb:*') },
  }),
  modified({
    id: 'Group',
    type: 'AWS::EC2::SecurityGroup',
    before: { SecurityGroupIngress: [rule(443)] },
    after: { SecurityGroupIngress: [rule(443), rule(22)] },
  }),
  removed('Secret', 'AWS::SecretsManager::Secret', 'Delete'),
  removed('Alarm', 'AWS::CloudWatch::Alarm', 'Delete'),
  { Action: 'Teleport', LogicalResourceId: 'Odd', ResourceType: 'AWS::SNS::Topic' },
  added('Queue', 'AWS::SQS::Queue'),
);
