/** What verbs ask of CloudFormation, seen as they ask it, held against what the roles of workflows may: as much, and no more. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { CompiledStack } from '../../../generator/compile.ts';
import { platformOf } from '../../../generator/platform/platform.ts';
import { account as values } from '../../../generator/platform/values.ts';
import { decide } from '../../../generator/proofs/privilege/evaluate.ts';
import { type Identity, identitiesOf } from '../../../generator/proofs/privilege/identities.ts';
import { committed } from '../../../generator/testing/committed.ts';
import { deploy } from '../deploy.ts';
import { drift } from '../drift/drift.ts';
import { revertDrift } from '../drift/revert.ts';
import { simulatedAccount } from '../fixture.ts';
import { preview } from '../preview.ts';
import { openSession, type Session } from '../session.ts';
import { cancel } from './cancel.ts';
import { resume } from './resume.ts';

const roles = identitiesOf(platformOf(committed));
const role = (name: string): Identity => {
  const found = roles.find((identity) => identity.name === name);
  assert.ok(found, `there is no role ${name}`);
  return found;
};

const stackName = 'coalition-builder-development-monitoring';
const monitoring = (name: string, more: Partial<CompiledStack> = {}): CompiledStack => ({
  stackName,
  stack: 'monitoring',
  path: 'environments/development/monitoring.yaml',
  body: `Resources:
  T0: {Type: AWS::SNS::Topic, Properties: {DisplayName: ${name}}}
  T1: {Type: AWS::SNS::Topic, Properties: {DisplayName: ${name === 'late' ? 'bad' : name}}, DependsOn: T0}
`,
  parameters: {},
  dependsOn: [],
  capabilities: [],
  tags: { Environment: 'development' },
  stateful: false,
  protection: false,
  ...more,
});

/** Everything that can go wrong with one stack, and the verb that mends it. */
async function everything(demo: Demo): Promise<void> {
  const { session, account, wait } = demo;
  const kept = { stateful: true, protection: true };
  await assert.rejects(deploy(session, [monitoring('bad', kept)]));
  await deploy(session, [monitoring('x', kept)]);
  account.tamper(stackName, 'T0', { DisplayName: 'by hand' });
  await Array.fromAsync(drift(session, [monitoring('x')]));
  await revertDrift(session, monitoring('x'), []);
  demo.resists = true;
  await assert.rejects(deploy(session, [monitoring('late', kept)]));
  demo.resists = false;
  await resume(session, [monitoring('x')], ['T0']);
  await byHand(demo, monitoring('bad'), true);
  await wait('UPDATE_FAILED');
  await resume(session, [monitoring('x')]);
  await byHand(demo, monitoring('y'), false);
  await wait('UPDATE_IN_PROGRESS');
  await cancel(session, [monitoring('x')], []);
}

interface Demo {
  readonly session: Session;
  readonly account: Awaited<ReturnType<typeof simulatedAccount>>;
  resists: boolean;
  wait(status: string): Promise<void>;
}

async function byHand({ account: { aws } }: Demo, { body }: CompiledStack, DisableRollback: boolean) {
  const about = { StackName: stackName, ChangeSetName: DisableRollback ? 'stays' : 'goes-back', TemplateBody: body };
  const { Id } = await aws.createChangeSet(about);
  while ((await aws.describeChangeSet({ ChangeSetName: Id })).Status !== 'CREATE_COMPLETE') await setTimeout(2);
  await aws.executeChangeSet({ ChangeSetName: Id, DisableRollback });
}

