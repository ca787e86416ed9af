/** What the platform promises, section by section of its founding document, held against what would be deployed. */
import assert from 'node:assert/strict';
import { environmentNames, environments } from '../environments/index.ts';
import { readTemplate } from './cloudformation/read-yaml.ts';
import { compileAccount } from './compile.ts';
import { allowed, only, type Properties, pick, resources, stackOf, templateOf } from './testing/compiled.ts';

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
    const all = [account, ...environmentNames.map((name) => templateOf(name, 'storage'))].flatMap((template) =>
      resources(template, 'AWS::S3::Bucket'),
    );
    assert.deepEqual(
      all.map(({ properties }) => (properties.BucketName as Properties)['Fn::Sub']),
      [
        `coalition-builder-deployments-\${AWS::AccountId}-\${AWS::Region}`,
        ...environmentNames.flatMap((name) => [
          `coalition-builder-static-${name}-\${AWS::AccountId}`,
          `coalition-builder-media-${name}-\${AWS::AccountId}`,
        ]),
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

  it('answers nobody with what failed for somebody else', () => {
    const { DistributionConfig } = only(templateOf('production', 'cdn'), 'AWS::CloudFront::Distribution')
      .properties as { DistributionConfig: { CustomErrorResponses: readonly object[] } };
    assert.deepEqual(
      DistributionConfig.CustomErrorResponses,
      [500, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
    );
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
                AllowedOrigins: [environments.staging.siteUrl, 'https://*.cloudfront.net'],
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
