/** What a web developer can turn in environments/, followed to the template where it arrives. */
import assert from 'node:assert/strict';
import { assembled } from '../environments/testing/written.ts';
import { readTemplate } from './cloudformation/read-yaml.ts';
import { compile, placeholderRelease } from './compile.ts';
import { only, type Properties, pick, resources, stackOf, templateOf } from './testing/compiled.ts';

describe('generator: knobs of the database', () => {
  it('mode external: no network, no database, functions outside the VPC, the URL in a secret of yours', () => {
    const { production } = assembled({
      'tiers.production.network.vpc': false,
      'tiers.production.database.mode': 'external',
      // More than any instance of ours would hold.
      'environments.production.database.connections': 400,
    });
    const stacks = compile(production, placeholderRelease);
    assert.deepEqual(
      stacks.map(({ stack }) => stack),
      ['rate-limits', 'geodata-import', 'storage', 'cdn', 'jobs', 'api', 'monitoring'],
    );
    // Who had one of ours has it still.
    assert.deepEqual(
      stacks.flatMap(({ former = [] }) => former),
      [
        { stackName: 'coalition-builder-production-network', path: 'tiers/production/network.yaml' },
        { stackName: 'coalition-builder-production-database', path: 'tiers/production/database.yaml' },
      ],
    );
    for (const { former } of compile(assembled({}).production, placeholderRelease)) assert.equal(former, undefined);
    for (const { body } of stacks) assert.doesNotMatch(body, /VpcConfig|ec2:|AWS\/RDS|MASTER_SECRET_ARN/);
    const { Environment } = only(templateOf(production, 'api'), 'AWS::Lambda::Function').properties as {
      Environment: { Variables: Properties };
    };
    assert.match(
      (Environment.Variables.DATABASE_SECRET_ARN as Properties)['Fn::Sub'] as string,
      /:secret:coalition-builder-production-database$/,
    );
    // For a policy the six characters that AWS appends are any.
    assert.match(stackOf(production, 'api').body, /secret:coalition-builder-production-database-\?{6}/);
  });

  it('queryLogging logs what is slow, stopHours stops and starts, backupCopies go to the other region', () => {
    const { staging, production } = assembled({
      'tiers.nonproduction.database.queryLogging': { slowerThanMs: 500, until: '2030-01-31' },
      'tiers.nonproduction.database.stopHours': { start: '07:30', stop: '19:00', timeZone: 'America/New_York' },
      'tiers.production.database.backupCopies': {
        region: 'us-west-2',
        kmsKeyArn: 'arn:aws:kms:us-west-2:111122223333:key/1234-abcd',
        retentionDays: 14,
      },
    });
    assert.match(stackOf(staging, 'jobs').body, /DATABASE_HOURS: 07:30-19:00 America\/New_York\n/);
    assert.doesNotMatch(stackOf(production, 'jobs').body, /DATABASE_HOURS/);
    const template = templateOf(staging, 'database');
    const { Parameters } = only(template, 'AWS::RDS::DBParameterGroup').properties as { Parameters: Properties };
    assert.equal(Parameters.log_min_duration_statement, '500');
    assert.deepEqual(
      resources(template, 'AWS::Scheduler::Schedule').map(({ properties }) => [
        properties.ScheduleExpression,
        properties.ScheduleExpressionTimezone,
        (properties.Target as { Arn: Properties }).Arn['Fn::Sub'],
      ]),
      [
        [
          'cron(30 7 ? * MON-FRI *)',
          'America/New_York',
          `arn:\${AWS::Partition}:scheduler:::aws-sdk:rds:startDBInstance`,
        ],
        ['cron(0 19 ? * * *)', 'America/New_York', `arn:\${AWS::Partition}:scheduler:::aws-sdk:rds:stopDBInstance`],
      ],
    );
    const { properties } = only(templateOf(production, 'database'), 'AWS::RDS::DBInstance');
    assert.deepEqual(
      pick(properties, ['AutomaticBackupReplicationRegion', 'AutomaticBackupReplicationRetentionPeriod']),
      {
        AutomaticBackupReplicationRegion: 'us-west-2',
        AutomaticBackupReplicationRetentionPeriod: 14,
      },
    );
  });
});

