import assert from 'node:assert/strict';
import { recreation } from '../../generator/cloudformation/create-only.ts';
import { templates } from '../../generator/templates.ts';
import { compareStacks } from './compare.ts';
import { merged } from './described.ts';
import { factsOf } from './facts.ts';
import { added, type calm, everything, modified, planWith, removed, stackOf, today, updated } from './fixture.ts';
import { describeOffline } from './offline.ts';
import { readPlan } from './read.ts';

const database = (
  needs: 'Always' | 'Conditionally' | 'Never',
  policy: string | undefined,
  property = 'MasterUsername',
) =>
  updated(
    modified({
      id: 'Database',
      type: 'AWS::RDS::DBInstance',
      before: { [property]: 'a' },
      after: { [property]: 'b' },
      needs,
      ...(policy !== undefined && { policy }),
    }),
  );
const verdictOf = (found: Parameters<typeof stackOf>[0], more: Partial<typeof calm> = {}) => {
  const [change] = stackOf(found, more).changes;
  return [change?.action, change?.verdict];
};

describe('plan: verdicts', () => {
  const bucket = (policy: string) => updated(removed('Bucket', 'AWS::S3::Bucket', policy));

  it('blocks what would lose data, whatever protects the stack', () => {
    assert.deepEqual(verdictOf(bucket('Delete')), ['remove', 'blocked']);
    assert.deepEqual(verdictOf(database('Always', 'ReplaceAndDelete')), ['replace', 'blocked']);
    assert.deepEqual(verdictOf(database('Always', 'ReplaceAndSnapshot')), ['replace', 'blocked']);
  });

  it('blocks what is kept outside its stack only where the tier is protected', () => {
    assert.deepEqual(verdictOf(bucket('Retain')), ['remove', 'dangerous']);
    assert.deepEqual(verdictOf(bucket('Retain'), { protection: true }), ['remove', 'blocked']);
  });

  it('takes a possible replacement for one, unless nothing that changes can cause it', () => {
    assert.deepEqual(verdictOf(database('Conditionally', undefined)), ['may replace', 'blocked']);
    assert.deepEqual(verdictOf(database('Conditionally', undefined, 'DeletionProtection')), ['update', 'dangerous']);
  });

  it('takes a replacement for certain only where its cause is known', () => {
    const unknown = { before: { Name: 'a' }, after: { Name: '{{changeSet:KNOWN_AFTER_APPLY}}' }, cause: 'Other' };
    const change = modified({ id: 'R', type: 'AWS::IAM::Role', needs: 'Always', ...unknown });
    assert.deepEqual(verdictOf(updated(change)), ['may replace', 'dangerous']);
  });

  it('knows what is made anew by design, what others rely on, and what it does not know', () => {
    const permission = {
      before: { Action: 'a' },
      after: { Action: 'b' },
      needs: 'Always',
      policy: 'ReplaceAndDelete',
    } as const;
    const replaced = modified({ id: 'P', type: 'AWS::Lambda::Permission', ...permission });
    assert.deepEqual(verdictOf(updated(replaced)), ['replace', 'safe']);
    assert.deepEqual(verdictOf(updated(removed('P', 'AWS::Lambda::Permission', 'Delete'))), ['remove', 'dangerous']);
    assert.deepEqual(verdictOf(updated(removed('A', 'AWS::CloudWatch::Alarm', 'Delete'))), ['remove', 'notice']);
    for (const [Action, action] of [
      ['Dynamic', 'undecided'],
      ['Teleport', 'other'],
    ] as const) {
      assert.deepEqual(verdictOf(updated({ Action, LogicalResourceId: 'X' })), [action, 'dangerous']);
      const Secret = { LogicalResourceId: 'Secret', ResourceType: 'AWS::SecretsManager::Secret' };
      assert.deepEqual(verdictOf(updated({ Action, ...Secret })), [action, 'blocked'], 'its value may be lost');
    }
    const noted = {
      Action: 'SyncWithActual',
      LogicalResourceId: 'Secret',
      ResourceType: 'AWS::SecretsManager::Secret',
    };
    assert.deepEqual(verdictOf(updated(noted)), ['note', 'safe']);
    assert.deepEqual(verdictOf(updated(added('X', 'AWS::S3::Bucket'))), ['add', 'safe']);
  });

  it('lets through what is allowed, until its day is over', () => {
    const allowed = { stack: 'coalition-builder-demo-database', resource: 'Database', change: 'replace' } as const;
    const until = (day: string) => ({ allowedChanges: [{ ...allowed, until: day, reason: 'It is meant.' }] });
    const [change] = stackOf(database('Always', 'ReplaceAndSnapshot'), until(today)).changes;
    assert.deepEqual([change?.verdict, change?.allowed], ['dangerous', { until: today, reason: 'It is meant.' }]);
    assert.deepEqual(verdictOf(database('Always', 'ReplaceAndSnapshot'), until('2026-05-31')), ['replace', 'blocked']);
    assert.deepEqual(verdictOf(updated(removed('Database', 'AWS::RDS::DBInstance', 'Delete')), until(today)), [
      'remove',
      'blocked',
    ]);
  });

  it('has create-only properties from the registry schemas', () => {
    assert.deepEqual(
      [
        recreation('AWS::RDS::DBInstance', 'StorageEncrypted'),
        recreation('AWS::RDS::DBInstance', 'MultiAZ'),
        recreation('AWS::RDS::DBInstance', 'DBInstanceClass'),
        recreation('AWS::EC2::VPCEndpoint', 'DnsOptions'),
        recreation('AWS::Unheard::Of', 'Name'),
      ],
      ['always', 'perhaps', 'never', 'perhaps', undefined],
    );
  });
});

