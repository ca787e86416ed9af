/** The network as it is holds; each way of getting it wrong is found, and named by the resource that is wrong. */
import assert from 'node:assert/strict';
import { assembled } from '../../../environments/testing/written.ts';
import { readTemplate } from '../../cloudformation/read-yaml.ts';
import { platformOf } from '../../platform/platform.ts';
import { templates } from '../../templates.ts';
import { committed, type Draft, propertiesOf, set } from '../../testing/committed.ts';
import { findings, rejects, without } from '../../testing/proofs.ts';
import type { Proof } from '../proof.ts';
import { exposure } from './exposure.ts';
import { reachability } from './reachability.ts';

const network = 'tiers/production/network.yaml';
const database = 'tiers/production/database.yaml';
const api = 'environments/production/api.yaml';
const imports = 'tiers/production/geodata-import.yaml';
const storage = 'environments/production/storage.yaml';

function tell(template: Draft, variables: object): void {
  const { Environment } = propertiesOf<{ Environment: { Variables: object } }>(template, 'Function');
  Object.assign(Environment.Variables, variables);
}

function egress(template: Draft): { CidrIpv6?: string; FromPort: number }[] {
  return propertiesOf<{ SecurityGroupEgress: { CidrIpv6?: string; FromPort: number }[] }>(template, 'AppSecurityGroup')
    .SecurityGroupEgress;
}

function policyOf(template: Draft, id: string): { Statement: { Effect: string; [key: string]: unknown }[] } {
  return propertiesOf<{ PolicyDocument: ReturnType<typeof policyOf> }>(template, id).PolicyDocument;
}

