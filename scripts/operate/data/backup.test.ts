import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { connectDynamoDb, type DynamoDB } from '../../aws/dynamodb.ts';
import { connectRds, type RDS } from '../../aws/rds.ts';
import { copyOfProject, type Ended, type Project } from '../../deploy/fixture.ts';
import { find, type Moto, startMoto } from '../../testing/moto.ts';

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
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    rds = await connectRds({ region: 'us-east-1', endpoint: moto.url, credentials });
    dynamoDb = await connectDynamoDb({ region: 'us-east-1', endpoint: moto.url, credentials });
  });
  after(async () => {
    for (const client of [rds, dynamoDb]) client?.destroy();
    project?.[Symbol.dispose]();
    await moto?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    await rds.createDBInstance({
      DBInstanceIdentifier: instance,
      DBInstanceClass: 'db.t3.micro',
      Engine: 'postgres',
      AllocatedStorage: 20,
      MasterUsername: 'postgres',
      MasterUserPassword: 'not-a-secret-1',
    });
    await dynamoDb.createTable({
      TableName: 'coalition-builder-rate-limits-nonproduction',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
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

  it("never stops production's", async () => {
    const { code, stderr } = await type('database', 'stop', 'production', '--confirm', 'production');
    assert.equal(code, 4);
    assert.match(stderr, /uses the database of the tier production, which is not stopped/);
  });
});
