/** What runs: functions and tasks, where they sit in the network, and what they are told to reach. */
import { ofType, type Place, type Platform, type PlatformStack, targets } from '../../platform/platform.ts';

export interface Runner {
  readonly place: Place;
  /** `coalition-production`, or a task's family. */
  readonly name: string;
  readonly kind: 'function' | 'task';
  /** Undefined outside a VPC of ours: everything on the internet is reached from there. */
  readonly vpc?: { readonly subnets: readonly Place[]; readonly groups: readonly Place[] };
  /** Whether it has an IPv6 address in a dual-stack subnet. */
  readonly ipv6: boolean;
  /** Whether it is started with a public IPv4 address. */
  readonly publicAddress: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
}

export function runnersOf(platform: Platform): readonly Runner[] {
  return [
    ...ofType(platform, 'AWS::Lambda::Function').map((place) => functionRunner(platform, place)),
    ...ofType(platform, 'AWS::ECS::TaskDefinition').map((place) => taskRunner(platform, place)),
  ];
}

function functionRunner(platform: Platform, place: Place): Runner {
  const { FunctionName, VpcConfig, Environment } = place.properties;
  const config = VpcConfig as Readonly<Record<string, unknown>> | undefined;
  return {
    place,
    name: String(FunctionName),
    kind: 'function',
    ...(config && { vpc: seat(platform, place.stack, config.SubnetIds, config.SecurityGroupIds) }),
    ipv6: config?.Ipv6AllowedForDualStack === true,
    // In a public subnet a function has none, whatever the subnet says.
    publicAddress: false,
    variables: (Environment as { Variables?: Readonly<Record<string, unknown>> } | undefined)?.Variables ?? {},
  };
}

/** Whoever starts a task is told by its stack where: the outputs `SubnetIds` and `SecurityGroupId`. */
function taskRunner(platform: Platform, place: Place): Runner {
  const { Family, ContainerDefinitions } = place.properties;
  const { SubnetIds, SecurityGroupId } = place.stack.template.Outputs ?? {};
  const containers = (ContainerDefinitions ?? []) as readonly {
    readonly Environment?: readonly { readonly Name: string; readonly Value: unknown }[];
  }[];
  return {
    place,
    name: String(Family),
    kind: 'task',
    ...(SubnetIds && { vpc: seat(platform, place.stack, SubnetIds.Value, SecurityGroupId?.Value) }),
    ipv6: false,
    // scripts/run-import asks for one; without it the task could not even fetch its image.
    publicAddress: true,
    variables: Object.fromEntries(
      containers.flatMap(({ Environment = [] }) => Environment.map(({ Name, Value }) => [Name, Value])),
    ),
  };
}

function seat(platform: Platform, stack: PlatformStack, subnetIds: unknown, groupIds: unknown) {
  const of = (value: unknown, type: string) =>
    targets(platform, stack, value)
      .map(({ place }) => place)
      .filter((place) => place.type === type);
  return { subnets: of(subnetIds, 'AWS::EC2::Subnet'), groups: of(groupIds, 'AWS::EC2::SecurityGroup') };
}
