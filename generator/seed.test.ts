/** What the platform promises, section by section of its founding document, held against what would be deployed. */
import assert from 'node:assert/strict';
import { environmentNames, environments } from '../environments/index.ts';
import { readTemplate } from './cloudformation/read-yaml.ts';
import { compileAccount } from './compile.ts';
import { only, type Properties, pick, resources, stackOf, templateOf } from './testing/compiled.ts';

const perEnvironment = {
  development: { memory: 512, keepWarm: undefined, rate: 25, burst: 50, tracing: false, instance: 'db.t3.micro' },
  staging: { memory: 512, keepWarm: 10, rate: 40, burst: 75, tracing: false, instance: 'db.t3.micro' },
  production: { memory: 1024, keepWarm: 4, rate: 50, burst: 100, tracing: true, instance: 'db.t3.small' },
} as const;

describe('seed: Lambda function', () => {
  for (const name of environmentNames) {
    const { memory, keepWarm, tracing } = perEnvironment[name];
    const api = templateOf(name, 'api');

    it(`${name}: a container called coalition-${name} with ${memory} MB, 30 seconds, in the VPC`, () => {
      const { properties } = only(api, 'AWS::Lambda::Function');
      assert.deepEqual(pick(properties, ['FunctionName', 'PackageType', 'MemorySize', 'Timeout', 'Architectures']), {
        FunctionName: `coalition-${name}`,
        PackageType: 'Image',
        MemorySize: memory,
        Timeout: 30,
        Architectures: ['arm64'],
      });
      assert.match(
        ((properties.Code as Properties).ImageUri as Properties)['Fn::Sub'] as string,
        /^\$\{AWS::AccountId\}\.dkr\.ecr\..*\/coalition-builder-lambda@sha256:0{64}$/,
      );
      assert.deepEqual(properties.VpcConfig, {
        SubnetIds: { Ref: 'NetworkAppSubnetIds' },
        SecurityGroupIds: [{ Ref: 'NetworkAppSecurityGroupId' }],
        Ipv6AllowedForDualStack: true,
      });
      assert.deepEqual(properties.TracingConfig, { Mode: tracing ? 'Active' : 'PassThrough' });
    });

    it(`${name}: ${keepWarm ? `kept warm every ${keepWarm} minutes, on the alias` : 'no keep-warm'}`, () => {
      const rules = resources(api, 'AWS::Events::Rule');
      assert.deepEqual(
        rules.map(({ properties }) => [properties.ScheduleExpression, properties.Targets]),
        keepWarm
          ? [
              [
                `rate(${keepWarm} minutes)`,
                [
                  {
                    Id: 'function',
                    Arn: { Ref: 'LiveAlias' },
                    Input: '{"warm":true}',
                    RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
                  },
                ],
              ],
            ]
          : [],
      );
    });

    it(`${name}: behind the alias live, with versions that outlive the template that named them`, () => {
      const alias = only(api, 'AWS::Lambda::Alias');
      const version = only(api, 'AWS::Lambda::Version');
      assert.equal(alias.properties.Name, 'live');
      assert.deepEqual(alias.properties.FunctionVersion, { 'Fn::GetAtt': [version.id, 'Version'] });
      assert.equal(version.resource.DeletionPolicy, 'RetainExceptOnCreate');
      assert.equal(version.resource.UpdateReplacePolicy, 'Retain');
      for (const { properties } of resources(api, 'AWS::Lambda::Permission')) {
        assert.deepEqual(properties.FunctionName, { Ref: alias.id }, 'whoever calls calls the alias');
      }
    });

    it(`${name}: the jobs function is the same image under another handler, for 15 minutes`, () => {
      const { properties } = only(templateOf(name, 'jobs'), 'AWS::Lambda::Function');
      const ofApi = only(api, 'AWS::Lambda::Function').properties;
      assert.deepEqual(pick(properties, ['FunctionName', 'Timeout', 'ImageConfig']), {
        FunctionName: `coalition-${name}-jobs`,
        Timeout: 900,
        ImageConfig: { Command: ['jobs.handler'] },
      });
      assert.deepEqual(properties.Code, ofApi.Code);
    });
  }
});

