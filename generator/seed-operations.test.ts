/** What the platform promises to whoever runs it: logs, secrets, alarms, permissions, regions, backups. */
import assert from 'node:assert/strict';
import { environmentNames, environments } from '../environments/index.ts';
import { readTemplate } from './cloudformation/read-yaml.ts';
import { compile, compileAccount, placeholderRelease } from './compile.ts';
import { allowed, only, type Properties, pick, resources, stackOf, templateOf } from './testing/compiled.ts';

describe('seed: CloudWatch logs', () => {
  it('are kept 7 days, each group made before whatever writes to it', () => {
    for (const name of environmentNames) {
      const suffix = name === 'production' ? '' : '-nonproduction';
      const groups = ['database', 'geodata-import', 'jobs', 'api'].flatMap((stack) =>
        resources(templateOf(name, stack), 'AWS::Logs::LogGroup').map(({ properties }) => properties),
      );
      assert.deepEqual(
        groups.map(({ LogGroupName }) => (LogGroupName as Properties)['Fn::Sub'] ?? LogGroupName),
        [
          `/aws/rds/instance/coalition-builder-${environments[name].tier.name}/postgresql`,
          `/ecs/coalition-builder-geodata-import${suffix}`,
          `/aws/lambda/coalition-${name}-jobs`,
          `/aws/lambda/coalition-${name}`,
          `/aws/apigateway/coalition-${name}`,
          `API-Gateway-Execution-Logs_\${CdnRestApiId}/${name}`,
        ],
      );
      for (const { RetentionInDays } of groups) assert.equal(RetentionInDays, 7);
    }
    const { resource } = only(templateOf('production', 'api'), 'AWS::ApiGateway::Stage');
    assert.deepEqual(resource.DependsOn, ['ExecutionLogGroup']);
    assert.deepEqual(only(templateOf('production', 'database'), 'AWS::RDS::DBInstance').resource.DependsOn, [
      'LogGroup',
    ]);
  });

  it('no function may make a group itself: its logs would stay for ever', () => {
    for (const name of environmentNames) {
      for (const { stack, body } of ['jobs', 'api'].map((each) => stackOf(name, each))) {
        assert.doesNotMatch(body, /logs:CreateLogGroup|logs:\*/, stack);
      }
    }
  });
});

describe('seed: Secrets Manager', () => {
  it('every environment has a login and a key, each generated, and nothing rotates them', () => {
    const names = (name: 'development' | 'production', stack: string) =>
      resources(templateOf(name, stack), 'AWS::SecretsManager::Secret').map(({ properties }) => properties.Name);
    assert.deepEqual(names('development', 'database'), [
      'coalition-builder-development-database',
      'coalition-builder-staging-database',
    ]);
    assert.deepEqual(names('production', 'database'), ['coalition-builder-production-database']);
    assert.deepEqual(names('production', 'storage'), [
      'coalition-builder-production-secret-key',
      'coalition-builder-production-cdn-key',
    ]);
    for (const name of environmentNames) {
      for (const stack of ['database', 'storage']) assert.doesNotMatch(stackOf(name, stack).body, /Rotation/);
    }
  });

  it('the login is JSON from which a URL is made, and the template holds no password', () => {
    const { properties } = only(templateOf('production', 'database'), 'AWS::SecretsManager::Secret');
    const generated = properties.GenerateSecretString as Properties;
    const text = (generated.SecretStringTemplate as Properties)['Fn::Sub'] as string;
    const filled = text.replace(/\$\{Database\.Endpoint\.(\w+)\}/g, (_, key) =>
      key === 'Port' ? '5432' : 'db.example',
    );
    assert.deepEqual(JSON.parse(filled), {
      host: 'db.example',
      port: 5432,
      dbname: 'coalition_production',
      username: 'coalition_production',
    });
    assert.deepEqual(pick(generated, ['GenerateStringKey', 'ExcludePunctuation']), {
      GenerateStringKey: 'password',
      ExcludePunctuation: true,
    });
  });

  it('only the jobs function is let at the master secret', () => {
    assert.match(stackOf('production', 'jobs').body, /MASTER_SECRET_ARN: !Ref DatabaseMasterSecretArn/);
    for (const stack of ['api', 'geodata-import']) {
      assert.doesNotMatch(stackOf('production', stack).body, /MasterSecret/);
    }
  });
});

