import assert from 'node:assert/strict';
import { type Environment, environments } from '../../environments/index.ts';
import { type Properties, resources, templateOf } from '../testing/compiled.ts';

describe('generator: the network', () => {
  for (const name of ['development', 'production'] as const) {
    const template = templateOf(name, 'network');
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
    const template = templateOf(asked, 'network');
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

function isRef(value: unknown, id: string): boolean {
  return (value as Properties | undefined)?.Ref === id;
}