describe('seed: API Gateway', () => {
  for (const name of environmentNames) {
    const { rate, burst, tracing } = perEnvironment[name];
    const api = templateOf(name, 'api');

    it(`${name}: a REST API that hands everything on, ${rate} requests a second and ${burst} at once`, () => {
      assert.equal(only(templateOf(name, 'cdn'), 'AWS::ApiGateway::RestApi').properties.Name, `coalition-${name}`);
      const stage = only(api, 'AWS::ApiGateway::Stage').properties;
      assert.equal(stage.StageName, name);
      assert.equal(stage.TracingEnabled, tracing);
      assert.equal(stage.CacheClusterEnabled, false);
      const [settings] = stage.MethodSettings as Properties[];
      assert.deepEqual(pick(settings ?? {}, ['ThrottlingRateLimit', 'ThrottlingBurstLimit', 'DataTraceEnabled']), {
        ThrottlingRateLimit: rate,
        ThrottlingBurstLimit: burst,
        DataTraceEnabled: false,
      });
      assert.equal(only(api, 'AWS::ApiGateway::Resource').properties.PathPart, '{proxy+}');
      const methods = resources(api, 'AWS::ApiGateway::Method');
      assert.deepEqual(
        methods.map(({ properties }) => properties.ResourceId),
        [{ Ref: 'CdnRestApiRootResourceId' }, { Ref: 'ProxyResource' }],
      );
      for (const { properties } of methods) {
        assert.equal(properties.HttpMethod, 'ANY');
        assert.deepEqual(
          pick(properties.Integration as Properties, ['Type', 'IntegrationHttpMethod', 'TimeoutInMillis']),
          {
            Type: 'AWS_PROXY',
            IntegrationHttpMethod: 'POST',
            TimeoutInMillis: 29_000,
          },
        );
        const uri = (properties.Integration as { Uri: Properties }).Uri['Fn::Sub'] as string;
        assert.match(uri, /functions\/\$\{LiveAlias\}\/invocations$/);
      }
    });

    it(`${name}: what the gateway answers itself can be read by the site`, () => {
      const responses = resources(api, 'AWS::ApiGateway::GatewayResponse');
      assert.deepEqual(
        responses.map(({ properties }) => properties.ResponseType),
        ['DEFAULT_4XX', 'DEFAULT_5XX'],
      );
      for (const { properties } of responses) {
        const headers = properties.ResponseParameters as Properties;
        assert.equal(
          headers['gatewayresponse.header.Access-Control-Allow-Origin'],
          name === 'development' ? 'method.request.header.Origin' : `'${environments[name].siteUrl}'`,
        );
        assert.equal(headers['gatewayresponse.header.Access-Control-Allow-Credentials'], "'true'");
      }
    });
  }
});

describe('seed: RDS PostgreSQL', () => {
  for (const name of environmentNames) {
    const { instance } = perEnvironment[name];
    const template = templateOf(name, 'database');

    it(`${name}: PostgreSQL 16 on ${instance}, 20 GB gp3 that grow, one zone, 7 days of backups`, () => {
      const { properties, resource } = only(template, 'AWS::RDS::DBInstance');
      const promised = {
        Engine: 'postgres',
        EngineVersion: '16',
        DBInstanceClass: instance,
        StorageType: 'gp3',
        AllocatedStorage: '20',
        MaxAllocatedStorage: 100,
        MultiAZ: false,
        BackupRetentionPeriod: 7,
        StorageEncrypted: true,
        PubliclyAccessible: false,
        DeletionProtection: true,
        ManageMasterUserPassword: true,
      };
      assert.deepEqual(pick(properties, Object.keys(promised)), promised);
      assert.equal('MasterUserPassword' in properties, false);
      assert.deepEqual([resource.DeletionPolicy, resource.UpdateReplacePolicy], ['Snapshot', 'Snapshot']);
      assert.deepEqual(only(template, 'AWS::RDS::DBParameterGroup').properties.Parameters, {
        'rds.force_ssl': '1',
        max_connections: name === 'production' ? '160' : '80',
      });
      // Cross-region copies are optional, and not asked for.
      assert.equal('AutomaticBackupReplicationRegion' in properties, false);
    });
  }

  it('is shared by development and staging, and production’s own', () => {
    assert.equal(stackOf('development', 'database').body, stackOf('staging', 'database').body);
    assert.equal(
      only(templateOf('production', 'database'), 'AWS::RDS::DBInstance').properties.DBInstanceIdentifier,
      'coalition-builder-production',
    );
  });
});

describe('seed: DynamoDB', () => {
  for (const [name, tableName] of [
    ['development', 'coalition-builder-rate-limits-nonproduction'],
    ['staging', 'coalition-builder-rate-limits-nonproduction'],
    ['production', 'coalition-builder-rate-limits'],
  ] as const) {
    it(`${name}: ${tableName} is on demand, expires items, can be restored and has no index`, () => {
      const { properties, resource } = only(templateOf(name, 'rate-limits'), 'AWS::DynamoDB::Table');
      const { PointInTimeRecoverySpecification: recovery, ...rest } = properties;
      assert.equal((recovery as Properties).PointInTimeRecoveryEnabled, true);
      assert.deepEqual(rest, {
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        OnDemandThroughput: { MaxReadRequestUnits: 50, MaxWriteRequestUnits: 200 },
        DeletionProtectionEnabled: true,
      });
      assert.deepEqual([resource.DeletionPolicy, resource.UpdateReplacePolicy], ['RetainExceptOnCreate', 'Retain']);
    });

    it(`${name}: reaches items under its own prefix only`, () => {
      for (const stack of ['api', 'jobs']) {
        const { 'dynamodb:UpdateItem': statement } = allowed(stack, name);
        assert.deepEqual(statement?.Condition, {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${name}#*`] },
        });
        assert.deepEqual(statement?.Resource, { Ref: 'RateLimitsTableArn' });
      }
    });
  }
});

