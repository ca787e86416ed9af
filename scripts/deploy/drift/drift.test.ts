import assert from 'node:assert/strict';
import type { CompiledStack } from '../../../generator/compile.ts';
import { driftLines, driftSummary, renderDrift } from '../../plan/drift.ts';
import { planOf, type StackPlan } from '../../plan/plan.ts';
import { readPlan } from '../../plan/read.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { deploy } from '../deploy.ts';
import { copyOfProject, type Project, simulatedAccount } from '../fixture.ts';
import { openSession } from '../session.ts';
import { drift } from './drift.ts';
import type { IgnoredDrift } from './expected.ts';
import { revertDrift } from './revert.ts';

function stack(resources: string, name = 'api'): CompiledStack {
  return {
    stackName: `coalition-builder-demo-${name}`,
    stack: name,
    path: `environments/demo/${name}.yaml`,
    body: `Parameters:\n  Size: {Type: Number, Default: 128}\nResources:\n  ${resources}\n`,
    parameters: {},
    dependsOn: [],
    capabilities: [],
    tags: { Project: 'demo' },
    stateful: false,
    protection: false,
  };
}

const groupFrom = (cidr: string) => [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: cidr }];
const group = `Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, SecurityGroupIngress: ${JSON.stringify(groupFrom('10.0.0.0/8'))}}}`;
const topic = 'Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: x}}';

async function deployed(...stacks: readonly CompiledStack[]) {
  const account = await simulatedAccount();
  const said: string[] = [];
  const session = await openSession(account.connection, new AbortController().signal, (line) => said.push(line));
  await deploy(session, stacks);
  return {
    account,
    said: () => said.join('\n'),
    revert: (wanted: CompiledStack) => revertDrift(session, wanted, []),
    tamper: account.tamper,
    drift: async (ignored: readonly IgnoredDrift[] = [], wanted = stacks) => {
      const found: StackPlan[] = await Array.fromAsync(drift(session, wanted, ignored));
      return found;
    },
    async [Symbol.asyncDispose]() {
      session.close();
      await account[Symbol.asyncDispose]();
    },
  };
}

const planned = (stacks: readonly StackPlan[]) =>
  planOf({ environment: 'demo', region: 'us-east-1', source: 'drift', images: {}, stacks });