describe('generator: knobs of the network', () => {
  it('interface-endpoints: secrets are reached inside the VPC, and nothing outside it', () => {
    const { production } = assembled({ 'tiers.production.network.egress': 'interface-endpoints' });
    const template = templateOf(production, 'network');
    assert.deepEqual(resources(template, 'AWS::EC2::EgressOnlyInternetGateway'), []);
    const endpoint = resources(template, 'AWS::EC2::VPCEndpoint').find(
      ({ properties }) => properties.VpcEndpointType === 'Interface',
    );
    assert.deepEqual(pick(endpoint?.properties ?? {}, ['SubnetIds', 'SecurityGroupIds', 'PrivateDnsEnabled']), {
      SubnetIds: [{ Ref: 'AppSubnet1' }],
      SecurityGroupIds: [{ Ref: 'EndpointSecurityGroup' }],
      PrivateDnsEnabled: true,
    });
    const opened = resources(template, 'AWS::EC2::SecurityGroupIngress').find(({ id }) => id === 'EndpointFromApp');
    assert.deepEqual(opened?.properties.SourceSecurityGroupId, { Ref: 'AppSecurityGroup' });
  });

  it('outbound.smtp over IPv6, or over IPv4 through NAT, reaches the function as SMTP_HOST', () => {
    for (const [egress, addresses] of [
      ['ipv6', 'dual-stack'],
      ['nat', 'ipv4'],
    ]) {
      const { production } = assembled({
        'tiers.production.network.egress': egress,
        'tiers.production.outbound': { geocoder: 'none', smtp: { host: 'smtp.example.org', addresses } },
      });
      assert.match(stackOf(production, 'api').body, /SMTP_HOST: smtp\.example\.org/);
      const group = resources(templateOf(production, 'network'), 'AWS::EC2::SecurityGroup').find(
        ({ id }) => id === 'AppSecurityGroup',
      );
      assert.ok(group);
      const opened = (group.properties.SecurityGroupEgress as Properties[]).filter(({ ToPort }) => ToPort === 587);
      assert.deepEqual(
        opened.map(({ CidrIp, CidrIpv6 }) => CidrIp ?? CidrIpv6),
        ['0.0.0.0/0', '::/0'],
      );
    }
  });
});

