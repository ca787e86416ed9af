/** Subnets, routes and security groups, as the templates wire them. */
import { ofType, type Place, type Platform, target, targets } from '../../platform/platform.ts';

export type Family = 'IPv4' | 'IPv6';

export interface Rule {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  /** A range of addresses, or undefined. */
  readonly range?: string;
  /** The group at the other end, or undefined. */
  readonly group?: Place;
  readonly place: Place;
}

/** What AWS writes for "anywhere". */
export const anywhere: Readonly<Record<Family, string>> = { IPv4: '0.0.0.0/0', IPv6: '::/0' };

export function routeTableOf(platform: Platform, subnet: Place): Place | undefined {
  const association = ofType(platform, 'AWS::EC2::SubnetRouteTableAssociation').find(
    ({ stack, properties }) => target(platform, stack, properties.SubnetId, 'AWS::EC2::Subnet') === subnet,
  );
  return (
    association && target(platform, association.stack, association.properties.RouteTableId, 'AWS::EC2::RouteTable')
  );
}

export function routesOf(platform: Platform, table: Place): readonly Place[] {
  return ofType(platform, 'AWS::EC2::Route').filter(
    ({ stack, properties }) => target(platform, stack, properties.RouteTableId, 'AWS::EC2::RouteTable') === table,
  );
}

/** Where packets of a family go that are for nobody in the VPC. */
export function defaultRoute(platform: Platform, subnet: Place, family: Family): Place | undefined {
  const table = routeTableOf(platform, subnet);
  if (!table) return undefined;
  const route = routesOf(platform, table).find(
    ({ properties }) =>
      properties[family === 'IPv4' ? 'DestinationCidrBlock' : 'DestinationIpv6CidrBlock'] === anywhere[family],
  );
  if (!route) return undefined;
  const { GatewayId, NatGatewayId, EgressOnlyInternetGatewayId } = route.properties;
  return target(
    platform,
    route.stack,
    GatewayId ?? NatGatewayId ?? EgressOnlyInternetGatewayId,
    'AWS::EC2::InternetGateway',
    'AWS::EC2::NatGateway',
    'AWS::EC2::EgressOnlyInternetGateway',
  );
}

/** Gateway endpoints whose routes stand in a table. */
export function gatewayEndpointsOf(platform: Platform, table: Place): readonly Place[] {
  return ofType(platform, 'AWS::EC2::VPCEndpoint').filter(({ stack, properties }) =>
    targets(platform, stack, properties.RouteTableIds).some(({ place }) => place === table),
  );
}

/** What a group lets out. A group that says nothing lets everything out over IPv4: EC2 adds that rule. */
export function egressOf(platform: Platform, group: Place): readonly Rule[] {
  const inline = rulesIn(platform, group, group.properties.SecurityGroupEgress, 'Destination');
  const separate = ofType(platform, 'AWS::EC2::SecurityGroupEgress').filter((rule) => belongs(platform, rule, group));
  const rules = [...inline, ...separate.flatMap((rule) => rulesIn(platform, rule, [rule.properties], 'Destination'))];
  if (rules.length > 0) return rules;
  return [{ protocol: '-1', from: 0, to: highestPort, range: anywhere.IPv4, place: group }];
}

export function ingressOf(platform: Platform, group: Place): readonly Rule[] {
  const inline = rulesIn(platform, group, group.properties.SecurityGroupIngress, 'Source');
  const separate = ofType(platform, 'AWS::EC2::SecurityGroupIngress').filter((rule) => belongs(platform, rule, group));
  return [...inline, ...separate.flatMap((rule) => rulesIn(platform, rule, [rule.properties], 'Source'))];
}

/** Whether a rule lets TCP through on a port. */
export function allows({ protocol, from, to }: Rule, port: number): boolean {
  return protocol === '-1' || (protocol === 'tcp' && from <= port && port <= to);
}

export function opensTo(platform: Platform, groups: readonly Place[], family: Family, port: number): boolean {
  return groups
    .flatMap((group) => egressOf(platform, group))
    .some((rule) => rule.range === anywhere[family] && allows(rule, port));
}

const highestPort = 65_535;

function belongs(platform: Platform, { stack, properties }: Place, group: Place): boolean {
  return target(platform, stack, properties.GroupId, 'AWS::EC2::SecurityGroup') === group;
}

function rulesIn(platform: Platform, place: Place, rules: unknown, other: 'Source' | 'Destination'): readonly Rule[] {
  return ((rules ?? []) as readonly Readonly<Record<string, unknown>>[]).map((rule) => {
    const group = target(platform, place.stack, rule[`${other}SecurityGroupId`], 'AWS::EC2::SecurityGroup');
    const range = rule.CidrIp ?? rule.CidrIpv6;
    return {
      protocol: String(rule.IpProtocol),
      from: Number(rule.FromPort ?? 0),
      to: Number(rule.ToPort ?? highestPort),
      ...(typeof range === 'string' && { range }),
      ...(group && { group }),
      place,
    };
  });
}
