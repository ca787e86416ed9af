/** What holds data keeps it; each way of losing it is found. And what AWS would refuse is found before it does. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import type { Platform } from '../platform/platform.ts';
import { templates } from '../templates.ts';
import { committed, type Draft, propertiesOf, set } from '../testing/committed.ts';
import { findings, rejects } from '../testing/proofs.ts';
import { dataSafety } from './data-safety.ts';
import { limits } from './limits.ts';
import { holds } from './proof.ts';
import { reproducibility } from './reproducibility.ts';

const database = 'tiers/production/database.yaml';
const table = 'tiers/production/rate-limits.yaml';
const storage = 'environments/production/storage.yaml';
const account = 'account/bootstrap.yaml';
const api = 'environments/production/api.yaml';

const policies = (id: string, change: object) => (template: Draft) => {
  Object.assign(template.Resources[id] ?? {}, change);
};

describe('proofs: data safety', () => {
  const protectedStacks = new Map([...committed.keys()].map((path) => [path, true]));
  const safe = (platform: Platform) => dataSafety(platform, protectedStacks);

  it('holds of every stack', async () => {
    assert.deepEqual(await findings(safe), []);
  });

  it('rejects production without termination protection', async () => {
    const all = await findings((platform) => dataSafety(platform, new Map([...protectedStacks, [database, false]])));
    assert.deepEqual(all, [`${database} is deployed without termination protection`]);
  });

  rejects(safe, [
    [
      'a database that goes with its stack',
      database,
      policies('Database', { DeletionPolicy: 'Delete' }),
      /Database is deleted with its stack: DeletionPolicy Delete/,
    ],
    [
      'a database that is replaced by an empty one',
      database,
      policies('Database', { UpdateReplacePolicy: undefined }),
      /Database is deleted when it is replaced: UpdateReplacePolicy is missing/,
    ],
    [
      'a bucket that goes with its stack',
      storage,
      policies('MediaBucket', { DeletionPolicy: undefined }),
      /MediaBucket is deleted with its stack/,
    ],
    [
      'a secret that is lost when it is replaced',
      storage,
      policies('SecretKey', { UpdateReplacePolicy: 'Delete' }),
      /SecretKey is deleted when it is replaced/,
    ],
    [
      'images that go with their stack',
      account,
      policies('LambdaRepository', { DeletionPolicy: 'Delete' }),
      /LambdaRepository is deleted/,
    ],
    [
      'a table that a change of its key would replace',
      table,
      (template) => set(template, 'Table', { TableName: undefined }),
      /Table has no TableName: a change of .* would put an empty one in its place/,
    ],
    [
      'a database that is named by CloudFormation',
      database,
      (template) => set(template, 'Database', { DBInstanceIdentifier: undefined }),
      /has no DBInstanceIdentifier/,
    ],
    [
      'a database that hangs on the name of its subnets',
      database,
      (template) => set(template, 'SubnetGroup', { DBSubnetGroupName: 'mine' }),
      /Database is replaced when SubnetGroup is, by its DBSubnetGroupName/,
    ],
    [
      'uploads that expire',
      storage,
      (template) => {
        const { LifecycleConfiguration } = propertiesOf<{ LifecycleConfiguration: { Rules: object[] } }>(
          template,
          'MediaBucket',
        );
        LifecycleConfiguration.Rules.push({ Id: 'tidy', Status: 'Enabled', Prefix: '', ExpirationInDays: 30 });
      },
      /MediaBucket deletes what is current: rule tidy/,
    ],
    [
      'uploads without old versions',
      storage,
      (template) => set(template, 'MediaBucket', { VersioningConfiguration: undefined }),
      /MediaBucket keeps no old versions/,
    ],
    [
      'backups of two days',
      database,
      (template) => set(template, 'Database', { BackupRetentionPeriod: 2 }),
      /keeps backups for less than 7 days/,
    ],
    [
      'backups that go with the database',
      database,
      (template) => set(template, 'Database', { DeleteAutomatedBackups: true }),
      /loses its backups/,
    ],
    [
      'a table that cannot be restored',
      table,
      (template) => set(template, 'Table', { PointInTimeRecoverySpecification: undefined }),
      /has no point-in-time recovery/,
    ],
    [
      'a database that may be deleted',
      database,
      (template) => set(template, 'Database', { DeletionProtection: false }),
      /Database does not say DeletionProtection: true/,
    ],
    [
      'a table that may be deleted',
      table,
      (template) => set(template, 'Table', { DeletionProtectionEnabled: undefined }),
      /Table does not say DeletionProtectionEnabled: true/,
    ],
    [
      'data of a kind that nobody thought of',
      storage,
      (template) => {
        template.Resources.Files = { Type: 'AWS::EFS::FileSystem', Properties: {} };
      },
      /Files holds data, and .* does not say how AWS::EFS::FileSystem keeps it/,
    ],
    [
      'a type of which nothing is known',
      storage,
      (template) => {
        template.Resources.Robot = { Type: 'AWS::RoboMaker::Robot', Properties: {} };
      },
      /Robot is an AWS::RoboMaker::Robot, which .*create-only\.json does not have/,
    ],
  ]);
});

describe('proofs: limits', () => {
  const bodies = templates();
  const within = (platform: Platform) => limits(platform, bodies);
  const variables = (template: Draft) =>
    propertiesOf<{ Environment: { Variables: Record<string, string> } }>(template, 'Function').Environment.Variables;

  it('hold of every stack', async () => {
    assert.deepEqual(await findings(within), []);
  });

  it('reject a template that cannot be sent', async () => {
    const long = new Map([...bodies, [api, `${bodies.get(api)}# ${'x'.repeat(51_200)}`]]);
    assert.match(
      (await findings((platform) => limits(platform, long))).join(),
      /api\.yaml has \d+ bytes; CloudFormation takes 51200/,
    );
  });

  rejects(within, [
    [
      'a policy that is too long',
      account,
      (template) => {
        const { PolicyDocument } = propertiesOf<{ PolicyDocument: { Statement: object[] } }>(template, 'DeployPolicy');
        PolicyDocument.Statement.push({
          Effect: 'Allow',
          Action: Array.from({ length: 400 }, (_, n) => `s3:Action${n}`),
          Resource: '*',
        });
      },
      /DeployPolicy has \d+ characters of policy; AWS takes 6144/,
    ],
    [
      'variables that are too long',
      api,
      (template) => Object.assign(variables(template), { CORS_ORIGINS: 'x'.repeat(4096) }),
      /bytes of variables; AWS takes 4096/,
    ],
    [
      'a variable that is empty',
      api,
      (template) => Object.assign(variables(template), { CORS_ORIGINS: '' }),
      /is told an empty CORS_ORIGINS/,
    ],
    [
      'a log that is kept for ever',
      api,
      (template) => set(template, 'AccessLogGroup', { RetentionInDays: undefined }),
      /AccessLogGroup keeps everything for ever/,
    ],
    [
      'a function whose log Lambda would make',
      api,
      (template) => set(template, 'Function', { LoggingConfig: { LogFormat: 'JSON' } }),
      /writes to a log group that Lambda makes/,
    ],
    [
      'a gateway that waits too long',
      api,
      (template) => {
        propertiesOf<{ Integration: { TimeoutInMillis: number } }>(
          template,
          'ProxyMethod',
        ).Integration.TimeoutInMillis = 60_000;
      },
      /ProxyMethod has 60000 milliseconds of waiting/,
    ],
    [
      'a function that is cut off before it can answer',
      api,
      (template) => set(template, 'Function', { Timeout: 3 }),
      /waits longer than the 3 seconds that its function has/,
    ],
    [
      'an API that lets everything through',
      api,
      (template) => set(template, 'Stage', { MethodSettings: [] }),
      /Stage lets through as much as comes/,
    ],
    [
      'an API that logs bodies',
      api,
      (template) => set(template, 'Stage', { MethodSettings: [{ ThrottlingRateLimit: 1, DataTraceEnabled: true }] }),
      /Stage logs bodies/,
    ],
    [
      'an API that logs the links of mails',
      api,
      (template) => set(template, 'Stage', { AccessLogSetting: { Format: '{"path":"$context.path"}' } }),
      /Stage logs paths/,
    ],
    [
      'a database that cannot grow',
      database,
      (template) => set(template, 'Database', { MaxAllocatedStorage: 21 }),
      /Database cannot grow/,
    ],
    [
      'a minor version',
      database,
      (template) => set(template, 'Database', { EngineVersion: '16.4' }),
      /pins a minor version/,
    ],
  ]);
});

describe('proofs: reproducibility', () => {
  it('holds, and rejects a byte that is another, a template that is missing, and a time of day', () => {
    const bodies = templates();
    assert.ok(holds(reproducibility(bodies, [templates(), templates()])));
    const edited = new Map([...bodies, [api, `${bodies.get(api)} `]]);
    assert.ok(!holds(reproducibility(edited, [bodies])));
    const { [api]: _, ...fewer } = Object.fromEntries(bodies);
    assert.ok(!holds(reproducibility(new Map(Object.entries(fewer)), [bodies])));
    const dated = new Map([[api, '# 2026-11-25T03:26:48Z']]);
    assert.ok(!holds(reproducibility(dated, [dated])));
  });

  it('holds in another folder, language, time zone and year', async () => {
    const url = new URL('../templates.ts', import.meta.url).href;
    const script = `Date.now = () => 0; Date = class extends Date { constructor(...a) { super(...(a.length ? a : [0])); } };
      const { templates } = await import(${JSON.stringify(url)});
      process.stdout.write(JSON.stringify([...templates()]));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: tmpdir(),
      env: { ...process.env, TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.deepEqual(new Map(JSON.parse(stdout)), templates());
  });
});
