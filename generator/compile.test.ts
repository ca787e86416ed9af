import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { type Environment, type EnvironmentName, environments } from '../environments/index.ts';
import { readTemplate, type TemplateDocument } from './cloudformation/read-yaml.ts';
import { capabilitiesOf, compile, placeholderRelease } from './compile.ts';

type Properties = Readonly<Record<string, unknown>>;

describe('generator: compile', () => {
  it('names, orders and tags the stacks of an environment', () => {
    const compiled = compile(environments.development, placeholderRelease);
    assert.deepEqual(
      compiled.map(({ path, stateful, protection }) => [path, stateful, protection]),
      [
        ['tiers/nonproduction/network.yaml', false, true],
        ['tiers/nonproduction/database.yaml', true, true],
        ['tiers/nonproduction/rate-limits.yaml', true, true],
        ['tiers/nonproduction/geodata-import.yaml', false, true],
        ['environments/development/storage.yaml', true, true],
        ['environments/development/cdn.yaml', false, true],
        ['environments/development/jobs.yaml', false, true],
        ['environments/development/api.yaml', false, true],
        ['environments/development/monitoring.yaml', false, true],
      ],
    );
    for (const [index, { stackName, path, dependsOn, tags }] of compiled.entries()) {
      const [scope, owner = '', stack = ''] = path.replace('.yaml', '').split('/');
      assert.equal(stackName, `coalition-builder-${owner}-${stack}`);
      const scoped = scope === 'tiers' ? { Tier: owner } : { Environment: owner };
      assert.deepEqual(tags, { Project: 'coalition-builder', ...scoped, ManagedBy: 'cloudformation' });
      const before = compiled.slice(0, index).map((stack) => stack.stackName);
      for (const needed of dependsOn) assert.ok(before.includes(needed), `${stackName} comes before ${needed}`);
    }
  });

  it('hands outputs on as parameters: every parameter is some output that is there', () => {
    for (const environment of Object.values(environments)) {
      const compiled = compile(environment, placeholderRelease);
      for (const { body, parameters } of compiled) {
        const declared = Object.keys(readTemplate(body).Parameters ?? {});
        assert.deepEqual(Object.keys(parameters), declared);
        for (const { stackName, output } of Object.values(parameters)) {
          const producer = compiled.find((stack) => stack.stackName === stackName);
          assert.ok(producer && readTemplate(producer.body).Outputs?.[output], `${stackName} has no output ${output}`);
        }
      }
    }
    assert.deepEqual(compile(environments.production, placeholderRelease)[1]?.parameters.NetworkDataSubnetIds, {
      stackName: 'coalition-builder-production-network',
      output: 'DataSubnetIds',
    });
  });

  it('compiles a shared tier to the same bytes from either environment', () => {
    const tierStacks = (name: EnvironmentName) =>
      compile(environments[name], placeholderRelease).filter(({ path }) => path.startsWith('tiers/'));
    assert.deepEqual(tierStacks('development'), tierStacks('staging'));
  });

  it('compiles to the same bytes whatever the clock’s zone, the language and the folder', () => {
    const program = `
      const { environments } = await import(process.argv[1]);
      const { compile, placeholderRelease } = await import(process.argv[2]);
      process.stdout.write(JSON.stringify(Object.values(environments).map((e) => compile(e, placeholderRelease))));`;
    const urls = ['../environments/index.ts', './compile.ts'].map((path) => new URL(path, import.meta.url).href);
    const compileIn = (cwd: string, env: Record<string, string>) =>
      execFileSync(process.execPath, ['--input-type=module', '--eval', program, ...urls], {
        cwd,
        env: { ...process.env, ...env },
        encoding: 'utf8',
      });
    const here = compileIn(process.cwd(), { TZ: 'UTC', LANG: 'C' });
    assert.equal(compileIn(tmpdir(), { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }), here);
    const again = Object.values(environments).map((environment) => compile(environment, placeholderRelease));
    assert.equal(JSON.stringify(again), here);
  });

  it('says in every file what generates it', () => {
    for (const { body } of compile(environments.production, placeholderRelease)) {
      assert.match(
        body,
        /^# Generated from generator\/stacks\/[a-z-]+\.ts and environments\/(tiers\/)?production\.ts: edit/,
      );
    }
  });

  it('asks for the capability to make roles where it makes them, and nowhere else', () => {
    for (const { stack, body, capabilities } of compile(environments.production, placeholderRelease)) {
      const makesRoles = body.includes('AWS::IAM::Role');
      assert.deepEqual(capabilities, makesRoles ? ['CAPABILITY_IAM'] : [], stack);
    }
    const role = (Properties: object) => [{ type: 'AWS::IAM::Role', declaration: { Properties } }];
    assert.deepEqual(capabilitiesOf(role({})), ['CAPABILITY_IAM']);
    assert.deepEqual(capabilitiesOf(role({ RoleName: 'x' })), ['CAPABILITY_NAMED_IAM']);
  });
});