describe('seed: S3 buckets', () => {
  it('are called as promised, with what makes the names unique, and belong to nobody else', () => {
    const account = readTemplate(compileAccount(environments)[0]?.body ?? '');
    const all = [account, templateOf('production', 'storage')].flatMap((template) =>
      resources(template, 'AWS::S3::Bucket'),
    );
    assert.deepEqual(
      all.map(({ properties }) => (properties.BucketName as Properties)['Fn::Sub']),
      [
        `coalition-builder-deployments-\${AWS::AccountId}-\${AWS::Region}`,
        `coalition-builder-static-production-\${AWS::AccountId}`,
        `coalition-builder-media-production-\${AWS::AccountId}`,
      ],
    );
    for (const { properties, resource } of all) {
      assert.ok(Object.values(properties.PublicAccessBlockConfiguration as Properties).every((blocked) => blocked));
      assert.equal(resource.DeletionPolicy, 'RetainExceptOnCreate');
    }
  });

  it('never let what is current in media expire', () => {
    for (const name of environmentNames) {
      const media = resources(templateOf(name, 'storage'), 'AWS::S3::Bucket').find(({ id }) => id === 'MediaBucket');
      assert.ok(media);
      const { Rules } = media.properties.LifecycleConfiguration as { Rules: Properties[] };
      assert.deepEqual(media.properties.VersioningConfiguration, { Status: 'Enabled' });
      for (const rule of Rules) {
        assert.ok('Prefix' in rule, 'a rule without a filter is refused');
        for (const key of ['ExpirationInDays', 'ExpirationDate', 'Transitions']) assert.ok(!(key in rule), key);
      }
    }
  });
});

describe('seed: ECS Fargate', () => {
  for (const [name, cluster] of [
    ['development', 'coalition-builder-geodata-import-nonproduction'],
    ['production', 'coalition-builder-geodata-import'],
  ] as const) {
    it(`${name}: ${cluster} runs tasks of 2 vCPU and 4 GB, one for each environment`, () => {
      const template = templateOf(name, 'geodata-import');
      assert.equal(only(template, 'AWS::ECS::Cluster').properties.ClusterName, cluster);
      const tasks = resources(template, 'AWS::ECS::TaskDefinition');
      assert.deepEqual(
        tasks.map(({ properties }) => properties.Family),
        environments[name].tier.environments.map((each) => `coalition-builder-geodata-import-${each}`),
      );
      for (const { properties } of tasks) {
        assert.deepEqual(pick(properties, ['Cpu', 'Memory', 'NetworkMode', 'RequiresCompatibilities']), {
          Cpu: '2048',
          Memory: '4096',
          NetworkMode: 'awsvpc',
          RequiresCompatibilities: ['FARGATE'],
        });
      }
      assert.deepEqual(resources(template, 'AWS::ECS::Service'), [], 'started by hand');
    });
  }
});

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

