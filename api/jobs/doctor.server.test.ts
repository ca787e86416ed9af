import assert from 'node:assert/strict';
import { simulatedAws } from '../../scripts/simulators/aws-for-a-request.ts';
import { faultyProxy } from '../../scripts/simulators/faulty-proxy.ts';
import { startLambda } from '../../scripts/simulators/lambda-runtime/simulator.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { lambdaBundle, secretArns } from '../../scripts/testing/lambda.ts';
import type { Diagnosis } from './doctor.ts';

describe('jobs: doctor, in the built bundle', () => {
  let database: FreshDatabase;
  before(async function () {
    this.timeout(60_000);
    database = await freshDatabase();
    await lambdaBundle();
  });
  after(() => database.close());

  async function diagnose(
    databaseSecret: string | undefined,
    variables: Record<string, string> = {},
    event: { readonly pending?: string; readonly databaseHost?: string; readonly pendingSecret?: string } = {},
  ): Promise<Diagnosis> {
    await using aws = await simulatedAws({ [secretArns.key]: 'a secret that is long enough for this' });
    if (databaseSecret) aws.secrets.set(secretArns.database, databaseSecret);
    const { pendingSecret, ...about } = event;
    if (pendingSecret) aws.secrets.set(`${secretArns.database} AWSPENDING`, pendingSecret);
    await using lambda = await startLambda({
      folder: (await lambdaBundle()).folder,
      handler: 'jobs.handler',
      variables: {
        AWS_ENDPOINT_URL: aws.url,
        DATABASE_SECRET_ARN: secretArns.database,
        SECRET_KEY_ARN: secretArns.key,
        RATE_LIMIT_TABLE: 'coalition-builder-rate-limits',
        ...variables,
      },
    });
    const { payload, error } = await lambda.invoke({ job: 'doctor', ...about });
    assert.equal(error, undefined, JSON.stringify(error));
    return JSON.parse(payload ?? '');
  }
  const named = ({ checks }: Diagnosis, name: string) => checks.find((check) => check.name === name);

  it('finds everything well, and says of each what it found and how long it took', async () => {
    const diagnosis = await diagnose(database.url);
    assert.equal(diagnosis.healthy, true, JSON.stringify(diagnosis.checks, null, 1));
    assert.match(named(diagnosis, 'database: PostGIS')?.found ?? '', /^PostgreSQL \d+\.\d+, POSTGIS="3/);
    assert.match(named(diagnosis, 'database: migrations')?.found ?? '', /^all \d+ are applied$/);
    assert.match(named(diagnosis, 'rate limits: DynamoDB')?.found ?? '', /counted to 1$/);
    assert.equal(named(diagnosis, 'geocoder')?.outcome, 'skipped');
    for (const { outcome, milliseconds } of diagnosis.checks) if (outcome === 'well') assert.ok(milliseconds > 0);
  });

  it('names the step that fails with a remedy, and does not guess at the ones after it', async () => {
    const [host, port] = [new URL(database.url ?? '').hostname, new URL(database.url ?? '').port];
    for (const [secret, step, found, remedy] of [
      [undefined, 'database: secret', /ResourceNotFoundException/, /Correct/],
      ['postgres://a@no-such-host.invalid:5432/x', 'database: DNS', /ENOTFOUND|EAI_AGAIN/, /has no address/],
      [`postgres://a@${host}:1/x`, 'database: TCP', /ECONNREFUSED/, /nothing listens/],
      [`postgres://a@${host}:${port}/x?sslmode=verify-full`, 'database: TLS', /speaks no TLS/, /ssl on/],
      [`postgres://nobody_here@${host}:${port}/postgres`, 'database: PostGIS', /does not exist/, /db-bootstrap/],
    ] as const) {
      const diagnosis = await diagnose(secret);
      const ill = diagnosis.checks.filter(({ outcome }) => outcome === 'ill');
      assert.deepEqual(
        ill.map(({ name }) => name),
        [step],
      );
      assert.match(ill[0]?.found ?? '', found);
      assert.match(ill[0]?.remedy ?? '', remedy);
      assert.equal(diagnosis.healthy, false);
      assert.equal(named(diagnosis, 'database: migrations')?.outcome, 'skipped');
    }
  }).timeout(60_000);

  it('waits for nothing longer than a few seconds', async () => {
    await using proxy = await faultyProxy(database.url ?? '');
    const through = new URL(database.url ?? '');
    through.port = String(proxy.port);
    proxy.hang();
    const diagnosis = await diagnose(through.href);
    const postgis = named(diagnosis, 'database: PostGIS');
    assert.equal(postgis?.outcome, 'ill');
    assert.ok((postgis?.milliseconds ?? 0) < 10_000);
    assert.equal(named(diagnosis, 'signing key')?.outcome, 'well');
  }).timeout(60_000);

  it('finds a migration that is missing', async () => {
    const { rows } = await database.pool.query(
      `delete from migration where name = (select max(name) from migration) returning name, checksum, applied_at`,
    );
    const diagnosis = await diagnose(database.url);
    assert.match(named(diagnosis, 'database: migrations')?.found ?? '', /^1 are missing, from /);
    await database.pool.query('insert into migration values ($1, $2, $3)', [
      rows[0].name,
      rows[0].checksum,
      rows[0].applied_at,
    ]);
  });

  it('looks at the next version of a secret, and at nothing else', async () => {
    const good = await diagnose(
      'postgres://a@no-such-host.invalid:5432/x',
      {},
      {
        pending: 'database',
        pendingSecret: database.url ?? '',
      },
    );
    assert.equal(good.healthy, true, JSON.stringify(good.checks));
    assert.ok(good.checks.every(({ name }) => name.startsWith('database: ')));
    const refused = new URL(database.url ?? '');
    refused.username = 'nobody_here';
    const bad = await diagnose(database.url, {}, { pending: 'database', pendingSecret: refused.href });
    assert.match(named(bad, 'database: PostGIS')?.found ?? '', /nobody_here/);
    assert.equal(bad.healthy, false);
    const key = await diagnose(database.url, {}, { pending: 'secret-key' });
    assert.deepEqual(
      key.checks.map(({ name, outcome }) => [name, outcome]),
      [['signing key', 'ill']],
    );
  }).timeout(30_000);

  it('logs in to a database beside its own, and shows the login to no stranger', async () => {
    const own = new URL(database.url ?? '');
    own.hostname = 'own.0.0.1';
    const stranger = await diagnose(own.href, {}, { databaseHost: 'db.attacker.example' });
    assert.match(named(stranger, 'database: secret')?.found ?? '', /db\.attacker\.example is no neighbour of own/);
    assert.equal(named(stranger, 'database: DNS')?.outcome, 'skipped');
    own.hostname = 'coalition.localhost';
    const beside = await diagnose(own.href, {}, { databaseHost: 'restored.localhost' });
    assert.match(named(beside, 'database: secret')?.found ?? '', /on restored\.localhost:/);
  }).timeout(30_000);
});
