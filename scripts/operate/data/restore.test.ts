import assert from 'node:assert/strict';
import { environments } from '../../../environments/index.ts';
import { compile, placeholderRelease } from '../../../generator/compile.ts';
import { connectRds, type RDS } from '../../aws/rds.ts';
import { deploy } from '../../deploy/deploy.ts';
import { copyOfProject, type Ended, type Project, simulatedAccount } from '../../deploy/fixture.ts';
import { openSession } from '../../deploy/session.ts';

type Account = Awaited<ReturnType<typeof simulatedAccount>>;

describe('restore, as it is typed, on a simulator', function () {
  this.timeout(60_000);
  const live = 'coalition-builder-nonproduction';
  const { signal } = new AbortController();
  const healthy = { checks: [{ name: 'database: PostGIS', outcome: 'well', found: 'PostgreSQL 16.4' }] };
  let account: Account;
  let project: Project;
  let rds: RDS;
  let events: unknown[];
  let answer: () => unknown;
  before(async () => {
    account = await simulatedAccount({
      invoking({ event }) {
        events.push(event);
        return answer();
      },
    });
    project = copyOfProject();
    rds = await connectRds(account.connection);
    events = [];
    answer = () => null;
    const session = await openSession(account.connection, signal, () => {});
    await deploy(session, compile(environments.staging, placeholderRelease));
    session.close();
  });
  after(async () => {
    rds?.destroy();
    project?.[Symbol.dispose]();
    await account?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    events = [];
    answer = () => healthy;
  });

  const type = (...args: string[]): Promise<Ended> => project.run('restore', args, account.variables);
  const instances = async () =>
    ((await rds.describeDBInstances({})).DBInstances ?? []).map(({ DBInstanceIdentifier: name }) => name);

  it('makes a new instance beside the live one, in its place, tries the login, and says what is left to do', async () => {
    const { code, stdout, stderr } = await type('staging', '--as', 'restored-one');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /from +coalition-builder-nonproduction as it was at the latest moment there is\n/);
    assert.match(stdout, /✓ restored-one is available[^\n]*\n {2}✓ database: PostGIS {2}PostgreSQL 16\.4\n/);
    assert.deepEqual(events, [{ job: 'doctor', databaseHost: 'restored-one.simulated.invalid' }]);
    for (const environment of ['development', 'staging'])
      assert.ok(stdout.includes(`npm run rotate-secret -- ${environment} database --host restored-one.simulated.inv`));
    assert.match(stdout, /--db-instance-identifier restored-one --new-db-instance-identifier coalition-builder-nonpro/);
    assert.match(stdout, /aws rds delete-db-instance --db-instance-identifier restored-one --skip-final-snapshot\n/);

    const { DBInstances: [made] = [] } = await rds.describeDBInstances({ DBInstanceIdentifier: 'restored-one' });
    const { DBInstances: [original] = [] } = await rds.describeDBInstances({ DBInstanceIdentifier: live });
    assert.deepEqual(made?.DBSubnetGroup, original?.DBSubnetGroup);
    assert.deepEqual(made?.VpcSecurityGroups, original?.VpcSecurityGroups);
    assert.ok(made?.VpcSecurityGroups?.[0]?.VpcSecurityGroupId?.startsWith('sg-'));
    assert.deepEqual(made?.TagList?.[1], { Key: 'RestoredFrom', Value: live });
  });

  it('makes nothing when it is only asked what it would make', async () => {
    const before = await instances();
    const at = new Date(Date.now() - 3_600_000).toISOString();
    const { code, stdout } = await type('staging', '--to', at, '--dry-run');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`from +${live} as it was ${at.replaceAll('.', '\\.')}\n`));
    assert.match(stdout, /into +coalition-builder-nonproduction-restored-\d{14}, a new instance; the live one is not/);
    assert.match(stdout, /\nNothing was made\.\n$/);
    assert.deepEqual(await instances(), before);
  });

  it('restores a snapshot, in JSON with the steps that are left', async () => {
    const { DBSnapshots: [snapshot] = [] } = await rds.describeDBSnapshots({ DBInstanceIdentifier: live });
    const name = snapshot?.DBSnapshotIdentifier ?? '';
    const { code, stdout } = await type('staging', '--snapshot', name, '--json');
    assert.equal(code, 0);
    const { instance, endpoint, checks, manual } = JSON.parse(stdout);
    assert.match(instance, /^coalition-builder-nonproduction-restored-\d{14}$/);
    assert.equal(endpoint, `${instance}.simulated.invalid`);
    assert.equal(checks[0].outcome, 'well');
    assert.equal(manual.length, 5);
  });

  it('never restores over a database that is there', async () => {
    const over = await type('staging', '--as', live);
    assert.equal(over.code, 4);
    assert.match(over.stderr, /is the live database of development and staging; nothing is restored over it/);
    await type('staging', '--as', 'taken');
    const again = await type('staging', '--as', 'taken');
    assert.equal(again.code, 4);
    assert.match(again.stderr, /already is an instance taken; nothing is restored over it\.\n.* --resume taken\n$/);
  });

  it('refuses a time that RDS cannot bring back, and one that is none', async () => {
    const before = await instances();
    for (const [to, code, expected] of [
      [
        '2020-01-01T00:00:00Z',
        2,
        /is outside of what RDS can bring back .*:\d{2}\.\d{3}Z to .*\n.*\n {2}npm run restore -- staging --snapshot rds:/,
      ],
      [new Date(Date.now() - 1000).toISOString(), 2, /The newest five minutes are not there yet/],
      ['2999-01-01T00:00:00Z', 2, /which is yet to come/],
      ['yesterday', 2, /it takes a time with its zone/],
      ['2026-11-01T08:30', 2, /it takes a time with its zone/],
      ['2026-02-30T25:00:00Z', 2, /it takes a time with its zone/],
    ] as const) {
      const ended = await type('staging', '--to', to);
      assert.match(ended.stderr, expected, to);
      assert.equal(ended.code, code, to);
    }
    assert.deepEqual(await instances(), before);
  });

  it('refuses a snapshot that is not there, words that contradict each other, and names that RDS would refuse', async () => {
    const missing = await type('staging', '--snapshot', 'of-my-dreams');
    assert.equal(missing.code, 2);
    assert.match(
      missing.stderr,
      /There is no snapshot of-my-dreams in us-east-1\.\n {2}These snapshots can be restored:/,
    );
    assert.match((await type('staging', '--snapshot', 'a', '--resume', 'b')).stderr, /exclude each other/);
    assert.match((await type('staging', '--as', 'two--hyphens')).stderr, /it takes 1 to 63 small letters/);
    assert.match((await type('staging', '--resume', 'nobody')).stderr, /There is no instance nobody to go on with/);
    const absent = await type('production');
    assert.equal(absent.code, 2);
    assert.match(
      absent.stderr,
      /no automatic backups of coalition-builder-production in us-east-1\.\n {2}There are no/,
    );
  });

  it('lets go at Ctrl-C, says how to go on, and goes on', async () => {
    await using slow = await simulatedAccount({ stepMs: 150, invoking: () => healthy });
    const session = await openSession(slow.connection, signal, () => {});
    const stacks = compile(environments.staging, placeholderRelease).filter(({ stack }) =>
      ['network', 'database'].includes(stack),
    );
    await deploy(session, stacks);
    session.close();
    const running = project.run('restore', ['staging', '--as', 'interrupted'], slow.variables);
    await running.says(/interrupted is being made/);
    running.kill('SIGINT');
    const { code, stdout } = await running;
    assert.equal(code, 130);
    assert.match(stdout, /goes on without being watched: npm run restore -- staging --resume interrupted\n/);
    const resumed = await project.run('restore', ['staging', '--resume', 'interrupted'], slow.variables);
    assert.match(resumed.stdout, /✓ interrupted is available/);
    // Its jobs are not deployed there.
    assert.equal(resumed.code, 3);
    assert.match(resumed.stdout, /Nobody could log in to it from coalition-staging-jobs: There is no function/);
  });

  it('says so where the login does not open the new instance', async () => {
    const ill = {
      name: 'database: PostGIS',
      outcome: 'ill',
      found: 'password authentication failed',
      remedy: 'Rotate it.',
    };
    answer = () => ({ checks: [ill] });
    const { code, stdout } = await type('staging', '--as', 'locked');
    assert.equal(code, 3);
    assert.match(stdout, /✗ database: PostGIS {2}password authentication failed\n {6}Rotate it\.\n/);
    assert.match(stdout, /! locked is there, and was not seen to work/);
  });

  it('brings back an instance that is gone, where its stacks would put it', async () => {
    account.tamper(`${live}-database`, 'Database', null);
    const { code, stdout, stderr } = await type('staging', '--as', 'phoenix');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /network +coalition-builder-nonproduction-database-SubnetGroup-\w+, sg-\w+\n/);
    // Nothing is renamed away, and nothing old is there to be deleted.
    assert.doesNotMatch(stdout, /nonproduction-before/);
  });
});
