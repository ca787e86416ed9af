/** Every dependency has a way under the chosen way out, and nothing is paid for that none of them needs. */
import type { Platform } from '../../platform/platform.ts';
import { ofType, type Place, platformOf } from '../../platform/platform.ts';
import { at, type Claim, claim, type Proof } from '../proof.ts';
import { type Dependency, dependenciesOf, unknownVariables } from './dependencies.ts';
import { pathTo } from './paths.ts';
import { type Runner, runnersOf } from './runners.ts';

export function reachability(platform: Platform): Proof {
  const runners = runnersOf(platform);
  return {
    name: 'Reachability',
    claims: [
      ...runners.flatMap((runner) => runnerClaims(platform, runner)),
      ...networks(platform).map((owner) => paidWaysOut(platform, owner)),
    ],
  };
}

function runnerClaims(platform: Platform, runner: Runner): readonly Claim[] {
  const { place, name } = runner;
  const { owner } = place.stack;
  const ways = dependenciesOf(runner).map((dependency) => ({ dependency, way: pathTo(platform, runner, dependency) }));
  const byWay = Map.groupBy(ways, ({ way }) => way ?? 'no way');
  const described = [...byWay].map(
    ([way, all]) => `${all.map(({ dependency }) => dependency.name).join(', ')}: ${way}`,
  );
  return [
    claim(
      owner,
      `${name} reaches all that it depends on`,
      described.join('; '),
      ways.map(({ dependency, way }) => way === undefined && at(place, whyNot(runner, dependency))),
      unknownVariables(runner).map((variable) =>
        at(place, `is told ${variable}: say in generator/proofs/network/dependencies.ts what that makes it reach`),
      ),
    ),
  ];
}

function whyNot({ vpc }: Runner, { name, port, ipv6 }: Dependency): string {
  const seats = vpc?.subnets.map(({ id }) => id).join(', ') || 'no subnet that could be found';
  const families = ipv6 ? 'over IPv4 or IPv6' : 'over IPv4';
  return `has no way to ${name}: none for port ${port} ${families} from ${seats}, through its routes and groups`;
}

const paid = ['AWS::EC2::NatGateway', 'AWS::EC2::EIP', 'AWS::EC2::VPCEndpoint'];

/** The owners of networks. */
function networks(platform: Platform): readonly string[] {
  return [...new Set(ofType(platform, 'AWS::EC2::VPC').map(({ stack }) => stack.owner))];
}

/** A NAT gateway or an interface endpoint is there because something could not be reached without it. */
function paidWaysOut(platform: Platform, owner: string): Claim {
  const ways = ofType(platform, ...paid)
    .filter(({ stack }) => stack.owner === owner)
    .filter(({ type, properties }) => type !== 'AWS::EC2::VPCEndpoint' || properties.VpcEndpointType === 'Interface');
  return claim(
    owner,
    `${owner} pays for no way out that nothing needs`,
    ways.length === 0
      ? 'it has only ways out that are free: $0 of fixed networking'
      : ways.map(({ id }) => id).join(', '),
    ways.map((way) => !isNeeded(platform, way) && at(way, 'is paid for, and everything is reached without it')),
  );
}

function isNeeded(platform: Platform, way: Place): boolean {
  // An address is its gateway's.
  if (way.type === 'AWS::EC2::EIP') {
    return ofType(platform, 'AWS::EC2::NatGateway').some((gateway) => isNeeded(platform, gateway));
  }
  const without = remove(platform, way);
  return runnersOf(without).some((runner) =>
    dependenciesOf(runner).some((dependency) => pathTo(without, runner, dependency) === undefined),
  );
}

function remove(platform: Platform, { stack, id }: Place): Platform {
  const templates = platform.stacks.map((each) => {
    if (each !== stack) return [each.path, each.template] as const;
    const { [id]: _, ...Resources } = each.template.Resources;
    return [each.path, { ...each.template, Resources }] as const;
  });
  return platformOf(new Map(templates));
}
