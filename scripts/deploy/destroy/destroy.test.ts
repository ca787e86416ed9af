import assert from 'node:assert/strict';
import { environments } from '../../../environments/index.ts';
import type { CompiledStack } from '../../../generator/compile.ts';
import type { AllowedChange } from '../../plan/verdict.ts';
import type { SimulatorOptions } from '../../simulators/cloudformation/simulator.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { deploy } from '../deploy.ts';
import { copyOfProject, type Project, simulatedAccount } from '../fixture.ts';
import { openSession } from '../session.ts';
import { type DestroyOptions, destroy, outlook } from './destroy.ts';
import { refuseProtected } from './may-destroy.ts';
import { scopeOf } from './scope.ts';
import { codeOf, doomedLines } from './text.ts';

const environment = environments.development;

function stack(name: string, resources: string, more: Partial<CompiledStack> = {}): CompiledStack {
  return {
    stackName: `coalition-builder-development-${name}`,
    stack: name,
    path: `environments/development/${name}.yaml`,
    body: `Resources:\n  ${resources}\n`,
    parameters: {},
    dependsOn: [],
    capabilities: [],
    tags: { Project: 'demo', Tier: 'nonproduction', Environment: 'development' },
    stateful: false,
    protection: false,
    ...more,
  };
}

const topic = 'Topic: {Type: AWS::SNS::Topic}';
const bucket = 'Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: full}}';
const table =
  'Table: {Type: AWS::DynamoDB::Table, DeletionPolicy: RetainExceptOnCreate, Properties: {TableName: kept}}';

async function standing(stacks: readonly CompiledStack[], options: SimulatorOptions = {}) {
  const account = await simulatedAccount(options);
  const said: string[] = [];
  const open = (allowedChanges: readonly AllowedChange[] = []) =>
    openSession(account.connection, new AbortController().signal, (line) => said.push(line), {
      allowedChanges,
      name: 'development',
    });
  const session = await open();
  await deploy(session, stacks);
  return {
    account,
    session,
    open,
    said: () => said.join('\n'),
    async fill() {
      const s3 = await session.s3();
      await s3.putObject({ Bucket: 'full', Key: 'k', Body: 'x' });
      return () => s3.deleteObject({ Bucket: 'full', Key: 'k' });
    },
    destroy: async (more: Partial<DestroyOptions> = {}) =>
      destroy(session, await outlook(session, stacks), { retain: [], decide: async () => 'stop', ...more }),
    async [Symbol.asyncDispose]() {
      session.close();
      await account[Symbol.asyncDispose]();
    },
  };
}

