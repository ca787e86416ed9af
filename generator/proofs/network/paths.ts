/** Whether there is a way from what runs to what it depends on, and which: routes, addresses and security groups. */
import { ofType, type Place, type Platform, target, targets } from '../../platform/platform.ts';
import { type Dependency, database } from './dependencies.ts';
import type { Runner } from './runners.ts';
import {
  allows,
  defaultRoute,
  egressOf,
  type Family,
  gatewayEndpointsOf,
  ingressOf,
  opensTo,
  routeTableOf,
} from './topology.ts';

/** @returns the way, for a reader; undefined where there is none */
export function pathTo(platform: Platform, runner: Runner, dependency: Dependency): string | undefined {
  if (dependency.delivered) return dependency.delivered;
  if (!runner.vpc) return 'over the internet: it is in no VPC of ours';
  const { subnets, groups } = runner.vpc;
  if (subnets.length === 0 || groups.length === 0) return undefined;
  if (dependency === database) return databasePath(platform, runner, groups);
  return (
    gatewayEndpoint(platform, subnets, groups, dependency) ??
    interfaceEndpoint(platform, groups, dependency) ??
    overIpv6(platform, runner, subnets, groups, dependency) ??
    overIpv4(platform, runner, subnets, groups, dependency)
  );
}

/** The instance that a program's secret names, or the master's. */
function databasePath(platform: Platform, { place, variables }: Runner, groups: readonly Place[]): string | undefined {
  const secret = variables.DATABASE_SECRET_ARN ?? variables.MASTER_SECRET_ARN;
  const named = targets(platform, place.stack, secret).map((found) => found.place);
  const instance =
    named.find(({ type }) => type === 'AWS::RDS::DBInstance') ??
    named.map((each) => target(platform, each.stack, each.properties, 'AWS::RDS::DBInstance')).find(Boolean);
  if (!instance) return undefined;
  const doors = targets(platform, instance.stack, instance.properties.VPCSecurityGroups).map((found) => found.place);
  for (const group of groups) {
    for (const door of doors) {
      const out = egressOf(platform, group).some((rule) => rule.group === door && allows(rule, database.port));
      const into = ingressOf(platform, door).some((rule) => rule.group === group && allows(rule, database.port));
      if (out && into) return `${database.port} from ${group.id} to ${door.id}`;
    }
  }
  return undefined;
}

function gatewayEndpoint(
  platform: Platform,
  subnets: readonly Place[],
  groups: readonly Place[],
  { service, port }: Dependency,
): string | undefined {
  if (!service) return undefined;
  const everywhere = subnets.every((subnet) => {
    const table = routeTableOf(platform, subnet);
    const endpoints = table ? gatewayEndpointsOf(platform, table) : [];
    return endpoints.some((endpoint) => isOf(endpoint, service, 'Gateway'));
  });
  return everywhere && opensTo(platform, groups, 'IPv4', port) ? 'a gateway endpoint' : undefined;
}

function interfaceEndpoint(
  platform: Platform,
  groups: readonly Place[],
  { service, port }: Dependency,
): string | undefined {
  if (!service || !opensTo(platform, groups, 'IPv4', port)) return undefined;
  const found = ofType(platform, 'AWS::EC2::VPCEndpoint').find((endpoint) => {
    if (!isOf(endpoint, service, 'Interface') || endpoint.properties.PrivateDnsEnabled !== true) return false;
    const doors = targets(platform, endpoint.stack, endpoint.properties.SecurityGroupIds).map(({ place }) => place);
    return doors.some((door) =>
      ingressOf(platform, door).some((rule) => rule.group && groups.includes(rule.group) && allows(rule, port)),
    );
  });
  return found && `the interface endpoint ${found.id}`;
}

function overIpv6(
  platform: Platform,
  { ipv6 }: Runner,
  subnets: readonly Place[],
  groups: readonly Place[],
  dependency: Dependency,
): string | undefined {
  const addressed = ipv6 && subnets.every(({ properties }) => properties.Ipv6CidrBlock !== undefined);
  if (!dependency.ipv6 || !addressed) return undefined;
  return internet(platform, 'IPv6', subnets, groups, dependency.port, [
    'AWS::EC2::EgressOnlyInternetGateway',
    'AWS::EC2::InternetGateway',
  ]);
}

function overIpv4(
  platform: Platform,
  { publicAddress }: Runner,
  subnets: readonly Place[],
  groups: readonly Place[],
  { port }: Dependency,
): string | undefined {
  const translated = internet(platform, 'IPv4', subnets, groups, port, ['AWS::EC2::NatGateway']);
  if (translated) return translated;
  // An internet gateway is of use only to whoever has a public address.
  const own = publicAddress && internet(platform, 'IPv4', subnets, groups, port, ['AWS::EC2::InternetGateway']);
  return own ? `${own}, with a public address` : undefined;
}

function internet(
  platform: Platform,
  family: Family,
  subnets: readonly Place[],
  groups: readonly Place[],
  port: number,
  gateways: readonly string[],
): string | undefined {
  const ways = subnets.map((subnet) => defaultRoute(platform, subnet, family));
  const [first] = ways;
  const open = ways.every((way) => way && gateways.includes(way.type) && leadsOut(platform, way));
  return first && open && opensTo(platform, groups, family, port) ? `${family} through ${first.id}` : undefined;
}

/** A NAT gateway is of use only where it can itself get out. */
function leadsOut(platform: Platform, gateway: Place): boolean {
  if (gateway.type !== 'AWS::EC2::NatGateway') return true;
  const subnet = target(platform, gateway.stack, gateway.properties.SubnetId, 'AWS::EC2::Subnet');
  return subnet !== undefined && defaultRoute(platform, subnet, 'IPv4')?.type === 'AWS::EC2::InternetGateway';
}

function isOf({ properties }: Place, service: string, kind: 'Gateway' | 'Interface'): boolean {
  const { ServiceName, VpcEndpointType = 'Gateway' } = properties;
  const name = JSON.stringify(ServiceName ?? '');
  return VpcEndpointType === kind && name.includes(`.${service}"`);
}
