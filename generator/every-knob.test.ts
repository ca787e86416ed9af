/** Every value that environments/ may say, turned once, and looked for where it arrives. */
import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { definition } from '../environments/definition.ts';
import { assembled } from '../environments/testing/written.ts';
import { compile, compileAccount, placeholderRelease } from './compile.ts';

/** A value by its path, what it is set to, and the line of the template in which that has to be found. */
type Knob = readonly [path: string, value: unknown, stack: string, line: RegExp];

const ofTier: readonly Knob[] = [
  ['deletionProtection', false, 'database', /DeletionProtection: false\n/],
  ['network.cidr', '10.64.0.0/16', 'network', /CidrBlock: 10\.64\.32\.0\/24\n/],
  ['network.egress', 'nat', 'network', /AWS::EC2::NatGateway\n/],
  ['database.instanceClass', 'db.t4g.medium', 'database', /DBInstanceClass: db\.t4g\.medium\n/],
  ['database.allocatedStorageGB', 40, 'database', /AllocatedStorage: '40'\n/],
  ['database.maxAllocatedStorageGB', 200, 'database', /MaxAllocatedStorage: 200\n/],
  ['database.multiAZ', true, 'database', /MultiAZ: true\n/],
  ['database.backupRetentionDays', 14, 'database', /BackupRetentionPeriod: 14\n/],
  ['database.backupWindow', '04:00-05:00', 'database', /PreferredBackupWindow: 04:00-05:00\n/],
  ['database.maintenanceWindow', 'tue:06:00-tue:07:00', 'database', /MaintenanceWindow: tue:06:00-tue:07:00\n/],
  ['database.maxConnections', 85, 'database', /max_connections: '85'\n/],
  ['database.queryLogging.slowerThanMs', 250, 'database', /log_min_duration_statement: '250'\n/],
  ['database.stopHours.start', '06:15', 'database', /cron\(15 6 \? \* MON-FRI \*\)/],
  ['database.stopHours.stop', '21:45', 'database', /cron\(45 21 \? \* \* \*\)/],
  ['database.stopHours.timeZone', 'America/Chicago', 'database', /Timezone: America\/Chicago\n/],
  ['database.backupCopies.region', 'us-west-2', 'database', /ReplicationRegion: us-west-2\n/],
  ['database.backupCopies.kmsKeyArn', 'arn:aws:kms:us-west-2:111122223333:key/5678', 'database', /:key\/5678\n/],
  ['database.backupCopies.retentionDays', 21, 'database', /ReplicationRetentionPeriod: 21\n/],
  ['outbound.geocoder', 'amazon-location', 'api', /GEOCODER: amazon-location\n/],
  ['outbound.spamCheck', 'akismet', 'api', /AKISMET_KEY_ARN: /],
  ['outbound.webhooks', 'any', 'jobs', /OUTBOUND_HOSTS: '\*'\n/],
  ['outbound.smtp.host', 'smtp.example.net', 'api', /SMTP_HOST: smtp\.example\.net\n/],
  ['rateLimits.maxReadRequestUnits', 77, 'rate-limits', /MaxReadRequestUnits: 77\n/],
  ['rateLimits.maxWriteRequestUnits', 78, 'rate-limits', /MaxWriteRequestUnits: 78\n/],
  ['media.oldVersionsDays', 11, 'storage', /NoncurrentDays: 11\n/],
  ['logs.retentionDays', 30, 'api', /RetentionInDays: 30\n/],
];

const ofEnvironment: readonly Knob[] = [
  ['tier', 'production', 'api', /boundary-production\n/],
  ['siteUrl', 'https://other.example.org', 'api', /CORS_ORIGINS: https:\/\/other\.example\.org\n/],
  ['lambda.memoryMB', 1769, 'api', /MemorySize: 1769\n/],
  ['lambda.timeoutSeconds', 15, 'api', /Timeout: 15\n/],
  ['lambda.keepWarmMinutes', 1, 'api', /ScheduleExpression: rate\(1 minute\)\n/],
  ['lambda.provisionedConcurrency', 3, 'api', /ProvisionedConcurrentExecutions: 3\n/],
  ['lambda.reservedConcurrency', 33, 'api', /ReservedConcurrentExecutions: 33\n/],
  ['lambda.logLevel', 'ERROR', 'api', /ApplicationLogLevel: ERROR\n/],
  ['api.throttle.ratePerSecond', 61, 'api', /ThrottlingRateLimit: 61\n/],
  ['api.throttle.burst', 62, 'api', /ThrottlingBurstLimit: 62\n/],
  ['api.corsOrigins', ['https://a.example'], 'storage', /AllowedOrigins:\n.*\n +- https:\/\/a\.example\n/],
  ['api.trustedProxyHops', 2, 'api', /TRUSTED_PROXY_HOPS: '2'\n/],
  ['api.domain.name', 'api.example.net', 'api', /DomainName: api\.example\.net\n/],
  ['api.domain.certificateArn', certificate('2222'), 'api', /RegionalCertificateArn: .*\/2222\n/],
  ['api.domain.hostedZoneId', 'ZAPI12345', 'api', /HostedZoneId: ZAPI12345\n/],
  ['cdn.domain.name', 'www.example.net', 'cdn', /- www\.example\.net\n/],
  ['cdn.domain.certificateArn', certificate('3333'), 'cdn', /AcmCertificateArn: .*\/3333\n/],
  ['cdn.domain.hostedZoneId', 'ZCDN12345', 'cdn', /HostedZoneId: ZCDN12345\n/],
  ['mail.from', 'us@example.net', 'api', /MAIL_FROM: us@example\.net\n/],
  ['mail.reviewers', ['me@example.net'], 'api', /REVIEWERS: me@example\.net\n/],
  ['tracing', true, 'api', /Mode: Active\n/],
  ['monitoring.alarms', 'all', 'monitoring', /AlarmName: api-latency-staging\n/],
  ['monitoring.email', 'web@example.net', 'monitoring', /Endpoint: web@example\.net\n/],
  ['monitoring.budgetUSD', 55, 'monitoring', /Amount: 55\n/],
];