describe('destroy', () => {
  it('deletes those first that build on others, and says what stays', async () => {
    const network = stack('network', topic);
    const stacks = [network, stack('api', `${topic}\n  ${table}`, { dependsOn: [network.stackName] })];
    await using demo = await standing(stacks);
    assert.match(
      doomedLines(await outlook(demo.session, stacks)),
      /api +1 resource goes[\s\S]*What stays:\n {4}Table {2}AWS::DynamoDB::Table {2}kept {2}it stays, with what is in it/,
    );
    const destroyed = await demo.destroy();
    assert.deepEqual(
      destroyed.map(({ stack: name, outcome, remaining }) => [name, outcome, remaining.map((each) => each.physicalId)]),
      [
        ['network', 'deleted', []],
        ['api', 'deleted', ['kept']],
      ],
    );
    assert.equal(codeOf(destroyed), exitCode.done);
    assert.match(demo.said(), /-api deleted[\s\S]*-network deleted/);
    assert.deepEqual(await demo.account.stacks(), []);
    assert.deepEqual(await demo.destroy(), [], 'a second time there is nothing');
  });

  it('says what a last snapshot and backups are kept of, and what is protected against it', async () => {
    const properties =
      'DBInstanceIdentifier: db, DeletionProtection: true, DeleteAutomatedBackups: false, BackupRetentionPeriod: 7';
    const stacks = [
      stack(
        'database',
        `Database: {Type: AWS::RDS::DBInstance, DeletionPolicy: Snapshot, Properties: {${properties}}}`,
      ),
    ];
    await using demo = await standing(stacks);
    const lines = doomedLines(await outlook(demo.session, stacks));
    assert.match(lines, /db {2}a last snapshot of it stays, and its automated backups for 7 days/);
    assert.match(
      lines,
      /! Database is protected against deletion\. Take that away first: aws rds modify-db-instance .* db /,
    );
    const [refused] = await demo.destroy();
    assert.match(refused?.message ?? '', /Cannot delete protected DB Instance/);
    assert.match(
      refused?.remedy ?? '',
      /^Take its protection away: aws rds modify-db-instance --db-instance-identifier db/,
    );
    demo.account.tamper('coalition-builder-development-database', 'Database', { DeletionProtection: false });
    assert.equal((await demo.destroy())[0]?.outcome, 'deleted');
  });

  it('DELETE_FAILED: stops at a bucket that is not empty, keeps what that stack builds on, and goes on when it is', async () => {
    const network = stack('network', topic);
    const stacks = [
      network,
      stack('cdn', topic),
      stack('storage', `${bucket}\n  ${topic}`, { dependsOn: [network.stackName] }),
    ];
    await using demo = await standing(stacks);
    const empty = await demo.fill();
    const destroyed = await demo.destroy();
    assert.deepEqual(
      destroyed.map(({ outcome }) => outcome),
      ['not tried', 'deleted', 'failed'],
    );
    assert.equal(codeOf(destroyed), exitCode.partlyDone);
    assert.match(
      destroyed[2]?.message ?? '',
      /is in DELETE_FAILED.*\n {2}Bucket \(AWS::S3::Bucket full\): The bucket you tried/,
    );
    assert.match(
      destroyed[2]?.remedy ?? '',
      /^Empty it.* s3:\/\/full [\s\S]*npm run destroy -- development --stack coalition-builder-development-storage --retain Bucket$/,
    );
    await assert.rejects(deploy(demo.session, stacks), {
      exitCode: exitCode.needsHuman,
      remedy:
        /its deletion stopped half-way.*npm run destroy -- development --stack coalition-builder-development-storage$/i,
    });
    await empty();
    assert.equal(codeOf(await demo.destroy()), exitCode.done);
    assert.deepEqual(await demo.account.stacks(), []);
  });

  it('DELETE_FAILED: tries again or leaves what resists, as a person decides', async () => {
    const stacks = [stack('storage', `${bucket}\n  ${topic}`)];
    await using asked = await standing(stacks);
    const empty = await asked.fill();
    let questions = 0;
    const decided = await asked.destroy({
      async decide(_, resisting) {
        assert.deepEqual(
          resisting.map(({ logicalId, physicalId }) => [logicalId, physicalId]),
          [['Bucket', 'full']],
        );
        if (questions++ === 0) return 'retry';
        await empty();
        return 'retry';
      },
    });
    assert.deepEqual([questions, decided[0]?.outcome, decided[0]?.remaining], [2, 'deleted', []]);

    await using named = await standing(stacks);
    await named.fill();
    const [left] = await named.destroy({ retain: ['Bucket'] });
    assert.deepEqual(
      [left?.outcome, left?.remaining.map(({ how }) => how)],
      ['deleted', ['it was left, for it resisted']],
    );
    const s3 = await named.session.s3();
    assert.equal((await s3.listObjectsV2({ Bucket: 'full' })).KeyCount, 1);
  });

  it('CREATE_FAILED and ROLLBACK_FAILED: takes away what never worked', async () => {
    let resists = true;
    await using demo = await standing([], {
      failing: ({ logicalId }) => (logicalId === 'Bad' ? 'no' : undefined),
      resisting: () => (resists ? 'In use' : undefined),
    });
    const stuck = stack('api', `${topic}\n  Bad: {Type: AWS::SNS::Topic, DependsOn: Topic}`, { stateful: true });
    await assert.rejects(deploy(demo.session, [stuck]), { message: /stopped in ROLLBACK_FAILED/ });
    resists = false;
    const doomed = await outlook(demo.session, [stuck]);
    refuseProtected(demo.session, environment, doomed);
    assert.equal(
      codeOf(await destroy(demo.session, doomed, { retain: [], decide: async () => 'stop' })),
      exitCode.done,
    );
    assert.deepEqual(await demo.account.stacks(), []);
  });

  it('refuses what is protected, until account.ts allows each stack of it, and then lifts the protection', async () => {
    const api = stack('api', topic, { protection: true });
    await using demo = await standing([api]);
    const doomed = await outlook(demo.session, [api]);
    assert.throws(() => refuseProtected(demo.session, environment, doomed), {
      exitCode: exitCode.stoppedByGuard,
      message:
        'Nothing was deleted, for it is protected:\n  coalition-builder-development-api: its termination protection is on',
      remedy:
        /stack: 'coalition-builder-development-api', resource: '\*', change: 'destroy'[\s\S]*deletionProtection: false in environments\/tiers\/nonproduction\.ts/,
    });
    const entry = {
      stack: api.stackName,
      resource: '*',
      change: 'destroy',
      until: '9999-12-31',
      reason: 'it is over',
    } as const;
    const late = await demo.open([{ ...entry, until: '2020-01-31' }]);
    assert.throws(() => refuseProtected(late, environment, doomed), { exitCode: exitCode.stoppedByGuard });
    const other = await demo.open([{ ...entry, change: 'remove' }]);
    assert.throws(() => refuseProtected(other, environment, doomed), { exitCode: exitCode.stoppedByGuard });
    const allowed = await demo.open([entry]);
    refuseProtected(allowed, environment, doomed);
    const [gone] = await destroy(allowed, doomed, { retain: [], decide: async () => 'stop' });
    assert.equal(gone?.outcome, 'deleted');
    for (const session of [late, other, allowed]) session.close();
  });

  it('never takes production for unprotected, whatever its stacks say', async () => {
    const api = stack('api', topic, { stackName: 'coalition-builder-production-api' });
    await using demo = await standing([api]);
    const doomed = await outlook(demo.session, [api]);
    assert.throws(() => refuseProtected(demo.session, environments.production, doomed), {
      exitCode: exitCode.stoppedByGuard,
      message: /production is never destroyed without that/,
    });
  });

  it('begins nothing while something is under way', async () => {
    const api = stack('api', topic);
    await using demo = await standing([], { stepMs: 300 });
    const running = deploy(demo.session, [api]);
    while (!(await demo.account.stacks()).some((line) => line.endsWith('CREATE_IN_PROGRESS')));
    const doomed = await outlook(demo.session, [api]);
    assert.throws(() => refuseProtected(demo.session, environment, doomed), { exitCode: exitCode.busy });
    await running;
  });
});