describe('generator: knobs of what functions reach beyond AWS', () => {
  const outbound = (values: object, egress = 'ipv6') =>
    assembled({ 'tiers.production.outbound': values, 'tiers.production.network.egress': egress }).production;

  for (const [values, hosts] of [
    [{ geocoder: 'census' }, 'geocoding.geo.census.gov'],
    [{ spamCheck: 'akismet' }, 'rest.akismet.com'],
    [{ geocoder: 'census', spamCheck: 'akismet' }, 'geocoding.geo.census.gov,rest.akismet.com'],
    [{ geocoder: 'census', webhooks: 'any' }, '*'],
  ] as const) {
    it(`${JSON.stringify(values)}: a function outside the VPC fetches from ${hosts}`, () => {
      const production = outbound(values);
      const template = templateOf(production, 'jobs');
      const found = resources(template, 'AWS::Lambda::Function').find(({ id }) => id === 'OutboundFunction');
      assert.deepEqual(
        pick(found?.properties ?? {}, ['FunctionName', 'PackageType', 'ImageConfig', 'VpcConfig', 'Environment']),
        {
          FunctionName: 'coalition-production-outbound',
          PackageType: 'Image',
          ImageConfig: { Command: ['outbound.handler'] },
          VpcConfig: undefined,
          Environment: { Variables: { OUTBOUND_HOSTS: hosts } },
        },
      );
      const role = resources(template, 'AWS::IAM::Role').find(({ id }) => id === 'OutboundRole');
      assert.doesNotMatch(JSON.stringify(role), /secretsmanager|dynamodb|s3:|ec2:|ses:/);
      for (const stack of ['jobs', 'api']) {
        const { body } = stackOf(production, stack);
        assert.match(body, /OUTBOUND_FUNCTION: coalition-production-outbound\n/);
        assert.match(body, /- lambda:InvokeFunction\n +Resource: .*:function:coalition-production-outbound\n/);
      }
    });
  }

  it('where IPv4 is reached anyway, nobody has to fetch: through NAT, and outside a VPC', () => {
    const asked = { geocoder: 'census', spamCheck: 'akismet', webhooks: 'any' };
    const outside = assembled({
      'tiers.production.outbound': asked,
      'tiers.production.network.vpc': false,
      'tiers.production.database.mode': 'external',
    }).production;
    for (const production of [outbound(asked, 'nat'), outside, assembled({}).production]) {
      for (const { body } of compile(production, placeholderRelease)) assert.doesNotMatch(body, /outbound/i);
    }
    assert.match(stackOf(outbound(asked, 'nat'), 'api').body, /GEOCODER: census\n/);
  });

  it('geocoder amazon-location: over IPv6, by functions that may ask for places and nothing else of it', () => {
    const { body } = stackOf(outbound({ geocoder: 'amazon-location' }), 'api');
    assert.match(body, /GEOCODER: amazon-location\n/);
    assert.match(
      body,
      /- geo-places:Autocomplete\n +- geo-places:Geocode\n +- geo-places:GetPlace\n +Resource: .*:geo-places:.*::provider\/default\n/,
    );
    assert.doesNotMatch(body, /OUTBOUND_FUNCTION/);
  });

  it('a geocoder of whichever kind: addresses that wait are looked up every five minutes', () => {
    for (const geocoder of ['census', 'amazon-location']) {
      const rule = resources(templateOf(outbound({ geocoder }), 'jobs'), 'AWS::Events::Rule').find(
        ({ id }) => id === 'LocateRule',
      );
      assert.equal(rule?.properties.ScheduleExpression, 'rate(5 minutes)');
    }
    assert.doesNotMatch(stackOf('production', 'jobs').body, /LocateRule/, 'without one, nobody is asked');
  });

  it('every scheduled job is one that there is', async () => {
    const named = [outbound({ geocoder: 'census' }), assembled({}).staging].flatMap((environment) =>
      compile(environment, placeholderRelease)
        .map(({ body }) => readTemplate(body))
        .flatMap((template) => resources(template, 'AWS::Events::Rule'))
        .flatMap(({ properties }) =>
          (properties.Targets as { Input?: string }[]).map(({ Input = '{}' }) => JSON.parse(Input)),
        )
        .flatMap(({ job }: { job?: string }) => job ?? []),
    );
    assert.ok(named.includes('item-count') && named.includes('locate'));
    const { handler } = await import('../api/jobs.ts');
    const known = String(await handler({ job: 'none that there is' }).catch(({ message }: Error) => message));
    for (const job of named) assert.match(known, new RegExp(`(There are |, )${job}(,|\\.)`));
  });

  it('spamCheck akismet: its key is a secret of yours, which functions may read', () => {
    const { body } = stackOf(outbound({ spamCheck: 'akismet' }), 'api');
    assert.match(body, /AKISMET_KEY_ARN: !Sub arn:.*:secret:coalition-builder-production-akismet\n/);
    assert.match(body, /- !Sub arn:.*:secret:coalition-builder-production-akismet-\?{6}\n/);
  });

  it('mail: by SES, in the name of the sender only', () => {
    const { production } = assembled({
      'environments.production.mail': {
        from: 'no-reply@mail.example.org',
        reviewers: ['a@example.org', 'b@example.org'],
      },
    });
    for (const stack of ['jobs', 'api']) {
      const { body } = stackOf(production, stack);
      assert.match(body, /MAIL_FROM: no-reply@mail\.example\.org\n/);
      assert.match(body, /REVIEWERS: a@example\.org,b@example\.org\n/);
      const role = only(templateOf(production, stack), 'AWS::IAM::Role');
      const [policy] = role.properties.Policies as { PolicyDocument: { Statement: Properties[] } }[];
      const statement = policy?.PolicyDocument.Statement.find(({ Action }) =>
        (Action as string[]).includes('ses:SendEmail'),
      );
      assert.deepEqual(statement, {
        Effect: 'Allow',
        Action: ['ses:SendEmail', 'ses:SendRawEmail'],
        Resource: ['no-reply@mail.example.org', 'mail.example.org'].map((identity) => ({
          'Fn::Sub': `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/${identity}`,
        })),
        Condition: { StringEquals: { 'ses:FromAddress': 'no-reply@mail.example.org' } },
      });
    }
    assert.match(stackOf(production, 'jobs').body, /- ses:GetAccount\n/);
    assert.doesNotMatch(stackOf('production', 'api').body, /ses:|MAIL_FROM|REVIEWERS|SMTP/, 'unless somebody asks');
  });

  it('mail by SMTP: with a login of yours, and without SES', () => {
    const { production } = assembled({
      'environments.production.mail': { from: 'no-reply@example.org' },
      'tiers.production.outbound': { smtp: { host: 'smtp.example.org', addresses: 'dual-stack' } },
    });
    const { body } = stackOf(production, 'jobs');
    assert.match(body, /SMTP_SECRET_ARN: !Sub arn:.*:secret:coalition-builder-production-smtp\n/);
    assert.match(body, /- !Sub arn:.*:secret:coalition-builder-production-smtp-\?{6}\n/);
    assert.doesNotMatch(body, /ses:/);
  });
});