describe('seed: CloudFront', () => {
  it('stands before the API, and alone may read static files and uploads', () => {
    const template = templateOf('production', 'cdn');
    const { id, properties } = only(template, 'AWS::CloudFront::Distribution');
    const config = properties.DistributionConfig as {
      Origins: { Id: string; OriginPath?: string; OriginAccessControlId?: unknown }[];
      DefaultCacheBehavior: Properties;
      CacheBehaviors: { PathPattern: string; TargetOriginId: string }[];
    };
    assert.deepEqual(
      config.Origins.map(({ Id, OriginPath, OriginAccessControlId }) => [
        Id,
        OriginPath,
        OriginAccessControlId !== undefined,
      ]),
      [
        ['api', '/production', false],
        ['static', undefined, true],
        ['media', undefined, true],
      ],
    );
    assert.equal(config.DefaultCacheBehavior.TargetOriginId, 'api');
    assert.deepEqual(
      config.CacheBehaviors.map(({ PathPattern, TargetOriginId }) => [PathPattern, TargetOriginId]),
      [
        ['/static/*', 'static'],
        ['/media/*', 'media'],
      ],
    );
    for (const policy of resources(template, 'AWS::S3::BucketPolicy')) {
      const { Statement } = policy.properties.PolicyDocument as { Statement: Properties[] };
      assert.deepEqual(
        Statement.map(({ Effect, Principal }) => [Effect, Principal]),
        [
          ['Allow', { Service: 'cloudfront.amazonaws.com' }],
          ['Deny', '*'],
        ],
      );
      assert.match(JSON.stringify(Statement[0]?.Condition), new RegExp(`distribution/\\$\\{${id}\\}`));
    }
  });

  it('proves itself to the API by a secret, so that visitors are told apart whichever way they come', () => {
    for (const name of environmentNames) {
      const { DistributionConfig } = only(templateOf(name, 'cdn'), 'AWS::CloudFront::Distribution').properties as {
        DistributionConfig: { Origins: { Id: string; OriginCustomHeaders?: unknown }[] };
      };
      assert.deepEqual(
        DistributionConfig.Origins.filter(({ OriginCustomHeaders }) => OriginCustomHeaders),
        DistributionConfig.Origins.filter(({ Id }) => Id === 'api'),
      );
      assert.deepEqual(DistributionConfig.Origins[0]?.OriginCustomHeaders, [
        {
          HeaderName: 'X-Cdn-Key',
          HeaderValue: { 'Fn::Sub': `{{resolve:secretsmanager:\${StorageCdnKeyArn}:SecretString}}` },
        },
      ]);
      assert.match(stackOf(name, 'api').body, /CDN_KEY_ARN: !Ref StorageCdnKeyArn\n/);
      assert.match(stackOf(name, 'api').body, /TRUSTED_PROXY_HOPS: '1'\n/);
    }
  });

  it('says itself that every page may show what it serves; uploads go past it, and say it for the site', () => {
    const { DistributionConfig } = only(templateOf('staging', 'cdn'), 'AWS::CloudFront::Distribution').properties as {
      DistributionConfig: { CacheBehaviors: { ResponseHeadersPolicyId: string }[] };
    };
    for (const { ResponseHeadersPolicyId } of DistributionConfig.CacheBehaviors) {
      // CORS-and-SecurityHeadersPolicy of AWS.
      assert.equal(ResponseHeadersPolicyId, 'e61eb60c-9c35-4d20-a928-2b84e02af89c');
    }
    const buckets = resources(templateOf('staging', 'storage'), 'AWS::S3::Bucket');
    assert.deepEqual(
      buckets.map(({ id, properties }) => [id, properties.CorsConfiguration]),
      [
        ['StaticBucket', undefined],
        [
          'MediaBucket',
          {
            CorsRules: [
              {
                AllowedMethods: ['PUT'],
                AllowedOrigins: [environments.staging.siteUrl],
                AllowedHeaders: ['*'],
                ExposedHeaders: ['ETag'],
                MaxAge: 3600,
              },
            ],
          },
        ],
      ],
    );
  });

  it('a folder of the site is the root of its bucket', () => {
    const code = only(templateOf('production', 'cdn'), 'AWS::CloudFront::Function').properties.FunctionCode as string;
    const uriOf = new Function('uri', `${code}; return handler({ request: { uri } }).uri;`) as (uri: string) => string;
    assert.equal(uriOf('/media/images/1.png'), '/images/1.png');
    assert.equal(uriOf('/static/app.css'), '/app.css');
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

  it('the number of items is asked for every six hours', () => {
    const rules = resources(templateOf('staging', 'monitoring'), 'AWS::Events::Rule');
    const probe = rules.find(({ id }) => id === 'ItemCountRule');
    assert.equal(probe?.properties.ScheduleExpression, 'rate(6 hours)');
    assert.match(JSON.stringify(probe?.properties.Targets), /\{\\"job\\":\\"item-count\\"\}/);
  });

  it('X-Ray: production only, with a sampling rule and a group', () => {
    for (const name of environmentNames) {
      const template = templateOf(name, 'monitoring');
      const traced = perEnvironment[name].tracing ? 1 : 0;
      assert.equal(resources(template, 'AWS::XRay::SamplingRule').length, traced);
      assert.equal(resources(template, 'AWS::XRay::Group').length, traced);
      assert.equal('xray:PutTraceSegments' in allowed('api', name), traced === 1);
    }
  });
});

describe('seed: security', () => {
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

/** @returns for each action that the function of a stack may take, the statement that says so */
function allowed(stack: string, name: (typeof environmentNames)[number]): Record<string, Properties | undefined> {
  const { properties } = only(templateOf(name, stack), 'AWS::IAM::Role');
  const [policy] = properties.Policies as { PolicyDocument: { Statement: Properties[] } }[];
  const statements = policy?.PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow') ?? [];
  return Object.fromEntries(
    statements.flatMap((statement) => (statement.Action as string[]).map((action) => [action, statement])),
  );
}