describe('destroy: what it is about', () => {
  const shared = stack('network', topic, {
    stackName: 'coalition-builder-nonproduction-network',
    tags: { Project: 'demo', Tier: 'nonproduction' },
  });
  const own = stack('api', topic);
  const wanted = { name: 'development', environment, stacks: [shared, own], withTier: false, isOneStack: false };

  it('leaves the stacks of a tier, and says whether somebody needs them', async () => {
    const theirs = stack('api', topic, { stackName: 'coalition-builder-staging-api' });
    await using demo = await standing([shared, own]);
    const alone = await scopeOf(demo.session, wanted);
    assert.deepEqual(alone.stacks, [own]);
    assert.match(alone.notice, /tier nonproduction stay \(network\): nobody else needs them, and they cost; --tier/);
    assert.deepEqual((await scopeOf(demo.session, { ...wanted, withTier: true })).stacks, [shared, own]);
    await deploy(demo.session, [theirs]);
    assert.match((await scopeOf(demo.session, wanted)).notice, /: staging needs them\.$/);
    const refused = {
      exitCode: exitCode.stoppedByGuard,
      message: /for staging still needs coalition-builder-nonproduction-network/,
    };
    await assert.rejects(scopeOf(demo.session, { ...wanted, withTier: true }), refused);
    await assert.rejects(scopeOf(demo.session, { ...wanted, stacks: [shared], isOneStack: true }), refused);
    await assert.rejects(
      scopeOf(demo.session, { ...wanted, name: 'account', stacks: [{ ...shared, stack: 'bootstrap' }] }),
      { exitCode: exitCode.stoppedByGuard, message: /for development and staging still need/ },
    );
  });
});