describe('plan: create-only properties', () => {
  it('are known of every type that the templates use', () => {
    const types = new Set(
      [...templates().values()].flatMap((body) => [...factsOf(body).values()].map(({ type }) => type)),
    );
    assert.ok(types.size > 30);
    assert.deepEqual(
      [...types].filter((type) => recreation(type, 'Anything') === undefined),
      [],
    );
  });
});

describe('plan: values', () => {
  const { changes, findings } = stackOf(everything);
  const valuesOf = (id: string) => changes.find(({ logicalId }) => logicalId === id)?.values ?? [];

  it('tells each value to the deepest difference, and what a list gained and lost', () => {
    assert.deepEqual(
      valuesOf('Function').map(({ path }) => path),
      [
        'Environment.Variables.TABLE',
        'Environment.Variables.API_KEY',
        'Environment.Variables.NOTE',
        'Layers[-]',
        'Layers[+]',
        'MemorySize',
      ],
    );
  });

  it('says in words what is not known yet, and tells no secret', () => {
    const [table, key] = valuesOf('Function');
    assert.deepEqual([table?.before, table?.after, table?.unknown], ['a', '(known after deploy)', true]);
    assert.deepEqual([key?.before, key?.after, key?.secret], ['••••', '••••', true]);
    assert.doesNotMatch(JSON.stringify(changes), /"one"|"two"|KNOWN_AFTER_APPLY/);
  });

  it('tells no secret that is inside a list, beside its name, or new', () => {
    const container = (secret: string) => ({ Name: 'api', Environment: [{ Name: 'DB_PASSWORD', Value: secret }] });
    const { changes: found } = stackOf(
      updated(
        modified({
          id: 'Task',
          type: 'AWS::ECS::TaskDefinition',
          before: { ContainerDefinitions: [container('hunter1')], Old: 'x' },
          after: {
            ContainerDefinitions: [container('hunter2')],
            Variables: { API_TOKEN: 'hunter3', TokenArn: 'arn:x' },
          },
        }),
      ),
    );
    assert.deepEqual(
      found[0]?.values.map(({ path, before, after, secret }) => [path, before, after, secret]),
      [
        ['ContainerDefinitions[0].Environment[0].Value', '••••', '••••', true],
        ['Old', 'x', undefined, undefined],
        ['Variables', undefined, '{"API_TOKEN":"••••","TokenArn":"arn:x"}', true],
      ],
    );
    assert.doesNotMatch(JSON.stringify(found), /hunter/);
  });

  it('finds broader permissions and wider access, and nothing that was covered before', () => {
    assert.deepEqual(findings, [
      { kind: 'permission', logicalId: 'Role', message: 'dynamodb:* on *' },
      { kind: 'network', logicalId: 'Group', message: 'tcp 22 from 0.0.0.0/0' },
    ]);
  });

  it('completes a description that left resources out', () => {
    const [full, bare] = [modified({ id: 'A', type: 'T', before: { X: 1 }, after: { X: 2 } }), added('B', 'T')];
    const { BeforeContext: _, AfterContext: __, ...withoutValues } = full;
    const all = merged([{ ResourceChange: full }], [{ ResourceChange: withoutValues }, { ResourceChange: bare }]);
    assert.deepEqual(all, [{ ResourceChange: full }, { ResourceChange: bare }]);
  });

  it('says that a property changes where it is not told how', () => {
    const {
      BeforeContext: _,
      AfterContext: __,
      ...blind
    } = modified({
      id: 'A',
      type: 'AWS::SNS::Topic',
      before: { DisplayName: 'a' },
      after: { DisplayName: 'b' },
    });
    assert.deepEqual(stackOf(updated(blind)).changes[0]?.values, [{ path: 'DisplayName' }]);
  });
});

