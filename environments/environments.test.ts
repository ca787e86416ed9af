import assert from 'node:assert/strict';
import { contains, overlap, parseCidr, subnet24 } from './cidr.ts';
import type { EnvironmentDefinition, EnvironmentName, TierDefinition } from './definition.ts';
import { development } from './development.ts';
import { assemble, DefinitionError, environment, environments } from './index.ts';
import { production } from './production.ts';
import { changed, faults } from './testing/written.ts';
import { nonproduction } from './tiers/nonproduction.ts';
import { isDailyWindow, isWeeklyWindow, windowsMeet } from './window.ts';

const officeHours = { start: '07:30', stop: '19:00', timeZone: 'America/New_York' };

function copies(region: string) {
  const kmsKeyArn = 'arn:aws:kms:us-west-2:111122223333:key/1234-abcd';
  return { region, kmsKeyArn, retentionDays: 7 };
}

function certified(region: string) {
  return { name: 'www.example.org', certificateArn: `arn:aws:acm:${region}:111122223333:certificate/1234-abcd` };
}

describe('environments: what is written', () => {
  it('is joined: an environment knows its tier, a tier knows its environments', () => {
    assert.equal(environments.staging.tier, environments.development.tier);
    assert.deepEqual(environments.development.tier.environments, ['development', 'staging']);
    assert.deepEqual(environments.production.tier.environments, ['production']);
    assert.equal(environment('production'), environments.production);
  });

  it('may leave out what has a default', () => {
    const { lambda, api, cdn, tracing, monitoring, tier } = environments.staging;
    const { outbound } = tier;
    assert.deepEqual(
      { lambda, api, cdn, outbound, tracing, monitoring },
      {
        lambda: { memoryMB: 512, timeoutSeconds: 30, keepWarmMinutes: 10, logLevel: 'INFO' },
        api: { throttle: { ratePerSecond: 40, burst: 75 }, corsOrigins: [], trustedProxyHops: 1 },
        cdn: {},
        outbound: { geocoder: 'none', spamCheck: 'none', webhooks: 'dual-stack' },
        tracing: false,
        monitoring: { alarms: 'essential' },
      },
    );
  });

  it('cannot be changed by who reads it', () => {
    assert.throws(() => Object.assign(environments.production.tier.database, { multiAZ: true }), TypeError);
    assert.throws(() => Object.assign(environments.staging.tier.outbound, { geocoder: 'census' }), TypeError);
  });

  it('does not compile with an environment or a key missing, unknown or of the wrong type', () => {
    // @ts-expect-error: staging is missing
    const some: Record<EnvironmentName, EnvironmentDefinition> = { development, production };
    // @ts-expect-error: a key is missing
    const missing: EnvironmentDefinition = { tier: 'production' };
    // @ts-expect-error: an unknown key
    const unknown: EnvironmentDefinition = { ...development, memory: 512 };
    // @ts-expect-error: a wrong type, one level down
    const wrong: TierDefinition = { ...nonproduction, logs: { retentionDays: '7' } };
    const { database } = nonproduction;
    // @ts-expect-error: an instance class that is not among the known
    const typo: TierDefinition['database'] = { ...database, instanceClass: 'db.t3.smal' };
    assert.ok(some && missing && unknown && wrong && typo);
  });

  it('names the known environments when another is asked for', () => {
    assert.throws(
      () => environment('prod'),
      (error: DefinitionError) =>
        error.exitCode === 2 &&
        error.message === 'There is no environment "prod".' &&
        error.remedy === 'Known are development, staging, production.',
    );
  });
});

