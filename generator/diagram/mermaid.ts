/** Templates as Mermaid, which GitHub draws: what runs and holds something, and what refers to what. */
import { type Place, type Platform, type PlatformStack, placesOf, targets } from '../platform/platform.ts';

/** Shapes by type; a type without one is wiring, and is looked through. */
const shapes: Readonly<Record<string, readonly [open: string, close: string]>> = {
  'AWS::ApiGateway::RestApi': ['[[', ']]'],
  'AWS::ApiGateway::Stage': ['[[', ']]'],
  'AWS::CloudFront::Distribution': ['[[', ']]'],
  'AWS::CloudFront::Function': ['[', ']'],
  'AWS::CloudWatch::Alarm': ['>', ']'],
  'AWS::DynamoDB::Table': ['[(', ')]'],
  'AWS::EC2::EgressOnlyInternetGateway': ['{{', '}}'],
  'AWS::EC2::InternetGateway': ['{{', '}}'],
  'AWS::EC2::NatGateway': ['{{', '}}'],
  'AWS::EC2::RouteTable': ['[', ']'],
  'AWS::EC2::SecurityGroup': ['([', '])'],
  'AWS::EC2::Subnet': ['[', ']'],
  'AWS::EC2::VPC': ['[[', ']]'],
  'AWS::EC2::VPCEndpoint': ['{{', '}}'],
  'AWS::ECR::Repository': ['[(', ')]'],
  'AWS::ECS::Cluster': ['[[', ']]'],
  'AWS::ECS::TaskDefinition': ['[', ']'],
  'AWS::Events::Rule': ['([', '])'],
  'AWS::IAM::ManagedPolicy': ['>', ']'],
  'AWS::IAM::OIDCProvider': ['{{', '}}'],
  'AWS::IAM::Role': ['([', '])'],
  'AWS::Lambda::Alias': ['[', ']'],
  'AWS::Lambda::Function': ['[', ']'],
  'AWS::Logs::LogGroup': ['>', ']'],
  'AWS::RDS::DBInstance': ['[(', ')]'],
  'AWS::S3::Bucket': ['[(', ')]'],
  'AWS::SNS::Topic': ['>', ']'],
  'AWS::Scheduler::Schedule': ['([', '])'],
  'AWS::SecretsManager::Secret': ['[(', ')]'],
};

/** The stacks of an environment and of its tier, and which takes something from which. */
export function stacksDiagram(platform: Platform, environment: string): string {
  const own = platform.stacks.filter(({ owner, scope }) => owner === environment && scope === 'environment');
  const edges = new Set<string>();
  const drawn = new Map<string, PlatformStack>();
  const visit = (stack: PlatformStack) => {
    if (drawn.has(stack.path)) return;
    drawn.set(stack.path, stack);
    for (const name of Object.keys(stack.template.Parameters ?? {})) {
      for (const { place } of targets(platform, stack, { Ref: name })) {
        edges.add(`  ${idOf(place.stack)} --> ${idOf(stack)}`);
        visit(place.stack);
      }
    }
  };
  own.forEach(visit);
  // A stack of the tier may hand on nothing, and is there all the same.
  const tier = [...drawn.values()].find(({ scope }) => scope === 'tier')?.owner;
  for (const stack of platform.stacks) if (stack.scope === 'tier' && stack.owner === tier) visit(stack);
  const group = (scope: string, title: string) => {
    const stacks = [...drawn.values()]
      .filter((stack) => stack.scope === scope)
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    return [
      `  subgraph ${scope}["${title}"]`,
      ...stacks.map((stack) => `    ${idOf(stack)}["${stack.name}"]`),
      '  end',
    ];
  };
  return block([
    'flowchart LR',
    ...group('tier', `${tier} tier`),
    ...group('environment', `${environment}`),
    ...[...edges].sort(),
  ]);
}

/** One stack: its resources, without the wiring between them. */
export function stackDiagram(platform: Platform, stack: PlatformStack): string {
  const shown = placesOf(stack).filter(({ type }) => type in shapes);
  const alarms = shown.filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
  // A dozen alarms that all do the same say nothing more than one.
  const nodes = shown.filter((place) => !alarms.slice(1).includes(place));
  const edges = nodes.flatMap((place) =>
    [...new Set(reached(platform, place).filter((id) => nodes.some((node) => node.id === id)))].map(
      (id) => `  ${place.id} --> ${id}`,
    ),
  );
  return block(['flowchart LR', ...nodes.map((place) => node(place, alarms.length)), ...edges]);
}

/** What a resource refers to in its own stack, through what is only wiring. */
function reached(
  platform: Platform,
  { stack, id, properties }: Place,
  seen: ReadonlySet<string> = new Set([id]),
): string[] {
  return targets(platform, stack, properties).flatMap(({ place }) => {
    if (place.stack !== stack || seen.has(place.id)) return [];
    return place.type in shapes ? [place.id] : reached(platform, place, new Set([...seen, place.id]));
  });
}

function node({ id, type }: Place, alarms: number): string {
  const [open, close] = shapes[type] ?? ['[', ']'];
  const several = type === 'AWS::CloudWatch::Alarm' && alarms > 1 ? ` and ${alarms - 1} more` : '';
  return `  ${id}${open}"${id}${several}<br/><small>${type.replace('AWS::', '').replace('::', ' ')}</small>"${close}`;
}

function idOf({ scope, name }: PlatformStack): string {
  return `${scope}_${name.replaceAll('-', '_')}`;
}

function block(lines: readonly string[]): string {
  return ['```mermaid', ...lines, '```'].join('\n');
}