describe('proofs: reachability', () => {
  const shown = (proof: Proof) => new Map(proof.claims.map((claim) => [claim.says, claim.shown]));

  it('holds of every function and task, and says by which way', async () => {
    assert.deepEqual(await findings(reachability), []);
    const claims = shown(reachability(platformOf(committed)));
    const way = claims.get('coalition-production reaches all that it depends on') ?? '';
    for (const part of [
      /Secrets Manager: IPv6 through EgressOnlyGateway/,
      /PostgreSQL: 5432 from AppSecurityGroup to DataSecurityGroup/,
      /S3, DynamoDB: a gateway endpoint/,
      /ECR, CloudWatch Logs: by Lambda itself/,
    ]) {
      assert.match(way, part);
    }
    const task = claims.get('coalition-builder-geodata-import-production reaches all that it depends on') ?? '';
    assert.match(task, /the Census files: IPv4 through InternetGateway, with a public address/);
  });

  it('costs nothing fixed', () => {
    const claims = shown(reachability(platformOf(committed)));
    for (const tier of ['nonproduction', 'production']) {
      assert.match(claims.get(`${tier} pays for no way out that nothing needs`) ?? '', /\$0 of fixed networking/);
    }
  });

  for (const [mode, way] of [
    ['interface-endpoints', /Secrets Manager: the interface endpoint SecretsManagerEndpoint/],
    ['nat', /Secrets Manager: IPv6 through EgressOnlyGateway/],
  ] as const) {
    it(`holds with egress "${mode}"`, async () => {
      const chosen = assembled({
        'tiers.production.network.egress': mode,
        ...(mode === 'nat' && { 'tiers.production.outbound': { geocoder: 'census' } }),
      });
      const documents = new Map([...templates(chosen)].map(([path, body]) => [path, readTemplate(body)]));
      assert.deepEqual(await findings(reachability, documents), []);
      assert.deepEqual(await findings(exposure, documents), []);
      const claims = shown(reachability(platformOf(documents)));
      const shownWay = claims.get('coalition-production reaches all that it depends on') ?? '';
      assert.match(shownWay, way);
      if (mode === 'nat') assert.match(shownWay, /the Census geocoder: IPv4 through NatGateway/);
    });
  }

  rejects(reachability, [
    [
      'a function without IPv6',
      api,
      (template) =>
        set(template, 'Function', {
          VpcConfig: {
            ...propertiesOf<{ VpcConfig: object }>(template, 'Function').VpcConfig,
            Ipv6AllowedForDualStack: false,
          },
        }),
      /api\.yaml Function has no way to Secrets Manager/,
    ],
    [
      'a subnet without an IPv6 range',
      network,
      (template) => set(template, 'AppSubnet2', { Ipv6CidrBlock: undefined }),
      /no way to Secrets Manager/,
    ],
    ['no route for IPv6', network, without('AppIpv6Route'), /no way to Secrets Manager/],
    ['no egress-only gateway', network, without('EgressOnlyGateway'), /no way to Secrets Manager/],
    [
      'no rule for IPv6',
      network,
      (template) =>
        set(template, 'AppSecurityGroup', {
          SecurityGroupEgress: egress(template).filter(({ CidrIpv6 }) => !CidrIpv6),
        }),
      /no way to Secrets Manager/,
    ],
    ['no endpoint for DynamoDB', network, without('DynamoDbEndpoint'), /no way to DynamoDB/],
    [
      'an endpoint for S3 on another route table',
      network,
      (template) => set(template, 'S3Endpoint', { RouteTableIds: [{ Ref: 'PublicRouteTable' }] }),
      /no way to S3/,
    ],
    ['a subnet that is associated with no route table', network, without('AppSubnet1Routes'), /no way to DynamoDB/],
    [
      'a database that does not let the function in',
      network,
      without('DataFromApp'),
      /api\.yaml Function has no way to PostgreSQL/,
    ],
    [
      'a database that does not let the import in',
      network,
      without('DataFromImport'),
      /ProductionTask has no way to PostgreSQL/,
    ],
    [
      'a database on another port',
      network,
      (template) => set(template, 'DataFromApp', { FromPort: 5433, ToPort: 5433 }),
      /no way to PostgreSQL/,
    ],
    [
      'a function that opens nothing to the database',
      network,
      (template) =>
        set(template, 'AppSecurityGroup', {
          SecurityGroupEgress: egress(template).filter(({ FromPort }) => FromPort !== 5432),
        }),
      /no way to PostgreSQL/,
    ],
    [
      'an import without a way to the internet',
      network,
      without('PublicRoute'),
      /ProductionTask has no way to the Census files/,
    ],
    [
      'an import in the subnets of functions',
      imports,
      (template) => {
        const Description = 'appSubnetIds of coalition-builder-production-network';
        Object.assign(template.Parameters ?? {}, { AppSubnetIds: { Type: 'CommaDelimitedList', Description } });
        Object.assign(template.Outputs ?? {}, { SubnetIds: { Value: { Ref: 'AppSubnetIds' } } });
      },
      /ProductionTask has no way to the Census files/,
    ],
    [
      'a geocoder that speaks IPv4 only',
      api,
      (template) =>
        tell(template, {
          GEOCODER: 'census',
        }),
      /no way to the Census geocoder/,
    ],
    [
      'a mail server behind a closed port',
      api,
      (template) =>
        tell(template, {
          SMTP_HOST: 'smtp.example.org',
        }),
      /no way to the mail server: none for port 587/,
    ],
    [
      'a variable of which nobody said what it reaches',
      api,
      (template) =>
        tell(template, {
          PARTNER_URL: 'https://example.org',
        }),
      /is told PARTNER_URL: say in/,
    ],
    [
      'a NAT gateway that nothing needs',
      network,
      (template) => {
        template.Resources.Nat = { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: { Ref: 'PublicSubnet1' } } };
      },
      /network\.yaml Nat is paid for, and everything is reached without it/,
    ],
    [
      'an interface endpoint that nothing needs',
      network,
      (template) => {
        template.Resources.Queue = {
          Type: 'AWS::EC2::VPCEndpoint',
          Properties: {
            VpcEndpointType: 'Interface',
            ServiceName: 'com.amazonaws.us-east-1.sqs',
            SubnetIds: [{ Ref: 'AppSubnet1' }],
          },
        };
      },
      /Queue is paid for/,
    ],
  ]);
});