describe('destroy, as it is typed', function () {
  this.timeout(60_000);
  let project: Project;
  before(async () => {
    project = copyOfProject();
    assert.equal((await project.run('generate', [])).code, 0);
  });
  after(() => project[Symbol.dispose]());

  it('wants a protected stack to be named in the code, and its environment to be typed', async () => {
    await using account = await simulatedAccount({ pageSize: 100 });
    const type = (verb: string, ...args: string[]) => project.run(verb, args, account.variables);
    const nothing = await type('destroy', 'development', '--confirm', 'development');
    assert.deepEqual(
      [
        nothing.code,
        /Nothing to do: development is not deployed in us-east-1 of the account 123456789012/.test(nothing.stdout),
      ],
      [0, true],
      nothing.stderr,
    );
    const stackName = 'coalition-builder-nonproduction-rate-limits';
    const only = ['development', '--stack', 'rate-limits'];
    assert.equal((await type('deploy', ...only)).code, 0);
    const guarded = await type('destroy', ...only, '--confirm', 'development');
    assert.deepEqual([guarded.code, /termination protection is on/.test(guarded.stderr)], [4, true], guarded.stderr);
    const entry = `{ stack: '${stackName}', resource: '*', change: 'destroy', until: '9999-12-31', reason: 'the campaign is over' }`;
    project.edit('environments/account.ts', (text) => text.replace('allowedChanges: []', `allowedChanges: [${entry}]`));
    for (const word of [[], ['--confirm', 'staging']]) {
      const unsaid = await type('destroy', ...only, ...word);
      assert.deepEqual([unsaid.code, /What stays:[\s\S]*Table/.test(unsaid.stdout)], [4, true], unsaid.stderr);
    }
    assert.deepEqual(await account.stacks(), [`${stackName} CREATE_COMPLETE`]);
    const gone = await type('destroy', ...only, '--confirm', 'development', '--json');
    assert.equal(gone.code, 0, gone.stderr);
    const { stacks } = JSON.parse(gone.stdout);
    assert.deepEqual(
      [stacks[0].outcome, stacks[0].remaining[0].logicalId, stacks[0].remaining[0].keepsName],
      ['deleted', 'Table', true],
    );
    assert.match(gone.stderr, /taken over again by: npm run deploy -- development --import-existing/);
    const taken = await type('deploy', ...only);
    assert.match(
      taken.stderr,
      /Take over Table, with what is in it, as it is: npm run deploy -- development --import-existing/,
    );
    const again = await type('deploy', ...only, '--import-existing');
    assert.deepEqual([again.code, /import {2}AWS::DynamoDB::Table/.test(again.stdout)], [0, true], again.stderr);
  });

  it('answers --help, and says with whose credentials it works', async () => {
    const { code, stdout } = await project.run('destroy', ['--help']);
    assert.deepEqual([code, /with credentials of your own/.test(stdout)], [0, true]);
    const { stderr } = await project.run('destroy', []);
    assert.match(stderr, /<environment> is missing/);
  });
});