describe('drift', () => {
  it('is told by property, against what was deployed, and leaves no change set', async () => {
    await using demo = await deployed(stack(`${topic}\n  Other: {Type: AWS::SNS::Topic}`));
    assert.deepEqual(
      (await demo.drift()).map(({ outcome }) => outcome),
      ['unchanged'],
    );
    demo.tamper('coalition-builder-demo-api', 'Topic', { DisplayName: 'y' });
    demo.tamper('coalition-builder-demo-api', 'Other', null);
    // What is not deployed yet is none of it.
    const [api] = await demo.drift([], [stack(topic.replace('x', 'z'))]);
    assert.deepEqual(
      api?.changes.map(({ logicalId, action, drift: kind, values }) => [logicalId, action, kind, values]),
      [
        ['Topic', 'update', 'modified', [{ path: 'DisplayName', before: 'y', after: 'x', deployed: 'x' }]],
        ['Other', 'add', 'deleted', []],
      ],
    );
    const { Summaries = [] } = await demo.account.aws.listChangeSets({ StackName: 'coalition-builder-demo-api' });
    assert.deepEqual(
      Summaries.map(({ ExecutionStatus }) => ExecutionStatus),
      ['EXECUTE_COMPLETE'],
    );
    assert.match(driftLines(api as StackPlan), /^ {2}api {2}1 changed by hand, 1 deleted by hand {2}coalition-/);
    assert.match(driftLines(api as StackPlan), /DisplayName {2}y → x {2}deployed as x/);
  });

  it('leaves out what AWS and rollbacks change by design, and says so', async () => {
    await using demo = await deployed(
      stack(
        `Alias: {Type: AWS::Lambda::Alias, Properties: {Name: live, FunctionName: f, FunctionVersion: '4'}}
  Database: {Type: AWS::RDS::DBInstance, Properties: {AllocatedStorage: '20', EngineVersion: '16', DBInstanceClass: db.t3.micro}}`,
      ),
    );
    const name = 'coalition-builder-demo-api';
    demo.tamper(name, 'Alias', { FunctionVersion: '3' });
    demo.tamper(name, 'Database', { AllocatedStorage: '25', EngineVersion: '16.9' });
    const [quiet] = await demo.drift();
    assert.deepEqual([quiet?.outcome, quiet?.changes], ['unchanged', []]);
    assert.deepEqual(quiet?.notes, [
      'Database AllocatedStorage is 25, deployed as 20: the storage grows by itself, and never shrinks.',
      'Database EngineVersion is 16.9, deployed as 16: RDS installs minor versions by itself.',
      'Alias FunctionVersion is 3, deployed as 4: a rollback moves the alias, and the next deploy moves it on.',
    ]);
    demo.tamper(name, 'Database', { AllocatedStorage: '10', EngineVersion: '17.1', DBInstanceClass: 'db.t3.small' });
    const [loud] = await demo.drift();
    assert.deepEqual(
      loud?.changes.flatMap(({ values }) => values.map(({ path, before }) => [path, before])),
      [
        ['AllocatedStorage', '10'],
        ['DBInstanceClass', 'db.t3.small'],
        ['EngineVersion', '17.1'],
      ],
    );
  });

  it('leaves out what account.ts ignores, until its day is over, and nothing beside it', async () => {
    await using demo = await deployed(
      stack(
        'Function: {Type: AWS::Lambda::Function, Properties: {MemorySize: 128, Environment: {Variables: {A: "1"}}}}',
      ),
    );
    demo.tamper('coalition-builder-demo-api', 'Function', { Environment: { Variables: { A: '2' } } });
    const entry = {
      stack: 'coalition-builder-demo-api',
      resource: 'Function',
      property: 'Environment.Variables',
      until: '9999-12-31',
      reason: 'an incident is looked into',
    };
    const [ignored] = await demo.drift([entry]);
    assert.deepEqual(
      [ignored?.outcome, ignored?.notes],
      [
        'unchanged',
        ['Function Environment.Variables.A is 2, deployed as 1: ignored until 9999-12-31, an incident is looked into.'],
      ],
    );
    for (const other of [
      { ...entry, until: '2020-01-31' },
      { ...entry, property: 'Environment.Vari' },
      { ...entry, resource: 'Other' },
      { ...entry, stack: 'coalition-builder-demo-jobs' },
    ]) {
      assert.equal((await demo.drift([other]))[0]?.outcome, 'update', JSON.stringify(other));
    }
  });

  it('points at what was opened by hand, not at what closes again', async () => {
    await using demo = await deployed(stack(group));
    demo.tamper('coalition-builder-demo-api', 'Group', { SecurityGroupIngress: groupFrom('0.0.0.0/0') });
    const [api] = await demo.drift();
    assert.deepEqual(
      api?.findings.map(({ message }) => message),
      ['tcp 22 from 0.0.0.0/0'],
    );
  });

  it('says which stacks are not there, and which cannot be looked at', async () => {
    await using demo = await deployed(stack(topic));
    const [, absent] = await demo.drift([], [stack(topic), stack(topic, 'cdn')]);
    assert.deepEqual([absent?.outcome, absent?.notes], ['unchanged', ['It is not deployed.']]);

    await using broken = await simulatedAccount({
      failing: ({ logicalId }) => (logicalId === 'Other' ? 'no' : undefined),
      resisting: () => 'In use',
    });
    const session = await openSession(broken.connection, new AbortController().signal, () => {});
    const stuck = { ...stack(`${topic}\n  Other: {Type: AWS::SNS::Topic, DependsOn: Topic}`), stateful: true };
    await assert.rejects(deploy(session, [stuck]));
    const [blind] = await Array.fromAsync(drift(session, [stuck]));
    session.close();
    assert.deepEqual([blind?.outcome, blind?.exitCode], ['blocked', exitCode.needsHuman]);
    assert.match(driftSummary([planned([blind as StackPlan])]), /^! No drift in 1 stack, 1 cannot be looked at\.$/);
  });

  it('goes on where CloudFormation cannot compare one stack', async () => {
    const refusing = ({ type }: { readonly type: string }) =>
      type === 'AWS::SNS::Topic' ? { rule: 'any', message: 'may not be read' } : undefined;
    let refuses = false;
    await using account = await simulatedAccount({ hooking: (each) => (refuses ? refusing(each) : undefined) });
    const session = await openSession(account.connection, new AbortController().signal, () => {});
    const stacks = [stack(topic), stack(group, 'network')];
    await deploy(session, stacks);
    account.tamper('coalition-builder-demo-api', 'Topic', { DisplayName: 'y' });
    account.tamper('coalition-builder-demo-network', 'Group', { GroupDescription: 'h' });
    refuses = true;
    const [blind, seen] = await Array.fromAsync(drift(session, stacks));
    session.close();
    assert.deepEqual([blind?.outcome, blind?.exitCode, seen?.outcome], ['blocked', exitCode.failed, 'update']);
    assert.match(blind?.notes[0] ?? '', /may not be read/);
  });

  it('is an issue in Markdown, and a plan that reads back', async () => {
    await using demo = await deployed(stack(topic));
    const quiet = planned(await demo.drift());
    assert.match(renderDrift(new Map([['demo', quiet]])), /^### No drift\n[\s\S]*\| \*\*demo\*\* \| none \| 0 \| 0 \|/);
    demo.tamper('coalition-builder-demo-api', 'Topic', { DisplayName: 'y ``` @you' });
    const plan = planned(await demo.drift());
    const markdown = renderDrift(new Map([['demo', plan]]), { run: 'https://example.org/run' });
    assert.match(markdown, /^### Drift: 1 resource changed by hand\n/);
    assert.match(markdown, /\| \*\*demo\*\* \| api \| 1 \| 0 \|/);
    assert.match(
      markdown,
      /\n(`{4,})diff\n~ update AWS::SNS::Topic Topic {2}changed by hand\n- {3}DisplayName: y ``` @you\n\+ {3}DisplayName: x/,
    );
    assert.match(markdown, /npm run drift -- demo --stack <stack> --revert/);
    assert.deepEqual(readPlan(JSON.stringify(plan), 'drift.json'), plan);
  });
});

describe('drift: taken back', () => {
  it('by the change set that was shown', async () => {
    await using demo = await deployed(stack(topic));
    demo.tamper('coalition-builder-demo-api', 'Topic', { DisplayName: 'y' });
    const plan = await demo.revert(stack(topic));
    assert.equal(plan.outcome, 'update');
    assert.match(demo.said(), /DisplayName {2}y → x[\s\S]*UPDATE_COMPLETE {2}AWS::SNS::Topic/);
    assert.equal((await demo.drift())[0]?.outcome, 'unchanged');
    assert.equal((await demo.revert(stack(topic))).outcome, 'unchanged');
  });

  it('never where there is data, nor together with what is expected', async () => {
    const alias = `Alias: {Type: AWS::Lambda::Alias, Properties: {Name: live, FunctionName: f, FunctionVersion: '4'}}`;
    const both = stack(`${topic}\n  ${alias}`);
    await using demo = await deployed(both);
    demo.tamper('coalition-builder-demo-api', 'Topic', { DisplayName: 'y' });
    const guarded = { exitCode: exitCode.stoppedByGuard };
    await assert.rejects(demo.revert({ ...both, stateful: true }), { ...guarded, message: /holds data/ });
    demo.tamper('coalition-builder-demo-api', 'Alias', { FunctionVersion: '3' });
    await assert.rejects(demo.revert(both), { ...guarded, message: /Alias FunctionVersion is 3, deployed as 4/ });
    assert.equal((await demo.drift())[0]?.outcome, 'update');
  });
});

describe('drift, as it is typed', function () {
  this.timeout(60_000);
  let project: Project;
  before(async () => {
    project = copyOfProject();
    assert.equal((await project.run('generate', [])).code, 0);
  });
  after(() => project[Symbol.dispose]());

  it('looks at everything, at the stacks of a tier once, and ends with 10 where there is drift', async () => {
    await using account = await simulatedAccount({ pageSize: 100 });
    const type = (...args: string[]) => project.run('drift', args, account.variables);
    const deployment = await project.run('deploy', ['development', '--stack', 'network'], account.variables);
    assert.equal(deployment.code, 0, deployment.stderr);
    const quiet = await type('--exit-code');
    assert.equal(quiet.code, 0, quiet.stderr);
    assert.match(quiet.stdout, /network {2}as it was deployed {2}coalition-builder-nonproduction-network/);
    assert.match(quiet.stdout, /staging · [^\n]*\n(?: {2,}[^\n]*\n)* {2}\d+ shared with what is above/);
    assert.match(quiet.stdout, /✓ No drift in \d+ stacks\.\n$/);

    account.tamper('coalition-builder-nonproduction-network', 'Vpc', { EnableDnsSupport: 'false' });
    const loud = await type('development', 'staging', '--exit-code', '--json');
    assert.equal(loud.code, 10, loud.stderr);
    const { drifted, plans } = JSON.parse(loud.stdout);
    assert.equal(drifted, 1, 'although two environments have it');
    assert.deepEqual(Object.keys(plans), ['development', 'staging']);
    assert.equal((await type('staging')).code, 0, 'unless it is asked for');
    assert.match((await type('staging', '--markdown')).stdout, /^### Drift: 1 resource changed by hand/);

    project.write('drift.json', JSON.stringify(plans.development));
    const refused = await project.run(
      'deploy',
      ['development', '--plan', 'drift.json', '--stack', 'network'],
      account.variables,
    );
    assert.deepEqual([refused.code, /changed by hand, not what a deploy would change/.test(refused.stderr)], [2, true]);
  });

  it('refuses what makes no sense', async () => {
    const vague = await project.run('drift', ['staging', '--revert']);
    assert.deepEqual([vague.code, /in one stack/.test(vague.stderr)], [2, true], vague.stderr);
    const nowhere = await project.run('drift', ['--stack', 'api']);
    assert.deepEqual([nowhere.code, /does not say of which environment/.test(nowhere.stderr)], [2, true]);
    const both = await project.run('drift', ['--json', '--markdown']);
    assert.deepEqual([both.code, /Choose one/.test(both.stderr)], [2, true]);
    const unknown = await project.run('drift', ['production', 'nowhere']);
    assert.deepEqual([unknown.code, /There is no environment "nowhere"/.test(unknown.stderr)], [2, true]);
    assert.match((await project.run('drift', ['--help'])).stdout, /Usage: npm run drift -- \[environment …\]/);
  });
});