describe('proofs: exposure', () => {
  it('holds of every stack', async () => {
    assert.deepEqual(await findings(exposure), []);
  });

  rejects(exposure, [
    [
      'a database with a public address',
      database,
      (template) => set(template, 'Database', { PubliclyAccessible: true }),
      /database\.yaml Database does not say PubliclyAccessible: false/,
    ],
    [
      'a database that does not say',
      database,
      (template) => set(template, 'Database', { PubliclyAccessible: undefined }),
      /does not say PubliclyAccessible/,
    ],
    [
      'a database that is not encrypted',
      database,
      (template) => set(template, 'Database', { StorageEncrypted: false }),
      /is not encrypted/,
    ],
    [
      'a database open to a range',
      network,
      (template) => {
        template.Resources.Office = {
          Type: 'AWS::EC2::SecurityGroupIngress',
          Properties: {
            GroupId: { Ref: 'DataSecurityGroup' },
            IpProtocol: 'tcp',
            FromPort: 5432,
            ToPort: 5432,
            CidrIp: '203.0.113.0/24',
          },
        };
      },
      /Office lets 203\.0\.113\.0\/24 in to the database/,
    ],
    [
      'a database open to a third group',
      network,
      (template) => {
        template.Resources.Bastion = {
          Type: 'AWS::EC2::SecurityGroup',
          Properties: { SecurityGroupEgress: [{ IpProtocol: '-1', CidrIp: '127.0.0.1/32' }] },
        };
        template.Resources.FromBastion = {
          Type: 'AWS::EC2::SecurityGroupIngress',
          Properties: {
            GroupId: { Ref: 'DataSecurityGroup' },
            IpProtocol: 'tcp',
            FromPort: 5432,
            ToPort: 5432,
            SourceSecurityGroupId: { Ref: 'Bastion' },
          },
        };
      },
      /FromBastion lets Bastion in, which no program/,
    ],
    [
      'a database that may open connections',
      network,
      (template) => set(template, 'DataSecurityGroup', { SecurityGroupEgress: undefined }),
      /DataSecurityGroup lets the database open connections/,
    ],
    [
      'a database on all ports',
      network,
      (template) => set(template, 'DataFromApp', { FromPort: 0, ToPort: 65535 }),
      /opens other ports than 5432/,
    ],
    [
      'a database with a way out',
      network,
      (template) => {
        template.Resources.Leak = {
          Type: 'AWS::EC2::Route',
          Properties: {
            RouteTableId: { Ref: 'DataRouteTable' },
            DestinationCidrBlock: '0.0.0.0/0',
            GatewayId: { Ref: 'InternetGateway' },
          },
        };
      },
      /Leak gives DataSubnet1 a way out/,
    ],
    [
      'a database that shares the functions’ route table',
      network,
      (template) => set(template, 'DataSubnet1Routes', { RouteTableId: { Ref: 'AppRouteTable' } }),
      /gives DataSubnet1 a way out/,
    ],
    [
      'a group that is open to the world',
      network,
      (template) => {
        template.Resources.Web = {
          Type: 'AWS::EC2::SecurityGroupIngress',
          Properties: {
            GroupId: { Ref: 'ImportSecurityGroup' },
            IpProtocol: 'tcp',
            FromPort: 443,
            ToPort: 443,
            CidrIp: '0.0.0.0/0',
          },
        };
      },
      /Web lets 0\.0\.0\.0\/0 in/,
    ],
    [
      'rules inside a group and beside it',
      network,
      (template) => set(template, 'DataSecurityGroup', { SecurityGroupIngress: [] }),
      /has rules inside it and beside it/,
    ],
    [
      'functions in a public subnet',
      network,
      (template) => {
        template.Resources.AppRoute = {
          Type: 'AWS::EC2::Route',
          Properties: {
            RouteTableId: { Ref: 'AppRouteTable' },
            DestinationCidrBlock: '0.0.0.0/0',
            GatewayId: { Ref: 'InternetGateway' },
          },
        };
      },
      /Function sits in AppSubnet1, whose way out is for public addresses/,
    ],
    [
      'a subnet that gives out addresses',
      network,
      (template) => set(template, 'PublicSubnet1', { MapPublicIpOnLaunch: true }),
      /PublicSubnet1 gives out public addresses/,
    ],
    [
      'an address of nobody',
      network,
      (template) => {
        template.Resources.Address = { Type: 'AWS::EC2::EIP', Properties: { Domain: 'vpc' } };
      },
      /Address is an address that is no NAT gateway/,
    ],
    [
      'a function that answers past the gateway',
      api,
      (template) => {
        template.Resources.Url = {
          Type: 'AWS::Lambda::Url',
          Properties: { AuthType: 'NONE', TargetFunctionArn: { Ref: 'Function' } },
        };
      },
      /Url answers the whole internet/,
    ],
    [
      'a function that everybody may call',
      api,
      (template) => set(template, 'GatewayPermission', { Principal: '*' }),
      /GatewayPermission lets everybody call/,
    ],
    [
      'a permission for anybody’s gateway',
      api,
      (template) => set(template, 'GatewayPermission', { SourceArn: undefined }),
      /has no SourceArn/,
    ],
    [
      'a bucket that may become public',
      storage,
      (template) => set(template, 'MediaBucket', { PublicAccessBlockConfiguration: { BlockPublicAcls: true } }),
      /MediaBucket does not say BlockPublicPolicy: true/,
    ],
    [
      'a bucket policy for everybody',
      'environments/production/cdn.yaml',
      (template) => {
        policyOf(template, 'MediaBucketPolicy').Statement.push({
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: '*',
        });
      },
      /MediaBucketPolicy allows something to everybody/,
    ],
    [
      'a bucket that answers without TLS',
      'environments/production/cdn.yaml',
      (template) => {
        const document = policyOf(template, 'StaticBucketPolicy');
        document.Statement = document.Statement.filter(({ Effect }) => Effect !== 'Deny');
      },
      /StaticBucketPolicy answers without TLS/,
    ],
  ]);
});