const ofAccount: readonly Knob[] = [
  ['region', 'us-west-2', 'monitoring', /"region":"us-west-2"/],
  ['github.owner', 'another-owner', 'bootstrap', /repo:another-owner\/coalition-builder:/],
  ['github.repository', 'another-site', 'bootstrap', /\/another-site:environment:staging\n/],
  ['github.ownerId', '1234', 'bootstrap', /@1234\//],
  ['github.repositoryId', '5678', 'bootstrap', /@5678:/],
  ['releases.imagesKept', 90, 'bootstrap', /"countNumber":90/],
];

/** What is no line of a template, and where a test turns it instead. */
const elsewhere: Readonly<Record<string, string>> = {
  'account.id': 'scripts/deploy refuses another account',
  'account.releases.versionsKept': 'scripts/deploy keeps that many; fewer images are refused (environments.test.ts)',
  'account.allowedChanges': 'scripts/plan judges by them (plan.test.ts)',
  'account.ignoredDrift': 'scripts/deploy/drift leaves it out (drift.test.ts)',
  'tier.network.vpc': 'knobs.test.ts, with database.mode',
  'tier.database.mode': 'knobs.test.ts: mode external',
  'tier.database.readReplica': 'refused (environments.test.ts)',
  'tier.database.importerConnections': 'counted (environments.test.ts); the importer opens as many as it needs',
  'tier.database.queryLogging.until': 'npm run check finds what is over (scripts/check)',
  'tier.outbound.smtp.addresses': 'decides what is refused (environments.test.ts, knobs.test.ts)',
  'environment.database.connections': 'counted (environments.test.ts)',
};

/** What has to be said along, so that the value alone is what a test is about. */
const along: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'database.queryLogging.slowerThanMs': { 'database.queryLogging.until': '2030-01-31' },
  'outbound.smtp.host': { 'outbound.smtp.addresses': 'dual-stack' },
  'mail.reviewers': { 'mail.from': 'no-reply@example.org' },
  ...Object.fromEntries(
    ['start', 'stop', 'timeZone'].map((key) => [
      `database.stopHours.${key}`,
      { 'database.stopHours': { start: '07:30', stop: '19:00', timeZone: 'America/New_York' } },
    ]),
  ),
  ...Object.fromEntries(
    ['region', 'kmsKeyArn', 'retentionDays'].map((key) => [
      `database.backupCopies.${key}`,
      {
        'database.backupCopies': {
          region: 'us-west-2',
          kmsKeyArn: 'arn:aws:kms:us-west-2:111122223333:key/1234',
          retentionDays: 7,
        },
      },
    ]),
  ),
  ...Object.fromEntries(
    ['api', 'cdn'].flatMap((front) =>
      ['name', 'certificateArn', 'hostedZoneId'].map((key) => [
        `${front}.domain.${key}`,
        { [`${front}.domain`]: { name: `${front}.example.org`, certificateArn: certificate('1111') } },
      ]),
    ),
  ),
  'monitoring.budgetUSD': { '/environments.production.monitoring.budgetUSD': undefined },
  tier: { '/environments.production.database.connections': 60 },
};

describe('generator: every knob', () => {
  const groups = [
    ['account', 'account', ofAccount],
    ['tier', 'tiers.nonproduction', ofTier],
    ['environment', 'environments.staging', ofEnvironment],
  ] as const;

  for (const [, prefix, knobs] of groups) {
    for (const [path, value, stack, line] of knobs) {
      it(`${prefix}.${path} = ${JSON.stringify(value)} reaches ${stack}`, () => {
        const before = bodyOf(stack, {});
        const others = Object.entries(along[path] ?? {}).map(([key, other]) => [
          key.startsWith('/') ? key.slice(1) : `${prefix}.${key}`,
          other,
        ]);
        const after = bodyOf(stack, { ...Object.fromEntries(others), [`${prefix}.${path}`]: value });
        assert.match(after, line);
        assert.doesNotMatch(before, line, 'it says so by itself');
      });
    }
  }

  it('are all of them: whatever environments/ may say is turned above, or by the test that is named', () => {
    const schema = z.toJSONSchema(definition, { io: 'input' }) as Schema;
    const said = leaves(schema).map((path) =>
      path.replace(/^tiers\.\w+\./, 'tier.').replace(/^environments\.\w+\./, 'environment.'),
    );
    const turned = groups.flatMap(([name, , knobs]) => knobs.map(([path]) => `${name}.${path}`));
    assert.deepEqual([...new Set(said)].sort(), [...turned, ...Object.keys(elsewhere)].sort());
  });
});

function bodyOf(stack: string, values: Readonly<Record<string, unknown>>): string {
  const all = assembled(values);
  const compiled = stack === 'bootstrap' ? compileAccount(all) : compile(all.staging, placeholderRelease);
  const found = compiled.find((candidate) => candidate.stack === stack);
  assert.ok(found);
  return found.body;
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The paths of all values; a list is one. */
function leaves({ properties }: Schema, path = ''): readonly string[] {
  if (!properties) return [path];
  return Object.entries(properties).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
}

function certificate(id: string): string {
  return `arn:aws:acm:us-east-1:111122223333:certificate/${id}`;
}
