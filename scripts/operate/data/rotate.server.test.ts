import assert from 'node:assert/strict';
import { openServer } from '../../../api/database/database.ts';
import { bootstrap } from '../../../api/jobs/bootstrap-database.ts';
import { environments } from '../../../environments/index.ts';
import { compile, compileAccount, placeholderRelease } from '../../../generator/compile.ts';
import { connectLambda, type Lambda } from '../../aws/lambda.ts';
import { connectSecretsManager, type SecretsManager } from '../../aws/secrets-manager.ts';
import { deployEnvironment } from '../../deploy/deploy-environment.ts';
import { deploymentsBucket } from '../../deploy/deployments-bucket.ts';
import { copyOfProject, type Ended, type Project, simulatedAccount } from '../../deploy/fixture.ts';
import { releases } from '../../deploy/release-record.ts';
import { openSession } from '../../deploy/session.ts';
import { find, type Moto, startMoto } from '../../testing/moto.ts';
import { findPostgres, startThrowawayServer } from '../../testing/throwaway-server.ts';

type Account = Awaited<ReturnType<typeof simulatedAccount>>;

describe('rotate-secret: a real PostgreSQL, functions on a simulator, secrets emulated by moto', function () {
  this.timeout(60_000);
  const { signal } = new AbortController();
  const SecretId = 'coalition-builder-staging-database';
  const master = { username: 'postgres', password: 'of-the-master' };
  let moto: Moto;
  let account: Account;
  let project: Project;
  let secrets: SecretsManager;
  let lambda: Lambda;
  let server: URL;
  /** Which version of the function does not answer, and whether the job finds the login wrong. */
  let silent: string | undefined;
  let denies = false;

  before(async function () {
    const command = find('moto_server');
    const postgres = findPostgres();
    // .ci/run installs both.
    if (!command || !postgres) return this.skip();
    moto = await startMoto(command);
    server = new URL((await startThrowawayServer(postgres, master.password)).url);
    account = await simulatedAccount({
      invoking: ({ event }) => job(String(event.job), event.pending !== undefined),
      serving: ({ version }) =>
        version === silent ? { status: 502, body: '{}' } : { status: 200, body: '{"status":"healthy"}' },
    });
    project = copyOfProject();
    const { credentials } = account.connection;
    secrets = await connectSecretsManager({ region: 'us-east-1', endpoint: moto.url, credentials });
    lambda = await connectLambda(account.connection);
    const login = {
      host: server.hostname,
      port: server.port,
      dbname: 'coalition_staging',
      username: 'coalition_staging',
    };
    await secrets.createSecret({
      Name: SecretId,
      SecretString: JSON.stringify({ ...login, password: 'the-first-one' }),
      Tags: [{ Key: 'Environment', Value: 'staging' }],
    });
    const session = await openSession(account.connection, signal, () => {});
    const { staging } = environments;
    for (const [name, stacks] of [
      ['account', compileAccount(environments)],
      ['staging', compile(staging, placeholderRelease)],
    ] as const)
      await deployEnvironment(session, { name, environment: staging, stacks });
    session.close();
  });
  after(async () => {
    for (const client of [secrets, lambda]) client?.destroy();
    project?.[Symbol.dispose]();
    await account?.[Symbol.asyncDispose]();
    await moto?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    silent = undefined;
    denies = false;
  });

  const secretValue = async (VersionStage: string) =>
    (await secrets.getSecretValue({ SecretId, VersionStage })).SecretString ?? '';

  /** What the function does, with the same code, on the secret's version that it is asked for. */
  async function job(name: string, pending: boolean): Promise<unknown> {
    const { host, port, dbname, username, password } = JSON.parse(
      await secretValue(pending ? 'AWSPENDING' : 'AWSCURRENT'),
    );
    const own = new URL(`postgres://${username}:${password}@${host}:${port}/${dbname}`);
    if (name === 'db-bootstrap') return bootstrap('staging', own, master);
    if (name === 'migrate') return { applied: [] };
    const found = denies ? 'denied, for a test' : await loginFault(own);
    return {
      checks: [{ name: 'database: PostGIS', outcome: found ? 'ill' : 'well', found: found ?? 'it opens', remedy: 'x' }],
    };
  }
  async function loginFault(url: URL): Promise<string | undefined> {
    return openServer(url.href, { connections: 1 }).then(
      (database) => database.close().then(() => undefined),
      (error: Error) => error.message,
    );
  }
  const opens = (password: string) =>
    loginFault(new URL(`postgres://coalition_staging:${password}@${server.host}/coalition_staging`));
  const type = (...args: string[]): Promise<Ended> =>
    project.run('rotate-secret', args, { ...account.variables, AWS_ENDPOINT_URL_SECRETS_MANAGER: moto.url });
  const passwordOf = async (stage: string) => JSON.parse(await secretValue(stage)).password as string;
  const liveVersion = async () =>
    (await lambda.getAlias({ FunctionName: 'coalition-staging', Name: 'live' })).FunctionVersion;
  const recorded = async () => {
    const session = await openSession(account.connection, signal, () => {});
    const bucket = await deploymentsBucket(session);
    const { value: newest } = await releases(session, bucket ?? '', 'staging').next();
    session.close();
    return newest?.functionVersion;
  };
  const stages = async () =>
    Object.values((await secrets.describeSecret({ SecretId })).VersionIdsToStages ?? {})
      .flat()
      .sort();

  it('changes the password in the secret and in PostgreSQL, and lets new instances begin', async () => {
    const before = await passwordOf('AWSCURRENT');
    const { code, stdout, stderr } = await type('staging', 'database');
    assert.deepEqual([code, stderr], [0, '']);
    const after = await passwordOf('AWSCURRENT');
    assert.match(after, /^[A-Za-z0-9]{40}$/);
    assert.equal(await opens(after), undefined);
    assert.match((await opens(before)) ?? '', /password authentication failed/);
    assert.deepEqual(await stages(), ['AWSCURRENT', 'AWSPREVIOUS']);
    assert.equal(await liveVersion(), '2');
    assert.equal(await recorded(), '2', 'the last release is not the one that is live');
    for (const secret of [before, after]) assert.ok(!stdout.includes(secret));
    assert.match(stdout, /✓ database: PostGIS {2}it opens\n {2}✓ it is the present version\n/);
    const { Description } = await lambda.getFunctionConfiguration({ FunctionName: 'coalition-staging' });
    assert.equal(Description, '', 'the function is not as its template says');
  });

  it('leaves everything as it was where the login does not work', async () => {
    const [before, live] = [await passwordOf('AWSCURRENT'), await liveVersion()];
    denies = true;
    const { code, stderr } = await type('staging', 'database');
    assert.equal(code, 6);
    assert.match(stderr, /was not changed: The new value was tried and does not work: database: PostGIS: denied/);
    assert.equal(await passwordOf('AWSCURRENT'), before);
    assert.equal(await opens(before), undefined, 'the old password does not open the database any more');
    assert.ok(!(await stages()).includes('AWSPENDING'));
    assert.equal(await liveVersion(), live);
  });

  it('takes everything back where the API does not answer with it', async () => {
    const [before, live] = [await passwordOf('AWSCURRENT'), await liveVersion()];
    silent = String(Number(live) + 1);
    const { code, stdout, stderr } = await type('staging', 'database');
    assert.equal(code, 6);
    assert.match(stderr, /was not changed: .*\/api\/health\/ready\/ answers 502/);
    assert.match(stdout, /coalition-builder-staging-database is as it was\.\n/);
    assert.equal(await passwordOf('AWSCURRENT'), before);
    assert.equal(await opens(before), undefined);
    assert.equal(await liveVersion(), live);
  });

  it('changes where the database is, with the same password', async () => {
    const before = await passwordOf('AWSCURRENT');
    const away = await type('staging', 'database', '--host', 'nowhere.invalid');
    assert.equal(away.code, 6);
    assert.match(away.stderr, /database: PostGIS: The database .*nowhere\.invalid.* does not answer/);
    const { code, stderr } = await type('staging', 'database', '--host', 'localhost');
    assert.deepEqual([code, stderr], [0, '']);
    const { host, password } = JSON.parse(await secretValue('AWSCURRENT'));
    assert.deepEqual([host, password], ['localhost', before]);
  });

  it('asks before it ends every session, and says of other secrets what is wrong with them', async () => {
    const unconfirmed = await type('staging', 'secret-key');
    assert.equal(unconfirmed.code, 4);
    assert.match(unconfirmed.stdout, /! Every session ends, and every link that was mailed/);
    const missing = await type('staging', 'secret-key', '--confirm', 'staging');
    assert.equal(missing.code, 2);
    assert.match(
      missing.stderr,
      /no secret coalition-builder-staging-secret-key in us-east-1\.\n {2}Its stack makes it: npm run deploy -- staging --stack storage/,
    );
    await secrets.createSecret({
      Name: 'coalition-builder-staging-secret-key',
      SecretString: 'x'.repeat(64),
      Tags: [{ Key: 'Environment', Value: 'production' }],
    });
    const foreign = await type('staging', 'secret-key', '--confirm', 'staging');
    assert.equal(foreign.code, 2);
    assert.match(foreign.stderr, /is tagged Environment=production, not staging/);
    const never = await type('development', 'database');
    assert.equal(never.code, 2);
    assert.match(never.stderr, /coalition-development is not deployed, so nobody uses the secret yet/);
    assert.match((await type('staging', 'smtp', '--host', 'x')).stderr, /--host is for the database alone/);
    assert.match((await type('staging', 'master')).stderr, /secret is "master"; it takes one of database/);
  });

  it('brings no version back that was taken back', async () => {
    const live = await liveVersion();
    account.tamper('coalition-builder-staging-api', 'Function', { MemorySize: 1234 });
    const { code, stderr } = await type('staging', 'database');
    assert.equal(code, 4);
    assert.match(stderr, /is live, and it is not what was deployed last/);
    assert.equal(await liveVersion(), live);
    account.tamper('coalition-builder-staging-api', 'Function', { MemorySize: environments.staging.lambda.memoryMB });
  });
});