describe('environments: what is refused', () => {
  it('is named with file, key, what was found, what is allowed and what to do', () => {
    const [fault, ...others] = faults({ 'tiers.production.database.backupRetentionDays': 0 });
    assert.deepEqual(others, []);
    assert.deepEqual(fault, {
      file: 'environments/tiers/production.ts',
      key: 'database.backupRetentionDays',
      found: '0',
      allowed: 'a whole number from 1 to 35',
      remedy: 'Change it: how far back a point-in-time restore reaches; 0 would switch backups off.',
    });
  });

  it('is all of it at once, rules over several values included', () => {
    const found = faults({
      'account.region': 'nowhere',
      'account.id': '12',
      'tiers.production.deletionProtection': false,
      'tiers.production.network.cidr': '10.20.128.0/17',
      'tiers.production.network.egress': 'ipv7',
      'tiers.production.database.backupWindow': '08:00-09:00',
      'tiers.production.database.instanceClas': 'db.t3.micro',
      'tiers.production.database.allocatedStorageGB': '20',
      'tiers.nonproduction.database.maxConnections': 120,
      'tiers.nonproduction.logs': undefined,
      'environments.staging.database.connections': 0.5,
    }).map(({ file, key }) => `${file.replace('environments/', '')} ${key}`);
    assert.deepEqual(found.sort(), [
      'account.ts id',
      'account.ts region',
      'staging.ts database.connections',
      'tiers/nonproduction.ts database.maxConnections',
      'tiers/nonproduction.ts logs',
      'tiers/production.ts database.allocatedStorageGB',
      'tiers/production.ts database.instanceClas',
      'tiers/production.ts database.maintenanceWindow',
      'tiers/production.ts deletionProtection',
      'tiers/production.ts network.cidr',
      'tiers/production.ts network.egress',
    ]);
  });

  it('reads as sentences', () => {
    const read = changed({
      'tiers.production.database.instanceClas': 'db.t3.small',
      'environments.production.database': undefined,
    });
    assert.throws(
      () => assemble(read),
      (error: DefinitionError) => {
        assert.equal(
          error.message,
          `2 values in environments/ are refused:
  environments/tiers/production.ts: database.instanceClas is an unknown key ("db.t3.small"); allowed: the keys mode, instanceClass, allocatedStorageGB, maxAllocatedStorageGB, multiAZ, backupRetentionDays, backupWindow, backupCopies, maintenanceWindow, maxConnections, importerConnections, queryLogging, readReplica, stopHours.
    Correct its spelling, or remove it.
  environments/production.ts: database is missing; allowed: an object.
    Add it.`,
        );
        return error.exitCode === 2;
      },
    );
  });

  for (const [path, value, allowed] of [
    ['tiers.nonproduction.network.cidr', '10.20.1.0/16', /private IPv4 range from \/16 to \/18/],
    ['tiers.nonproduction.network.cidr', '8.8.0.0/16', /private IPv4 range/],
    ['tiers.nonproduction.network.cidr', '10.20.0.0/24', /private IPv4 range/],
    ['tiers.nonproduction.network.cidr', '10.30.0.0/16', /does not overlap the one in tiers\/nonproduction\.ts/],
    ['tiers.nonproduction.database.backupWindow', '7:00-8:00', /daily window of at least 30 minutes/],
    ['tiers.nonproduction.database.backupWindow', '07:00-07:29', /at least 30 minutes/],
    ['tiers.nonproduction.database.maintenanceWindow', 'sun:07:30-sun:08:30', /does not meet backupWindow/],
    ['tiers.nonproduction.database.maxAllocatedStorageGB', 22.5, /a whole number/],
    ['tiers.production.database.maxConnections', 130, /at least 135: .* promised 108/],
    ['tiers.production.database.instanceClass', 'db.t3.micro', /memory of instanceClass carries .*db\.t3\.micro 112/],
    ['tiers.production.logs.retentionDays', 8, /one of 1, 3, 5, 7/],
    ['environments.staging.tier', 'staging', /one of "nonproduction", "production"/],
    ['tiers.production.network.vpc', false, /true; the RDS instance has no public address/],
    ['tiers.production.database.mode', 'external', /false; with database\.mode "external" there is no network stack/],
    ['tiers.production.database.readReplica', true, /makes no replica of an instance whose master password it keeps/],
    ['tiers.production.database.queryLogging', { slowerThanMs: 500 }, /a day like "2030-01-31"/],
    ['tiers.production.database.stopHours', officeHours, /production has no closing time/],
    ['tiers.nonproduction.database.stopHours', { ...officeHours, stop: '07:30' }, /another time than start/],
    ['tiers.production.database.backupCopies', copies('eu-west-1'), /a key of the region that the copies go to/],
    [
      'tiers.production.database.backupCopies',
      { ...copies('us-east-1'), kmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/1234-abcd' },
      /another region than us-east-1, where the backups themselves are/,
    ],
    ['tiers.nonproduction.database.stopHours', { ...officeHours, timeZone: 'America/New_Yrok' }, /the IANA database/],
    ['tiers.production.outbound.smtp', { host: 'smtp.example.org', addresses: 'ipv4' }, /"nat" would/],
    ['environments.production.cdn.domain', certified('us-west-2'), /in us-east-1, the only region whose certificates/],
    ['environments.production.api.domain', certified('us-west-2'), /certificate in us-east-1, where the API is/],
    ['environments.production.siteUrl', 'https://www.example.org/', /no path, no slash at the end/],
    ['environments.production.siteUrl', '', /an origin like/],
    ['environments.production.api.corsOrigins', ['*'], /an origin like/],
    ['environments.production.lambda.timeoutSeconds', 31, /a whole number from 3 to 30/],
    ['environments.production.monitoring.email', 'nobody', /an e-mail address/],
    ['environments.production.mail', { from: 'nobody' }, /an e-mail address/],
    ['account.releases', { versionsKept: 20, imagesKept: 50 }, /at least 60: each of three environments keeps 20/],
    ['account.github.owner', 'your/organization', /name of an organization or person/],
  ] as const) {
    it(`${path} = ${JSON.stringify(value)}`, () => {
      const found = faults({ [path]: value });
      assert.equal(found.length, 1);
      assert.match(found[0]?.allowed ?? '', allowed);
    });
  }

  it('mail over IPv6 where functions reach nothing but AWS', () => {
    const [fault] = faults({
      'tiers.production.network.egress': 'interface-endpoints',
      'tiers.production.outbound.smtp': { host: 'smtp.example.org', addresses: 'dual-stack' },
    });
    assert.match(fault?.allowed ?? '', /it is not AWS, and network\.egress "interface-endpoints"/);
  });

  for (const [name, value] of [
    ['geocoder', 'census'],
    ['spamCheck', 'akismet'],
    ['webhooks', 'any'],
  ] as const) {
    it(`${name} ${value} where functions reach nothing but AWS, not even who would fetch for them`, () => {
      const found = faults({
        'tiers.production.network.egress': 'interface-endpoints',
        [`tiers.production.outbound.${name}`]: value,
      });
      assert.deepEqual(
        found.map(({ file, key }) => [file, key]),
        [['environments/tiers/production.ts', `outbound.${name}`]],
      );
      assert.match(
        found[0]?.allowed ?? '',
        /it is not AWS, and network\.egress "interface-endpoints" does not lead there/,
      );
    });
  }

  it('mail by SES where functions do not reach it', () => {
    const [fault, ...others] = faults({
      'tiers.production.network.egress': 'interface-endpoints',
      'environments.production.mail': { from: 'no-reply@example.org' },
    });
    assert.deepEqual([fault?.file, fault?.key, others], ['environments/production.ts', 'mail', []]);
    assert.match(fault?.allowed ?? '', /nothing while network\.egress of its tier is "interface-endpoints"/);
  });

  it('provisioned instances before a database that is stopped at night', () => {
    const [fault] = faults({
      'tiers.nonproduction.database.stopHours': officeHours,
      'environments.staging.lambda.provisionedConcurrency': 1,
    });
    assert.equal(fault?.file, 'environments/staging.ts');
    assert.match(fault?.allowed ?? '', /paid for through every night/);
  });

  it('production in a tier that may be deleted, or that is stopped at night', () => {
    const moved = {
      'environments.production.tier': 'nonproduction',
      'tiers.nonproduction.database.maxConnections': 400,
    };
    const roomy = { ...moved, 'tiers.nonproduction.database.instanceClass': 'db.t3.medium' };
    for (const unsafe of [
      { 'tiers.nonproduction.deletionProtection': false },
      { 'tiers.nonproduction.database.stopHours': officeHours },
    ]) {
      const [fault] = faults({ ...roomy, ...unsafe });
      assert.deepEqual([fault?.file, fault?.key], ['environments/production.ts', 'tier']);
      assert.match(fault?.allowed ?? '', /a tier with deletionProtection and without database\.stopHours/);
    }
  });

  for (const [one, other, allowed] of [
    ['staging.cdn', 'production.cdn', 'a name of its own; staging has this one for its cdn'],
    ['staging.api', 'production.api', 'a name of its own; staging has this one for its api'],
    ['production.api', 'production.cdn', 'a name of its own; production has this one for its api'],
  ] as const) {
    it(`one host name as ${one}.domain and as ${other}.domain`, () => {
      const [fault, ...others] = faults({
        [`environments.${one}.domain`]: certified('us-east-1'),
        [`environments.${other}.domain`]: certified('us-east-1'),
      });
      assert.deepEqual(others, []);
      assert.equal(`environments/${other.split('.')[0]}.ts`, fault?.file);
      assert.deepEqual([fault?.key, fault?.allowed], [`${other.split('.')[1]}.domain.name`, allowed]);
      assert.match(fault?.remedy ?? '', /^Change it: under which/);
    });
  }

  it('a budget of the account that two environments say', () => {
    const [fault, ...others] = faults({ 'environments.staging.monitoring': { budgetUSD: 10 } });
    assert.deepEqual(others, []);
    assert.deepEqual([fault?.file, fault?.key], ['environments/production.ts', 'monitoring.budgetUSD']);
    assert.match(fault?.allowed ?? '', /^nothing while staging says one/);
  });

  it('a dangerous change without an end or a reason', () => {
    const change = { stack: 'coalition-builder-production-database', resource: 'Database', change: 'replace' };
    assert.deepEqual(
      faults({ 'account.allowedChanges': [{ ...change, until: '2030-02-30', reason: 'because' }] }).map(
        ({ file, key, allowed }) => [file, key, allowed],
      ),
      [
        ['environments/account.ts', 'allowedChanges.0.until', 'a day like "2030-01-31"'],
        ['environments/account.ts', 'allowedChanges.0.reason', 'a reason of at least ten characters'],
      ],
    );
  });

  it('the destruction of a part, and any other change of a whole stack', () => {
    const entry = { stack: 'coalition-builder-staging-api', until: '2030-01-31', reason: 'the campaign is over' };
    const found = faults({
      'account.allowedChanges': [
        { ...entry, resource: 'Function', change: 'destroy' },
        { ...entry, resource: '*', change: 'remove' },
        { ...entry, resource: '*', change: 'destroy' },
      ],
    });
    assert.deepEqual(
      found.map(({ key, allowed }) => [key, allowed]),
      [
        ['allowedChanges.0.resource', '"*": a stack goes as a whole'],
        ['allowedChanges.1.resource', 'a logical id like "Database"'],
      ],
    );
  });

  it('storage that has no room to grow', () => {
    const found = faults({
      'tiers.production.database.allocatedStorageGB': 100,
      'tiers.production.database.maxAllocatedStorageGB': 109,
    });
    assert.match(found[0]?.allowed ?? '', /at least 10 % more than allocatedStorageGB/);
  });

  it('a file that says nothing at all', () => {
    assert.deepEqual(
      faults({ 'environments.staging': undefined }).map(({ file, found }) => [file, found]),
      [['environments/staging.ts', 'missing']],
    );
    assert.throws(() => assemble(undefined), DefinitionError);
  });
});

describe('environments: windows and ranges', () => {
  it('a window may run past midnight, and past Sunday', () => {
    assert.ok(isDailyWindow('23:45-00:15'));
    assert.ok(isWeeklyWindow('sun:23:30-mon:00:30'));
    assert.ok(!isDailyWindow('24:00-00:30'));
    assert.ok(!isWeeklyWindow('sunday:08:00-sunday:09:00'));
    assert.ok(windowsMeet('23:45-00:15', 'tue:00:00-tue:01:00'));
    assert.ok(windowsMeet('00:00-00:30', 'sun:23:30-mon:00:30'));
    assert.ok(windowsMeet('23:30-00:30', 'mon:00:00-mon:00:30'));
    assert.ok(!windowsMeet('07:00-08:00', 'sun:08:00-sun:09:00'));
    assert.ok(!windowsMeet('07:00-08:00', 'sun:06:00-sun:07:00'));
  });

  it('a range is read only where its address is its first', () => {
    assert.deepEqual(parseCidr('10.20.0.0/16'), { first: 10 * 2 ** 24 + 20 * 2 ** 16, size: 65536 });
    for (const wrong of ['10.20.0.1/16', '10.256.0.0/16', '10.20.0.0/33', '10.20.0.0', 'ten']) {
      assert.equal(parseCidr(wrong), undefined, wrong);
    }
    const [outer, inner, next] = ['10.20.0.0/16', '10.20.128.0/17', '10.21.0.0/16'].map(parseCidr);
    assert.ok(outer && inner && next);
    assert.ok(contains(outer, inner) && !contains(inner, outer));
    assert.ok(overlap(outer, inner) && overlap(inner, outer) && !overlap(outer, next));
    assert.equal(subnet24('10.20.0.0/16', 33), '10.20.33.0/24');
    assert.throws(() => subnet24('10.20.0.0/18', 64), RangeError);
  });
});