/** @returns the actions that a verb was seen to ask for, of CloudFormation */
async function asked(play: (demo: Demo) => Promise<void>): Promise<readonly string[]> {
  const seen = new Set<string>();
  const demo: { resists: boolean } = { resists: false };
  const watching = (action: string, service: string) => {
    if (service === 'cloudformation') seen.add(`cloudformation:${action}`);
    return undefined;
  };
  await using account = await simulatedAccount({
    stepMs: 15,
    refusals: { verb: watching },
    failing: ({ properties }) => (properties.DisplayName === 'bad' ? 'no' : undefined),
    resisting: ({ step }) => (demo.resists && step === 'roll back' ? 'It is gone' : undefined),
  });
  // Whoever acts by hand is somebody else.
  const credentials = { accessKeyId: 'verb', secretAccessKey: 'x' };
  const session = await openSession({ ...account.connection, credentials }, new AbortController().signal, () => {});
  const wait = async (status: string) => {
    while (!(await account.stacks()).includes(`${stackName} ${status}`)) await setTimeout(2);
  };
  await play(Object.assign(demo, { session, account, wait }));
  session.close();
  return [...seen].sort();
}

const ofNoStack = ['cloudformation:GetHookResult', 'cloudformation:ListHookResults', 'cloudformation:ValidateTemplate'];

async function refused(identity: Identity, actions: readonly string[], owner: string): Promise<readonly string[]> {
  const stack = `arn:${values.partition}:cloudformation:${values.region}:${values.id}:stack/coalition-builder-${owner}-monitoring/1`;
  const decisions = await Promise.all(
    actions.map(async (action) => {
      const resource = ofNoStack.includes(action) ? '*' : stack;
      return (await decide(identity, { action, resource })) === 'Allowed' ? [] : [action];
    }),
  );
  return decisions.flat();
}

describe('heal: the roles of workflows', function () {
  this.timeout(20_000);
  let actions: readonly string[];
  before(async () => {
    actions = await asked(everything);
  });

  it('deploying, drift, resume and cancel may all that they ask for, at home, and change nothing elsewhere', async () => {
    for (const action of [
      'CancelUpdateStack',
      'ContinueUpdateRollback',
      'RollbackStack',
      'DeleteStack',
      'ExecuteChangeSet',
    ])
      assert.ok(actions.includes(`cloudformation:${action}`), `${action} was not rehearsed: ${actions.join(', ')}`);
    const deployer = role('coalition-builder-deploy-development');
    assert.deepEqual(await refused(deployer, actions, 'development'), []);
    assert.deepEqual(await refused(deployer, actions, 'nonproduction'), []);
    assert.deepEqual(
      await refused(deployer, actions, 'production'),
      actions.filter((action) => !ofNoStack.includes(action)),
    );
  });

  it('a deploy’s role may nothing of CloudFormation that is never asked for', async () => {
    const needed = [...actions, ...ofNoStack];
    const granted = role('coalition-builder-deploy-development').policies.flatMap(({ document }) =>
      document.Statement.flatMap(({ Action = [] }) => Action),
    );
    const unused = granted
      .filter((action) => action.startsWith('cloudformation:') && !action.includes('*'))
      .filter((action) => !needed.includes(action));
    assert.deepEqual(unused, []);
  });

  it('a preview’s role may look for drift, and take nothing back', async () => {
    const looking = await asked(async ({ session, account }) => {
      const other = await openSession(account.connection, new AbortController().signal, () => {});
      await deploy(other, [monitoring('x')]);
      other.close();
      account.tamper(stackName, 'T0', { DisplayName: 'by hand' });
      await Array.fromAsync(drift(session, [monitoring('x')]));
      await Array.fromAsync(preview(session, [monitoring('y'), monitoring('z', { stackName: 'not-there' })]));
    });
    const previewer = role('coalition-builder-preview');
    assert.deepEqual(await refused(previewer, looking, 'production'), []);
    const changing = actions.filter((action) => !looking.includes(action));
    const allowed = changing.filter((action) => /:(Cancel|Continue|Rollback|Delete|Execute|Set|Update)/.test(action));
    assert.ok(allowed.length > 5, allowed.join());
    assert.deepEqual(await refused(previewer, allowed, 'production'), allowed);
  });
});