describe('generator: knobs of the function and its API', () => {
  it('provisioned and reserved concurrency', () => {
    const { production } = assembled({
      'environments.production.lambda.provisionedConcurrency': 2,
      'environments.production.lambda.reservedConcurrency': 40,
    });
    const template = templateOf(production, 'api');
    assert.equal(only(template, 'AWS::Lambda::Function').properties.ReservedConcurrentExecutions, 40);
    assert.deepEqual(only(template, 'AWS::Lambda::Alias').properties.ProvisionedConcurrencyConfig, {
      ProvisionedConcurrentExecutions: 2,
    });
  });

  it('a domain for each of API and CDN, with records where the zone is ours', () => {
    const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/1234-abcd';
    const { production } = assembled({
      'environments.production.api.domain': { name: 'api.example.org', certificateArn, hostedZoneId: 'Z123456ABCDEF' },
      'environments.production.cdn.domain': { name: 'www.example.org', certificateArn },
    });
    const api = templateOf(production, 'api');
    assert.deepEqual(
      pick(only(api, 'AWS::ApiGateway::DomainName').properties, ['DomainName', 'RegionalCertificateArn']),
      {
        DomainName: 'api.example.org',
        RegionalCertificateArn: certificateArn,
      },
    );
    assert.deepEqual(only(api, 'AWS::ApiGateway::BasePathMapping').properties.Stage, { Ref: 'Stage' });
    assert.equal(only(api, 'AWS::Route53::RecordSet').properties.Name, 'api.example.org');
    assert.match(stackOf(production, 'api').body, /PUBLIC_BASE_URL: https:\/\/www\.example\.org\n/);
    const cdn = templateOf(production, 'cdn');
    assert.deepEqual(resources(cdn, 'AWS::Route53::RecordSet'), [], 'DNS is elsewhere');
    const { DistributionConfig } = only(cdn, 'AWS::CloudFront::Distribution').properties as {
      DistributionConfig: Properties;
    };
    assert.deepEqual(DistributionConfig.Aliases, ['www.example.org']);
  });

  it('an e-mail address is subscribed, and a budget is watched', () => {
    const { production } = assembled({ 'environments.production.monitoring.email': 'web@example.org' });
    const template = templateOf(production, 'monitoring');
    assert.deepEqual(pick(only(template, 'AWS::SNS::Subscription').properties, ['Protocol', 'Endpoint']), {
      Protocol: 'email',
      Endpoint: 'web@example.org',
    });
    const { Budget } = only(template, 'AWS::Budgets::Budget').properties as { Budget: Properties };
    assert.deepEqual(Budget.BudgetLimit, { Amount: 75, Unit: 'USD' });
    assert.equal('TimePeriod' in Budget || 'BudgetName' in Budget, false);
  });
});

describe('generator: what is published anew, and what is not', () => {
  const ids = (values: Readonly<Record<string, unknown>>) => {
    const template = templateOf(assembled(values).production, 'api');
    return [only(template, 'AWS::Lambda::Version').id, only(template, 'AWS::ApiGateway::Deployment').id];
  };
  const [version, deployment] = ids({});

  it('another image or another configuration is another version', () => {
    const { production } = assembled({});
    const images = { ...placeholderRelease.images, lambda: `sha256:${'1'.repeat(64)}` };
    const released = compile(production, { images }).find(({ stack }) => stack === 'api');
    assert.ok(released && !released.body.includes(`${version}`));
    assert.notEqual(ids({ 'environments.production.lambda.memoryMB': 2048 })[0], version);
    assert.notEqual(ids({ 'environments.production.lambda.logLevel': 'DEBUG' })[0], version);
  });

  it('what a version or a deployment does not hold leaves it alone', () => {
    assert.deepEqual(ids({ 'environments.production.lambda.reservedConcurrency': 40 }), [version, deployment]);
    assert.deepEqual(ids({ 'environments.production.api.throttle': { ratePerSecond: 1, burst: 1 } }), [
      version,
      deployment,
    ]);
    assert.equal(ids({ 'environments.production.lambda.memoryMB': 2048 })[1], deployment);
  });

  it('another site is told to the function, and to what the gateway answers itself', () => {
    const [otherVersion, otherDeployment] = ids({ 'environments.production.siteUrl': 'https://other.example.org' });
    assert.notEqual(otherVersion, version);
    assert.notEqual(otherDeployment, deployment);
  });

  it('the import’s image is no concern of the function', () => {
    const images = { ...placeholderRelease.images, importer: `sha256:${'1'.repeat(64)}` };
    const { production } = assembled({});
    for (const { stack, body } of compile(production, { images })) {
      const before = stackOf(production, stack).body;
      assert.equal(body !== before, stack === 'geodata-import', stack);
    }
  });
});