describe('plan: hash', () => {
  const image = (digit: string) => `1.dkr.ecr/coalition-builder-lambda@sha256:${digit.repeat(64)}`;
  const release = (more: object = {}) => [
    modified({
      id: 'Function',
      type: 'AWS::Lambda::Function',
      before: { Code: { ImageUri: image('a') } },
      after: { Code: { ImageUri: image('b') }, ...more },
    }),
    modified({
      id: 'Task',
      type: 'AWS::ECS::TaskDefinition',
      before: { ContainerDefinitions: [{ Image: image('a') }] },
      after: { ContainerDefinitions: [{ Image: image('b') }] },
      needs: 'Always',
      policy: 'ReplaceAndDelete',
    }),
    modified({
      id: 'Schedule',
      type: 'AWS::Scheduler::Schedule',
      before: { Target: 'task-1' },
      after: { Target: '{{changeSet:KNOWN_AFTER_APPLY}}' },
      cause: 'Task',
    }),
    added('Version0123456789ab', 'AWS::Lambda::Version'),
  ];

  it('leaves the release out, and what follows from it', () => {
    const { changes, hash } = stackOf(updated(...release()));
    assert.deepEqual(
      changes.map(({ logicalId, release: own, verdict }) => [logicalId, own, verdict]),
      [
        ['Task', true, 'safe'],
        ['Function', true, 'safe'],
        ['Schedule', true, 'safe'],
        ['Version0123456789ab', true, 'safe'],
      ],
    );
    assert.equal(hash, stackOf({ outcome: 'unchanged' }).hash);
  });

  it('sees what else changes beside it', () => {
    const memory = stackOf(updated(...release({ MemorySize: 512 })));
    assert.notEqual(memory.hash, stackOf({ outcome: 'unchanged' }).hash);
    assert.deepEqual(compareStacks(stackOf({ outcome: 'unchanged' }), memory), [
      'there now, and not reviewed: ~ update AWS::Lambda::Function Function: MemorySize (none) → 512',
    ]);
  });

  it('is another for another value, and frozen', () => {
    const [small, large] = ['1', '2'].map((size) =>
      stackOf(updated(modified({ id: 'F', type: 'AWS::Lambda::Function', before: { M: '0' }, after: { M: size } }))),
    );
    assert.ok(small && large);
    assert.notEqual(small.hash, large.hash);
    const plan = planWith(small);
    assert.equal(plan.hash, planWith(small).hash);
    assert.throws(() => Object.assign(plan.stacks[0]?.changes[0] ?? {}, { verdict: 'blocked' }), TypeError);
  });
});

describe('plan: a file', () => {
  const plan = planWith(stackOf(everything));
  const text = JSON.stringify(plan, null, 2);
  const refused = (json: string, message: RegExp) =>
    assert.throws(() => readPlan(json, 'plan.json'), {
      name: 'PlanError',
      exitCode: 2,
      message,
      remedy: /Make it again/,
    });

  it('is read back as it was written', () => {
    assert.deepEqual(readPlan(text, 'plan.json'), plan);
  });

  it('is refused where it is none, cut off, of another version, or edited by hand', () => {
    refused('', /plan\.json is no plan: it is empty/);
    refused(text.slice(0, -40), /it is no JSON, or not all of it/);
    refused('{"Stacks": []}', /has no version; this tool reads version 2/);
    refused(text.replace('"version": 2', '"version": 1'), /is of version 1/);
    refused(text.replace('"environment": "demo",', ''), /is no plan: environment/);
    refused(text.replace('"db.t3.small"', '"db.t3.large"'), /was changed after it was made, in the stack database/);
    refused(text.replace(/"commit": "\w+"/, '"commit": "@acme/owners"'), /is no plan: commit/);
    refused(text.replace('"demo"', '"production"'), /was changed after it was made: its hash/);
  });
});

describe('plan: offline', () => {
  const template = (cidr: string, more = '') => `AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: ${cidr}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
${more}`;

  it('tells a replacement, and what follows from it, from two templates', () => {
    const { changes } = describeOffline(
      template('10.0.0.0/16'),
      template('10.1.0.0/16', '  T: {Type: AWS::SNS::Topic}\n'),
    );
    assert.deepEqual(
      stackOf({ outcome: 'update', changes }).changes.map(({ action, logicalId, values }) => [
        action,
        logicalId,
        values[0]?.because,
      ]),
      [
        ['replace', 'Vpc', undefined],
        ['may replace', 'Group', 'Vpc'],
        ['add', 'T', undefined],
      ],
    );
  });

  it('finds nothing in what is the same', () => {
    assert.deepEqual(describeOffline(template('10.0.0.0/16'), template('10.0.0.0/16')), { changes: [], isEmpty: true });
  });
});
