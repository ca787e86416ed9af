/** What the verbs of releases ask of AWS, seen as they ask it, held against what the role of a deploy may: as much, and no more. */
import assert from 'node:assert/strict';
import { environmentNames } from '../../../environments/index.ts';
import { platformOf } from '../../../generator/platform/platform.ts';
import { account as values } from '../../../generator/platform/values.ts';
import { decide } from '../../../generator/proofs/privilege/evaluate.ts';
import { identitiesOf } from '../../../generator/proofs/privilege/identities.ts';
import { committed } from '../../../generator/testing/committed.ts';
import { deployEnvironment } from '../deploy-environment.ts';
import { environment, healthy, isImage, release, releasing } from '../releasing.ts';
import type { Target } from '../stacks.ts';
import { outputsOf } from '../status/outputs.ts';
import { statusOf } from '../status/status.ts';
import { listReleases } from './list.ts';
import { rollback } from './rollback.ts';

const roles = identitiesOf(platformOf(committed));
const aws = (service: string, rest: string) =>
  `arn:${values.partition}:${service}:${values.region}:${values.id}:${rest}`;
const bucket = `arn:${values.partition}:s3:::coalition-builder-deployments-${values.id}-${values.region}`;

/** Which of an environment's things an action is done to. */
function resourceOf(action: string, of: string): string {
  const [service] = action.split(':');
  switch (service) {
    case 'cloudformation':
      return action.endsWith('ValidateTemplate') || action.includes('HookResult')
        ? '*'
        : aws('cloudformation', `stack/coalition-builder-${of}-api/1`);
    case 'lambda':
      return aws('lambda', `function:coalition-${of}${action.endsWith('DeleteFunction') ? ':1' : ''}`);
    case 's3':
      return action.endsWith('ListBucket') ? bucket : `${bucket}/releases/${of}/1.json`;
    case 'ecr':
      return aws('ecr', 'repository/coalition-builder-lambda');
    default:
      return '*';
  }
}

const alarm = '  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmName: x}}\n';

/** Releases, a rollback that works and one that does not, and every question about them. @returns `lambda:UpdateAlias` */
async function asked(): Promise<readonly string[]> {
  const seen = new Set<string>();
  let isBroken = false;
  await using demo = await releasing({
    refusals: { test: (action, service) => void seen.add(`${service}:${action}`) },
    serving: ({ imageUri }) => (isBroken && isImage(imageUri, 'b') ? { status: 500, body: '' } : healthy),
  });
  await demo.deployAccount();
  const few = { ...environment, account: { ...environment.account, releases: { versionsKept: 2, imagesKept: 6 } } };
  for (const digit of 'abc')
    await deployEnvironment(demo.session, {
      name: 'development',
      environment: few,
      stacks: release(digit, { api: alarm }),
    });
  const target: Target = { name: 'development', environment, region: 'us-east-1', stacks: release('c') };
  seen.clear();
  await listReleases(demo.session, environment, 5);
  const watched = {
    ...target,
    stacks: [
      ...target.stacks,
      { ...target.stacks[0], stack: 'monitoring', stackName: 'coalition-builder-development-api' },
    ],
  };
  await statusOf(demo.session, watched as Target);
  await outputsOf(demo.session, target);
  isBroken = true;
  await assert.rejects(rollback(demo.session, environment, { wanted: { releases: 1 } }));
  isBroken = false;
  await rollback(demo.session, environment, { wanted: { releases: 1 } });
  await deployEnvironment(demo.session, {
    name: 'development',
    environment: few,
    stacks: release('d', { api: alarm }),
  });
  return [...seen].sort();
}

describe('releases: the role of a deploy', function () {
  this.timeout(20_000);
  let actions: readonly string[];
  before(async () => {
    actions = (await asked()).filter((action) => action !== 'sts:GetCallerIdentity');
  });

  it('may all that the verbs ask for at home, and change nothing of another environment', async () => {
    for (const own of [
      'lambda:UpdateAlias',
      'lambda:DeleteFunction',
      'ecr:DescribeImages',
      's3:PutObject',
      'cloudwatch:DescribeAlarms',
    ])
      assert.ok(actions.includes(own), `${own} was not rehearsed: ${actions.join(', ')}`);
    for (const name of environmentNames) {
      const identity = roles.find((each) => each.name === `coalition-builder-deploy-${name}`);
      assert.ok(identity);
      const allowed = async (of: string, action: string) =>
        (await decide(identity, { action, resource: resourceOf(action, of) })) === 'Allowed';
      for (const action of actions) assert.ok(await allowed(name, action), `${name} may not ${action}`);
      const others = environmentNames.filter((other) => other !== name);
      for (const other of others)
        for (const action of actions.filter((own) => /^(lambda|s3):(?!ListBucket)/.test(own)))
          assert.ok(!(await allowed(other, action)), `${name} may ${action} of ${other}`);
    }
  });

  it('deletes versions, and no function', async () => {
    const identity = roles.find(({ name }) => name === 'coalition-builder-deploy-production');
    assert.ok(identity);
    for (const name of ['coalition-production', 'coalition-production-jobs', 'coalition-production-jobs:1'])
      assert.notEqual(
        await decide(identity, { action: 'lambda:DeleteFunction', resource: aws('lambda', `function:${name}`) }),
        'Allowed',
        name,
      );
  });

  it('may nothing of functions and images that nobody was seen to ask for', () => {
    /** Docker, which is not ours, pushes images; the doctor looks at functions (doctor.test.ts). */
    const ofOthers = /^ecr:(?!DescribeImages)|^lambda:(GetFunctionConfiguration|GetPolicy)$/;
    const granted = roles
      .find(({ name }) => name === 'coalition-builder-deploy-production')
      ?.policies.flatMap(({ document }) => document.Statement.flatMap(({ Action = [] }) => Action))
      .filter((action) => /^(lambda|ecr):/.test(action) && !ofOthers.test(action));
    assert.deepEqual(
      granted?.filter((action) => !actions.includes(action)),
      [],
    );
  });
});