describe('generator: what the platform promises', () => {
  for (const [name, instanceClass] of [
    ['development', 'db.t3.micro'],
    ['staging', 'db.t3.micro'],
    ['production', 'db.t3.small'],
  ] as const) {
    it(`${name}: PostgreSQL 16 on ${instanceClass}, 20 GB gp3, one zone, 7 days of backups, private and encrypted`, () => {
      const { template } = compiled(name, 'database');
      const [database] = resources(template, 'AWS::RDS::DBInstance');
      assert.ok(database);
      const expected = {
        Engine: 'postgres',
        EngineVersion: '16',
        DBInstanceClass: instanceClass,
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
      assert.deepEqual(
        Object.fromEntries(Object.keys(expected).map((key) => [key, database.properties[key]])),
        expected,
      );
      assert.equal('MasterUserPassword' in database.properties, false);
      assert.deepEqual(
        [database.resource.DeletionPolicy, database.resource.UpdateReplacePolicy],
        ['Snapshot', 'Snapshot'],
      );
      const [group] = resources(template, 'AWS::RDS::DBParameterGroup');
      assert.deepEqual(group?.properties.Parameters, {
        'rds.force_ssl': '1',
        max_connections: name === 'production' ? '160' : '80',
      });
    });
  }

  it('PostgreSQL logs are kept 7 days, in a group that is there before RDS would make its own', () => {
    const { template } = compiled('production', 'database');
    const [logs] = resources(template, 'AWS::Logs::LogGroup');
    assert.equal(logs?.properties.RetentionInDays, 7);
    const [database] = resources(template, 'AWS::RDS::DBInstance');
    assert.equal(
      logs?.properties.LogGroupName,
      `/aws/rds/instance/${database?.properties.DBInstanceIdentifier}/postgresql`,
    );
    assert.deepEqual(database?.resource.DependsOn, [logs?.id]);
  });

  it('every environment has a login secret with a generated password, and nothing rotates it', () => {
    const secrets = (name: EnvironmentName) =>
      resources(compiled(name, 'database').template, 'AWS::SecretsManager::Secret');
    assert.deepEqual(
      secrets('development').map(({ properties }) => properties.Name),
      ['coalition-builder-development-database', 'coalition-builder-staging-database'],
    );
    const [secret] = secrets('production');
    const generated = secret?.properties.GenerateSecretString as Properties;
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
    assert.equal(generated.GenerateStringKey, 'password');
    assert.equal(generated.ExcludePunctuation, true);
    for (const { text: body } of [compiled('development', 'database'), compiled('production', 'database')]) {
      assert.doesNotMatch(body, /RotationSchedule/);
    }
  });

  for (const [name, tableName] of [
    ['development', 'coalition-builder-rate-limits-nonproduction'],
    ['production', 'coalition-builder-rate-limits'],
  ] as const) {
    it(`${name}: the table ${tableName} is on demand, expires items, can be restored and has no index`, () => {
      const [table] = resources(compiled(name, 'rate-limits').template, 'AWS::DynamoDB::Table');
      assert.ok(table);
      const { properties } = table;
      assert.equal(properties.TableName, tableName);
      assert.equal(properties.BillingMode, 'PAY_PER_REQUEST');
      assert.deepEqual(properties.KeySchema, [{ AttributeName: 'pk', KeyType: 'HASH' }]);
      assert.deepEqual(properties.AttributeDefinitions, [{ AttributeName: 'pk', AttributeType: 'S' }]);
      assert.deepEqual(properties.TimeToLiveSpecification, { AttributeName: 'expiresAt', Enabled: true });
      assert.equal((properties.PointInTimeRecoverySpecification as Properties).PointInTimeRecoveryEnabled, true);
      assert.deepEqual(properties.OnDemandThroughput, { MaxReadRequestUnits: 50, MaxWriteRequestUnits: 200 });
      assert.equal(properties.DeletionProtectionEnabled, true);
      assert.equal('GlobalSecondaryIndexes' in properties, false);
      assert.equal('SSESpecification' in properties, false, 'a KMS key would cost money');
      assert.equal(table.resource.DeletionPolicy, 'RetainExceptOnCreate');
      assert.equal(table.resource.UpdateReplacePolicy, 'Retain');
    });
  }
});

describe('generator: the network', () => {
  for (const name of ['development', 'production'] as const) {
    const { template } = compiled(name, 'network');
    const routesOf = (group: string) =>
      resources(template, 'AWS::EC2::Route').filter(({ properties }) =>
        isRef(properties.RouteTableId, `${group}RouteTable`),
      );

    it(`${name}: costs nothing, for there is no NAT gateway, no interface endpoint and no fixed address`, () => {
      assert.deepEqual(resources(template, 'AWS::EC2::NatGateway'), []);
      assert.deepEqual(resources(template, 'AWS::EC2::EIP'), []);
      for (const { properties } of resources(template, 'AWS::EC2::VPCEndpoint')) {
        assert.equal(properties.VpcEndpointType, 'Gateway');
      }
    });

    it(`${name}: functions reach out over IPv6 only, the database subnets lead nowhere`, () => {
      assert.deepEqual(
        routesOf('App').map(({ properties }) => properties),
        [
          {
            RouteTableId: { Ref: 'AppRouteTable' },
            DestinationIpv6CidrBlock: '::/0',
            EgressOnlyInternetGatewayId: { Ref: 'EgressOnlyGateway' },
          },
        ],
      );
      assert.deepEqual(routesOf('Data'), []);
      assert.deepEqual(
        routesOf('Public').map(({ properties }) => properties.GatewayId),
        [{ Ref: 'InternetGateway' }],
      );
    });

    it(`${name}: every subnet has a route table of its own kind, two zones, and no public address by itself`, () => {
      const subnets = resources(template, 'AWS::EC2::Subnet');
      assert.equal(subnets.length, 6);
      for (const { id, properties } of subnets) {
        assert.equal(properties.MapPublicIpOnLaunch, false);
        const [association, ...others] = resources(template, 'AWS::EC2::SubnetRouteTableAssociation').filter(
          (candidate) => isRef(candidate.properties.SubnetId, id),
        );
        assert.deepEqual(association?.properties.RouteTableId, { Ref: id.replace(/Subnet\d/, 'RouteTable') });
        assert.equal(others.length, 0);
      }
      const zones = subnets.map(({ properties }) => (properties.AvailabilityZone as Properties)['Fn::Select']);
      assert.deepEqual(
        zones,
        [0, 1, 0, 1, 0, 1].map((zone) => [zone, { 'Fn::GetAZs': '' }]),
      );
      assert.equal(new Set(subnets.map(({ properties }) => properties.CidrBlock)).size, 6);
      const dualStack = subnets.filter(({ properties }) => properties.AssignIpv6AddressOnCreation === true);
      assert.deepEqual(
        dualStack.map(({ id, resource }) => [id, resource.DependsOn]),
        [
          ['AppSubnet1', ['VpcIpv6']],
          ['AppSubnet2', ['VpcIpv6']],
        ],
      );
    });

    it(`${name}: S3 and DynamoDB are reached through gateway endpoints`, () => {
      const endpoints = resources(template, 'AWS::EC2::VPCEndpoint');
      assert.deepEqual(
        endpoints.map(({ properties }) => (properties.ServiceName as Properties)['Fn::Sub']),
        ['s3', 'dynamodb'].map((service) => `com.amazonaws.\${AWS::Region}.${service}`),
      );
      for (const { properties } of endpoints) {
        assert.deepEqual(properties.RouteTableIds, [{ Ref: 'AppRouteTable' }, { Ref: 'PublicRouteTable' }]);
      }
    });

    it(`${name}: only functions and imports reach the database, and the database reaches nothing`, () => {
      const groups = resources(template, 'AWS::EC2::SecurityGroup');
      const egress = (id: string) =>
        groups.find((group) => group.id === id)?.properties.SecurityGroupEgress as readonly Properties[];
      assert.deepEqual(
        egress('DataSecurityGroup').map(({ CidrIp, CidrIpv6 }) => [CidrIp, CidrIpv6]),
        [['127.0.0.1/32', undefined]],
      );
      for (const id of ['AppSecurityGroup', 'ImportSecurityGroup']) {
        assert.deepEqual(
          egress(id).map(({ FromPort, ToPort, CidrIp, CidrIpv6, DestinationSecurityGroupId }) => [
            FromPort,
            ToPort,
            CidrIp ?? CidrIpv6 ?? DestinationSecurityGroupId,
          ]),
          [
            [443, 443, '0.0.0.0/0'],
            [443, 443, '::/0'],
            [5432, 5432, { Ref: 'DataSecurityGroup' }],
          ],
        );
      }
      for (const { properties } of groups) assert.equal('SecurityGroupIngress' in properties, false);
      assert.deepEqual(
        resources(template, 'AWS::EC2::SecurityGroupIngress').map(({ properties }) => [
          properties.GroupId,
          properties.SourceSecurityGroupId,
          properties.FromPort,
          properties.ToPort,
        ]),
        ['App', 'Import'].map((group) => [{ Ref: 'DataSecurityGroup' }, { Ref: `${group}SecurityGroup` }, 5432, 5432]),
      );
    });
  }

  it('an environment that asks for NAT gets one gateway, and IPv4 out of the app subnets only', () => {
    const { tier, ...rest } = environments.production;
    const network = { ...tier.network, egress: 'nat' as const };
    const asked: Environment = { ...rest, tier: { ...tier, network } };
    const template = readTemplate(compile(asked, placeholderRelease)[0]?.body ?? '');
    assert.deepEqual(
      resources(template, 'AWS::EC2::NatGateway').map(({ properties }) => properties.SubnetId),
      [{ Ref: 'PublicSubnet1' }],
    );
    const through = resources(template, 'AWS::EC2::Route').filter(({ properties }) => properties.NatGatewayId);
    assert.deepEqual(
      through.map(({ properties }) => [properties.RouteTableId, properties.DestinationCidrBlock]),
      [[{ Ref: 'AppRouteTable' }, '0.0.0.0/0']],
    );
  });
});

function compiled(name: EnvironmentName, stack: string): { template: TemplateDocument; text: string } {
  const found = compile(environments[name], placeholderRelease).find((candidate) => candidate.stack === stack);
  assert.ok(found, `${name} has no stack ${stack}`);
  return { template: readTemplate(found.body), text: found.body };
}

function resources(template: TemplateDocument, type: string) {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => ({ id, resource, properties: resource.Properties ?? {} }));
}

function isRef(value: unknown, id: string): boolean {
  return (value as Properties | undefined)?.Ref === id;
}
