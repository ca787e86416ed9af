/** Functions, the schedules that call them, and the tasks that import boundaries. */
import { ofType, type Place, type Platform, target } from '../../platform/platform.ts';
import {
  type Charge,
  environmentUse,
  type Meter,
  million,
  numberOf,
  secondsPerHour,
  thousand,
  UnknownUse,
  type Use,
} from '../meter.ts';

const mebibytesPerGB = 1024;
const cpuUnitsPerCpu = 1024;

/** What API Gateway calls has the requests; any other function is a job. */
const lambda: Meter = (place, use) => {
  const { requests, milliseconds, jobsSeconds } = environmentUse(use, place.stack.owner);
  if (place.properties.EphemeralStorage !== undefined) throw new UnknownUse('EphemeralStorage has no price here');
  if (!answersRequests(use.platform, place)) {
    return [
      {
        price: `lambda.${architecture(place)}`,
        quantity: jobsSeconds * memoryGB(place),
        what: `jobs at ${memory(place)}`,
      },
    ];
  }
  return invocations(place, use, requests, milliseconds, 'requests');
};

const alias: Meter = (place, use) => {
  const { ProvisionedConcurrencyConfig: provisioned } = place.properties;
  if (provisioned === undefined) return [];
  const lambda = functionBehind(use.platform, place);
  if (!lambda) throw new UnknownUse('its function is in none of these templates');
  const instances = numberOf(
    (provisioned as { ProvisionedConcurrentExecutions?: unknown }).ProvisionedConcurrentExecutions,
  );
  return [
    {
      price: `lambda.provisioned.${architecture(lambda)}`,
      quantity: instances * memoryGB(lambda) * use.workload.hoursPerMonth * secondsPerHour,
      what: `${instances} at ${memory(lambda)}, always ready`,
    },
  ];
};

/** A rule costs nothing; what it calls does. */
const rule: Meter = (place, use) => {
  const { ScheduleExpression: schedule, Targets: called } = place.properties;
  if (schedule === undefined) return [];
  const times = (use.workload.hoursPerMonth * secondsPerHour) / secondsBetween(String(schedule));
  return ((called ?? []) as readonly { readonly Arn: unknown }[]).flatMap(({ Arn }) => {
    const lambda = functionAt(use.platform, place, Arn);
    if (!lambda) throw new UnknownUse('what it calls is in none of these templates');
    const { scheduledMilliseconds } = environmentUse(use, place.stack.owner);
    return invocations(lambda, use, times, scheduledMilliseconds, `${schedule}`);
  });
};

const task: Meter = (place, use) => {
  const { Cpu, Memory, RuntimePlatform = {}, ContainerDefinitions = [] } = place.properties;
  const variables = (
    ContainerDefinitions as readonly { Environment?: readonly { Name: string; Value: unknown }[] }[]
  ).flatMap(({ Environment = [] }) => Environment);
  const owner = variables.find(({ Name }) => Name === 'ENVIRONMENT')?.Value;
  if (owner === undefined) throw new UnknownUse('it does not say whose ENVIRONMENT it works for');
  const { importHours } = environmentUse(use, String(owner));
  const arm = (RuntimePlatform as { CpuArchitecture?: string }).CpuArchitecture === 'ARM64';
  const processor = arm ? 'arm64' : 'x86_64';
  const [cpus, gigabytes] = [numberOf(Cpu) / cpuUnitsPerCpu, numberOf(Memory) / mebibytesPerGB];
  return [
    { price: `fargate.vcpu.${processor}`, quantity: cpus * importHours, what: `${cpus} vCPU while importing` },
    {
      price: `fargate.memory.${processor}`,
      quantity: gigabytes * importHours,
      what: `${gigabytes} GB while importing`,
    },
    { price: 'vpc.ipv4', quantity: importHours, what: 'a public address while importing' },
  ];
};

export const compute: Readonly<Record<string, Meter>> = {
  'AWS::Lambda::Function': lambda,
  'AWS::Lambda::Alias': alias,
  'AWS::Events::Rule': rule,
  'AWS::ECS::TaskDefinition': task,
};

function invocations(lambda: Place, use: Use, times: number, milliseconds: number, what: string): readonly Charge[] {
  const seconds = (times * milliseconds) / thousand;
  // Provisioned instances are taken to answer all that comes: they are there so that none other has to.
  const kind = isProvisioned(use.platform, lambda) ? 'lambda.provisionedDuration' : 'lambda';
  return [
    { price: 'lambda.request', quantity: times / million, what },
    {
      price: `${kind}.${architecture(lambda)}`,
      quantity: seconds * memoryGB(lambda),
      what: `${what} at ${memory(lambda)}`,
    },
  ];
}

function answersRequests(platform: Platform, lambda: Place): boolean {
  return ofType(platform, 'AWS::ApiGateway::Method').some(
    (method) =>
      functionAt(platform, method, (method.properties.Integration as { Uri?: unknown } | undefined)?.Uri) === lambda,
  );
}

function isProvisioned(platform: Platform, lambda: Place): boolean {
  return ofType(platform, 'AWS::Lambda::Alias').some(
    (each) => each.properties.ProvisionedConcurrencyConfig !== undefined && functionBehind(platform, each) === lambda,
  );
}

function functionAt(platform: Platform, { stack }: Place, value: unknown): Place | undefined {
  const found = target(platform, stack, value, 'AWS::Lambda::Function', 'AWS::Lambda::Alias');
  return found?.type === 'AWS::Lambda::Alias' ? functionBehind(platform, found) : found;
}

function functionBehind(platform: Platform, { stack, properties }: Place): Place | undefined {
  return target(platform, stack, properties.FunctionName, 'AWS::Lambda::Function');
}

/** Lambda's own defaults, where the template is silent. */
const defaults = { memoryMB: 128, architecture: 'x86_64' };

function memoryGB({ properties }: Place): number {
  return numberOf(properties.MemorySize, defaults.memoryMB) / mebibytesPerGB;
}

function memory({ properties }: Place): string {
  return `${numberOf(properties.MemorySize, defaults.memoryMB)} MB`;
}

function architecture({ properties }: Place): string {
  return String((properties.Architectures as readonly string[] | undefined)?.[0] ?? defaults.architecture);
}

function secondsBetween(schedule: string): number {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  const seconds = { minute: 60, hour: secondsPerHour, day: 24 * secondsPerHour }[unit];
  if (!seconds) throw new UnknownUse(`how often ${schedule} is has not been worked out`);
  return Number(count) * seconds;
}