describe('seed: monitoring and alerts', () => {
  it('lambda-high-error-rate: more than 10 errors of this function in 300 seconds, and somebody is told', () => {
    for (const name of environmentNames) {
      const template = templateOf(name, 'monitoring');
      const found = resources(template, 'AWS::CloudWatch::Alarm').find(({ id }) => id === 'LambdaHighErrorRateAlarm');
      const { AlarmDescription, ...alarm } = found?.properties ?? {};
      assert.ok(AlarmDescription);
      assert.deepEqual(alarm, {
        AlarmName: name === 'production' ? 'lambda-high-error-rate' : `lambda-high-error-rate-${name}`,
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Dimensions: [{ Name: 'FunctionName', Value: `coalition-${name}` }],
        Statistic: 'Sum',
        Period: 300,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 10,
        TreatMissingData: 'notBreaching',
        AlarmActions: [{ Ref: 'Topic' }],
        OKActions: [{ Ref: 'Topic' }],
      });
    }
  });

  it('production has the full set, the others what means that they are broken', () => {
    const names = (name: 'staging' | 'production') =>
      resources(templateOf(name, 'monitoring'), 'AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmName);
    assert.deepEqual(names('staging'), ['lambda-high-error-rate-staging', 'api-server-errors-staging']);
    assert.deepEqual(names('production'), [
      'lambda-high-error-rate',
      'api-server-errors',
      'jobs-failing',
      'lambda-throttles',
      'lambda-duration',
      'api-latency',
      'rate-limits-read-throttles',
      'rate-limits-write-throttles',
      'database-storage',
      'database-cpu',
      'database-connections',
      'database-credits',
      'database-memory',
      'keep-warm-stopped',
    ]);
  });

  it('the topic takes what each publisher says', () => {
    const template = templateOf('production', 'monitoring');
    const { Statement } = only(template, 'AWS::SNS::TopicPolicy').properties.PolicyDocument as {
      Statement: { Principal: Properties; Condition?: unknown }[];
    };
    assert.deepEqual(
      Statement.map(({ Principal, Condition }) => [Principal.Service, Condition !== undefined]),
      [
        ['budgets.amazonaws.com', true],
        ['cloudwatch.amazonaws.com', true],
        ['events.amazonaws.com', false],
      ],
    );
  });

  it('cold starts and memory are counted from JSON lines, which hold no INIT_START', () => {
    const template = templateOf('production', 'monitoring');
    assert.deepEqual(
      resources(template, 'AWS::Logs::MetricFilter').map(({ properties }) => properties.FilterPattern),
      ['{ $.type = "platform.report" && $.record.metrics.initDurationMs > 0 }', '{ $.type = "platform.report" }'],
    );
    const { LoggingConfig } = only(templateOf('production', 'api'), 'AWS::Lambda::Function').properties as {
      LoggingConfig: Properties;
    };
    assert.deepEqual(pick(LoggingConfig, ['LogFormat', 'SystemLogLevel']), {
      LogFormat: 'JSON',
      SystemLogLevel: 'INFO',
    });
  });

  it('every number of the list has a widget, and none that is not collected', () => {
    const { properties } = only(templateOf('production', 'monitoring'), 'AWS::CloudWatch::Dashboard');
    const body = properties.DashboardBody as string;
    for (const metric of [
      ...['Invocations', 'Duration', 'Errors', 'Throttles', 'ColdStarts', 'MaxMemoryUsedMB'],
      ...['Count', 'Latency', '4XXError', '5XXError'],
      ...['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits', 'WriteThrottleEvents', 'RateLimitItems'],
    ]) {
      assert.ok(body.includes(`"${metric}"`), metric);
    }
    assert.doesNotMatch(body, /CacheHitCount/);
    assert.ok(JSON.parse(body).widgets.length > 10);
  });

  it('the number of items is asked for every six hours, in every environment', () => {
    for (const name of environmentNames) {
      const rules = resources(templateOf(name, 'monitoring'), 'AWS::Events::Rule');
      const probe = rules.find(({ id }) => id === 'ItemCountRule');
      assert.equal(probe?.properties.ScheduleExpression, 'rate(6 hours)');
      assert.match(JSON.stringify(probe?.properties.Targets), /\{\\"job\\":\\"item-count\\"\}/);
    }
  });

  it('the account has one budget, and the alarms’ topic hears of it', () => {
    const budgets = environmentNames.flatMap((name) =>
      resources(templateOf(name, 'monitoring'), 'AWS::Budgets::Budget'),
    );
    assert.equal(budgets.length, 1);
    const { NotificationsWithSubscribers } = only(templateOf('production', 'monitoring'), 'AWS::Budgets::Budget')
      .properties as {
      NotificationsWithSubscribers: { Subscribers: Properties[] }[];
    };
    for (const { Subscribers } of NotificationsWithSubscribers) {
      assert.deepEqual(Subscribers, [{ SubscriptionType: 'SNS', Address: { Ref: 'Topic' } }]);
    }
  });

  it('X-Ray: production only, with sampling rules and a group, and never of the links in mails', () => {
    for (const name of environmentNames) {
      const template = templateOf(name, 'monitoring');
      const traced = name === 'production' ? 1 : 0;
      const rules = resources(template, 'AWS::XRay::SamplingRule').map(
        ({ properties }) => properties.SamplingRule as Properties,
      );
      assert.deepEqual(
        rules
          .sort((one, other) => Number(one.Priority) - Number(other.Priority))
          .map((rule) => [rule.URLPath, rule.FixedRate]),
        traced === 0
          ? []
          : [
              ['*/endorsements/own/*', 0],
              ['*/endorsements/verify/*', 0],
              ['*', 0.05],
            ],
      );
      assert.equal(resources(template, 'AWS::XRay::Group').length, traced);
      assert.equal('xray:PutTraceSegments' in allowed('api', name), traced === 1);
    }
  });
});

describe('seed: security', () => {
  it('what is kept is encrypted, and what travels is', () => {
    const account = readTemplate(compileAccount(environments)[0]?.body ?? '');
    for (const name of environmentNames) {
      const database = templateOf(name, 'database');
      assert.equal(only(database, 'AWS::RDS::DBInstance').properties.StorageEncrypted, true);
      const { Parameters } = only(database, 'AWS::RDS::DBParameterGroup').properties as { Parameters: Properties };
      assert.equal(Parameters['rds.force_ssl'], '1');
      // Of DynamoDB and Secrets Manager AWS encrypts everything by itself; saying it would be paid for.
      const buckets = [account, templateOf(name, 'storage')].flatMap((each) => resources(each, 'AWS::S3::Bucket'));
      for (const { properties } of buckets) assert.match(JSON.stringify(properties.BucketEncryption), /"AES256"/);
      const policies = [account, templateOf(name, 'cdn')].flatMap((each) => resources(each, 'AWS::S3::BucketPolicy'));
      assert.equal(policies.length, buckets.length);
      for (const { properties } of policies) {
        const { Statement } = properties.PolicyDocument as { Statement: Properties[] };
        const denied = Statement.find(({ Effect }) => Effect === 'Deny');
        assert.deepEqual(denied?.Condition, { Bool: { 'aws:SecureTransport': false } });
      }
      const { DistributionConfig } = only(templateOf(name, 'cdn'), 'AWS::CloudFront::Distribution').properties as {
        DistributionConfig: { DefaultCacheBehavior: Properties; CacheBehaviors: Properties[]; Origins: unknown };
      };
      for (const { ViewerProtocolPolicy } of [
        DistributionConfig.DefaultCacheBehavior,
        ...DistributionConfig.CacheBehaviors,
      ])
        assert.equal(ViewerProtocolPolicy, 'redirect-to-https');
      assert.match(JSON.stringify(DistributionConfig.Origins), /"https-only","OriginSSLProtocols":\["TLSv1\.2"\]/);
    }
  });

  it('nothing but API Gateway and CloudFront is reached from outside', () => {
    for (const name of environmentNames) {
      for (const { stack, body } of compile(environments[name], placeholderRelease)) {
        assert.doesNotMatch(
          body,
          /AWS::Lambda::Url|PubliclyAccessible: true|MapPublicIpOnLaunch: true|CidrIp: 0\.0\.0\.0\/0\n +.*\n +SecurityGroupIngress/,
          stack,
        );
        assert.doesNotMatch(body, /AWS::ElasticLoadBalancing|AWS::EC2::Instance/, stack);
      }
    }
  });

  it('the role of the function: each statement of the seed, on our own resources, and what it forgot', () => {
    const may = allowed('api', 'production');
    assert.deepEqual(Object.keys(may).sort(), [
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:DeleteObject',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
      'secretsmanager:GetSecretValue',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    const anything = Object.keys(may).filter((action) => may[action]?.Resource === '*');
    assert.ok(
      anything.every((action) => /^(ec2|xray):/.test(action)),
      `${anything}`,
    );
  });
});

describe('seed: regions', () => {
  it('everything is in us-east-1, and no template says where else it could be', () => {
    assert.equal(environments.production.account.region, 'us-east-1');
    for (const name of environmentNames) {
      for (const { stack, body } of compile(environments[name], placeholderRelease)) {
        const regions = body.match(/\b(us|eu|ap|ca|sa)-[a-z]+-\d\b/g) ?? [];
        assert.deepEqual(new Set(regions), new Set(stack === 'monitoring' ? ['us-east-1'] : []), stack);
      }
    }
  });
});

describe('seed: backups and disaster recovery', () => {
  it('versions, images, database and table: each keeps what a rollback or a restore needs', () => {
    for (const name of environmentNames) {
      const database = only(templateOf(name, 'database'), 'AWS::RDS::DBInstance').properties;
      assert.deepEqual(pick(database, ['BackupRetentionPeriod', 'DeleteAutomatedBackups', 'CopyTagsToSnapshot']), {
        BackupRetentionPeriod: 7,
        DeleteAutomatedBackups: false,
        CopyTagsToSnapshot: true,
      });
      const table = only(templateOf(name, 'rate-limits'), 'AWS::DynamoDB::Table').properties;
      assert.deepEqual(table.PointInTimeRecoverySpecification, {
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: 7,
      });
    }
    const { releases } = environments.production.account;
    assert.ok(releases.imagesKept >= releases.versionsKept * environmentNames.length);
  });
});
