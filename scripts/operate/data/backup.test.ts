import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { type Environment, environment, environmentNames } from '../../../environments/index.ts';
import { instanceIdentifier, rateLimitsTableName } from '../../../generator/names.ts';
import { platformOf } from '../../../generator/platform/platform.ts';
import { decide } from '../../../generator/proofs/privilege/evaluate.ts';
import { type Identity, identitiesOf } from '../../../generator/proofs/privilege/identities.ts';
import { committed } from '../../../generator/testing/committed.ts';
import { connectDynamoDb, type DynamoDB } from '../../aws/dynamodb.ts';
import { connectRds, type RDS } from '../../aws/rds.ts';
import { copyOfProject, type Ended, type Project } from '../../deploy/fixture.ts';
import { find, type Moto, startMoto } from '../../testing/moto.ts';
import { type Asked, watched } from '../testing/asked.ts';
import { backUp } from './backup.ts';
import { databaseState, startDatabase, stopDatabase } from './database.ts';

describe('backup and database, as they are typed, on RDS and DynamoDB (emulated by moto)', function () {
  this.timeout(60_000);
  let moto: Moto;
  let project: Project;
  let rds: RDS;
  let dynamoDb: DynamoDB;
  const instance = 'coalition-builder-nonproduction';
  before(async function () {
    const command = find('moto_server');
    // No moto_server on this machine: .ci/requirements.txt has it.
    if (!command) return this.skip();
    moto = await startMoto(command);
    project = copyOfProject();
    rds = await connectRds(connection());
    dynamoDb = await connectDynamoDb(connection());
  });
  after(async () => {
    for (const client of [rds, dynamoDb]) client?.destroy();
    project?.[Symbol.dispose]();
    await moto?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    await make(environment('staging'));
  });

  async function make({ tier }: Environment): Promise<void> {
    await rds.createDBInstance({
      DBInstanceIdentifier: instanceIdentifier(tier),
      DBInstanceClass: 'db.t3.micro',
      Engine: 'postgres',
      AllocatedStorage: 20,
      MasterUsername: 'postgres',
      MasterUserPassword: 'not-a-secret-1',
    });
    await dynamoDb.createTable({
      TableName: rateLimitsTableName(tier),
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
  }

  const connection = () => ({
    region: 'us-east-1',
    endpoint: moto.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const type = (verb: string, ...args: string[]): Promise<Ended> =>
    project.run(verb, args, { AWS_ENDPOINT_URL: moto.url });
  const snapshots = async () =>
    ((await rds.describeDBSnapshots({})).DBSnapshots ?? [])
      .map(({ DBSnapshotIdentifier: name = '' }) => name)
      // RDS's own, of the night.
      .filter((name) => !name.startsWith('rds:'))
      .sort();
  const tables = async () =>
    ((await dynamoDb.listBackups({})).BackupSummaries ?? []).map(({ BackupName: name = '' }) => name).sort();

  it('backs up both, and says how it comes back', async () => {
    const { code, stdout, stderr } = await type('backup', 'staging');
    assert.deepEqual([code, stderr], [0, '']);
    const [made = ''] = await snapshots();
    assert.match(made, /^coalition-builder-nonproduction-backup-\d{8}-\d{6}$/);
    assert.deepEqual(await tables(), [made]);
    assert.match(stdout, /^backup of staging · us-east-1 · and of development\n/);
    assert.ok(stdout.includes(`npm run restore -- staging --snapshot ${made} brings it back.`), stdout);
  });

  it('deletes what it made itself beyond --keep, and nothing that somebody else made', async () => {
    const foreign = ['by-hand', 'coalition-builder-nonproduction-backup-20200101-000000'];
    for (const name of foreign) {
      await rds.createDBSnapshot({ DBInstanceIdentifier: instance, DBSnapshotIdentifier: name });
    }
    await dynamoDb.createBackup({
      TableName: 'coalition-builder-rate-limits-nonproduction',
      BackupName: 'by-hand',
    });
    const first = JSON.parse((await type('backup', 'staging', '--keep', '1', '--json')).stdout);
    assert.deepEqual(first.pruned, []);
    // Names end with the second.
    await setTimeout(1000);
    const second = JSON.parse((await type('backup', 'development', '--keep', '1', '--json')).stdout);
    assert.deepEqual(second.pruned, [first.database.snapshot, `${first.database.snapshot} (rate limits)`]);
    assert.deepEqual(await snapshots(), [...foreign, second.database.snapshot].sort());
    assert.deepEqual(await tables(), ['by-hand', second.rateLimits.backup]);
  });

  it('begins neither where one of the two cannot be backed up', async () => {
    await rds.stopDBInstance({ DBInstanceIdentifier: instance });
    const stopped = await type('backup', 'staging');
    assert.equal(stopped.code, 2);
    assert.match(stopped.stderr, /is stopped, not available\.\n {2}Start it first: npm run database -- start staging/);
    assert.deepEqual(await tables(), []);
    const { code, stderr } = await type('backup', 'production');
    assert.equal(code, 2);
    assert.match(stderr, /no database instance coalition-builder-production in us-east-1/);
    assert.match((await type('backup', 'staging', '--keep', '0')).stderr, /--keep is "0"; it takes 1 to 90/);
  });

  it('says what it cannot reach', async () => {
    const { code, stderr } = await project.run('backup', ['staging'], { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
    assert.equal(code, 1);
    assert.match(stderr, /RDS at http:\/\/127\.0\.0\.1:1 does not answer \(connection refused\)/);
    const nobody = await project.run('backup', ['staging'], {
      AWS_ENDPOINT_URL: moto.url,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    });
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /No AWS credentials could be loaded/);
  });

  it('stops a database when its tier is named, and says for whom; starts it again', async () => {
    const unconfirmed = await type('database', 'stop', 'development');
    assert.equal(unconfirmed.code, 4);
    assert.match(unconfirmed.stdout, /development and staging share this database: while it is stopped/);
    assert.match(unconfirmed.stdout, /starts it again by itself after seven days/);
    assert.match(unconfirmed.stderr, /--confirm nonproduction says it/);
    assert.match((await type('database', 'status', 'staging')).stdout, /nonproduction is available/);

    const stopped = await type('database', 'stop', 'development', '--confirm', 'nonproduction');
    assert.deepEqual([stopped.code, stopped.stderr], [0, '']);
    assert.match(stopped.stdout, /! coalition-builder-nonproduction is stopped\n/);
    assert.equal((await type('database', 'stop', 'staging')).code, 0);
    assert.equal(JSON.parse((await type('database', 'start', 'staging', '--json')).stdout).status, 'available');
    assert.equal((await type('database', 'start', 'staging')).code, 0);
  });

  /** Backups until the first is deleted; a database stopped, where it may be, and started. */
  async function asked(of: Environment): Promise<readonly Asked[]> {
    const session = { signal: new AbortController().signal, pauses: [10], say() {} };
    const seen: Asked[] = [];
    const watching = {
      rds: watched(await connectRds(connection()), 'rds', seen),
      dynamoDb: watched(await connectDynamoDb(connection()), 'dynamodb', seen),
    };
    for (const seconds of [1, 2])
      await backUp({
        session,
        ...watching,
        environment: of,
        keep: 1,
        now: new Date(Date.UTC(2030, 0, 1, 0, 0, seconds)),
      });
    await databaseState(watching.rds, of, session.signal);
    if (of.tier.name === 'production')
      // By somebody who may, or by RDS itself.
      await rds.stopDBInstance({ DBInstanceIdentifier: instanceIdentifier(of.tier) });
    else await stopDatabase(watching.rds, session, of);
    await startDatabase(watching.rds, session, of);
    for (const client of Object.values(watching)) client.destroy();
    return seen;
  }

  it('asks for what the role of a deploy may do to its own tier, and for nothing that it may do to another', async () => {
    await make(environment('production'));
    const roles = identitiesOf(platformOf(committed));
    const asks = new Map<string, readonly Asked[]>();
    for (const name of ['staging', 'production'] as const)
      asks.set(environment(name).tier.name, await asked(environment(name)));
    const refused = async (role: Identity, tier: string) => {
      const requests = (asks.get(tier) ?? []).filter(({ resource }) => resource !== '*');
      const decisions = await Promise.all(
        requests.map(async (request) => ((await decide(role, request)) === 'Allowed' ? [] : [request.action])),
      );
      return { asked: requests.map(({ action }) => action), refused: decisions.flat() };
    };
    for (const name of environmentNames) {
      const role = roles.find((each) => each.name === `coalition-builder-deploy-${name}`);
      assert.ok(role);
      const own = environment(name).tier.name;
      for (const { action, resource } of asks.get(own)?.filter(({ resource }) => resource === '*') ?? [])
        assert.equal(await decide(role, { action, resource }), 'Allowed', `${name} may not ${action}`);
      const home = await refused(role, own);
      assert.deepEqual(home.refused, []);
      for (const action of ['CreateDBSnapshot', 'AddTagsToResource', 'DeleteDBSnapshot', 'StartDBInstance'])
        assert.ok(home.asked.includes(`rds:${action}`), `${action} was not asked for: ${home.asked.join(', ')}`);
      const away = await refused(role, own === 'production' ? 'nonproduction' : 'production');
      assert.deepEqual(away.refused, away.asked);
      // And it may nothing that nobody was seen to ask for.
      const granted = role.policies
        .flatMap(({ document }) => document.Statement.flatMap(({ Action = [] }) => Action))
        .filter((action) => /^(rds|dynamodb):/.test(action));
      const used = new Set((asks.get(own) ?? []).map(({ action }) => action));
      assert.deepEqual(
        granted.filter((action) => !used.has(action)),
        [],
      );
    }
  });

  it("never stops production's", async () => {
    const { code, stderr } = await type('database', 'stop', 'production', '--confirm', 'production');
    assert.equal(code, 4);
    assert.match(stderr, /uses the database of the tier production, which is not stopped/);
  });
});
