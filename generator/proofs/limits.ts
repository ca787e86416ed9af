/** What AWS refuses only when it is deployed, or answers differently from what was meant: sizes, counts, times. */
import { type Place, type Platform, type PlatformStack, target } from '../platform/platform.ts';
import { account, resolved } from '../platform/values.ts';
import { at, type Claim, claim, type Finding, type Proof, within } from './proof.ts';

/** AWS CloudFormation, Lambda and IAM quotas, as their user guides list them. */
const most = {
  templateBytes: 51_200,
  resources: 500,
  parameters: 200,
  outputs: 200,
  descriptionBytes: 1024,
  variablesBytes: 4096,
  managedPolicyCharacters: 6144,
  inlinePolicyCharacters: 10_240,
  trustPolicyCharacters: 2048,
  gatewayMilliseconds: 29_000,
  bucketName: 63,
  roleName: 64,
};

/** @param bodies the templates' texts, by path: their size is what CloudFormation counts */
export function limits(platform: Platform, bodies: ReadonlyMap<string, string>): Proof {
  const owners = [...new Set(platform.stacks.map(({ owner }) => owner))];
  return {
    name: 'Limits',
    claims: owners.flatMap((owner) => {
      const stacks = platform.stacks.filter((stack) => stack.owner === owner);
      const places = platform.places.filter(({ stack }) => stack.owner === owner);
      return [sizes(owner, stacks, bodies), resources(platform, owner, places)];
    }),
  };
}

function sizes(owner: string, stacks: readonly PlatformStack[], bodies: ReadonlyMap<string, string>): Claim {
  const bytes = (stack: PlatformStack) => Buffer.byteLength(bodies.get(stack.path) ?? '');
  const largest = stacks.toSorted((a, b) => bytes(b) - bytes(a))[0];
  const share = largest && Math.round((100 * bytes(largest)) / most.templateBytes);
  return claim(
    owner,
    `the templates of ${owner} are small enough to be sent`,
    largest ? `the largest, ${largest.name}, is at ${share} % of ${most.templateBytes} bytes` : '',
    stacks.flatMap((stack) => {
      const { Resources, Parameters = {}, Outputs = {}, Description } = stack.template;
      return [
        !bodies.has(stack.path) && within(stack, 'has no text to be counted'),
        over(stack, 'bytes', bytes(stack), most.templateBytes),
        over(stack, 'resources', Object.keys(Resources).length, most.resources),
        over(stack, 'parameters', Object.keys(Parameters).length, most.parameters),
        over(stack, 'outputs', Object.keys(Outputs).length, most.outputs),
        over(stack, 'bytes of description', Buffer.byteLength(Description ?? ''), most.descriptionBytes),
      ];
    }),
  );
}

function resources(platform: Platform, owner: string, places: readonly Place[]): Claim {
  return claim(
    owner,
    `the resources of ${owner} are within what AWS takes`,
    'policies, variables, time-outs, log retention',
    places.flatMap((place) => checks[place.type]?.(place, platform) ?? []),
  );
}

type Check = (place: Place, platform: Platform) => readonly (Finding | false)[];

const checks: Readonly<Record<string, Check>> = {
  'AWS::IAM::ManagedPolicy': (place, platform) => [
    tooLong(place, 'characters of policy', characters(platform, place, 'PolicyDocument'), most.managedPolicyCharacters),
  ],
  'AWS::IAM::Role': (place, platform) => [
    tooLong(place, 'characters of policies', characters(platform, place, 'Policies'), most.inlinePolicyCharacters),
    tooLong(
      place,
      'characters of trust',
      characters(platform, place, 'AssumeRolePolicyDocument'),
      most.trustPolicyCharacters,
    ),
    tooLong(place, 'characters of name', String(place.properties.RoleName ?? '').length, most.roleName),
  ],
  'AWS::Lambda::Function': (place) => {
    const { Variables = {} } = (place.properties.Environment ?? {}) as {
      readonly Variables?: Readonly<Record<string, unknown>>;
    };
    // What a reference becomes is longer than its name by at most an ARN.
    const size = Object.entries(Variables).reduce(
      (sum, [name, value]) => sum + name.length + (typeof value === 'string' ? value.length : longestValue),
      0,
    );
    return [
      tooLong(place, 'bytes of variables', size, most.variablesBytes),
      ...Object.entries(Variables).map(([name, value]) => value === '' && at(place, `is told an empty ${name}`)),
      (place.properties.LoggingConfig as { LogGroup?: unknown } | undefined)?.LogGroup === undefined &&
        at(place, 'writes to a log group that Lambda makes, which keeps everything for ever'),
    ];
  },
  'AWS::Logs::LogGroup': (place) => [
    place.properties.RetentionInDays === undefined && at(place, 'keeps everything for ever'),
  ],
  'AWS::ApiGateway::Method': (place, platform) => {
    const { TimeoutInMillis: wait, Uri } = (place.properties.Integration ?? {}) as Readonly<Record<string, unknown>>;
    const alias = target(platform, place.stack, Uri, 'AWS::Lambda::Alias');
    const lambda = alias && target(platform, alias.stack, alias.properties.FunctionName, 'AWS::Lambda::Function');
    const seconds = Number(lambda?.properties.Timeout);
    return [
      tooLong(place, 'milliseconds of waiting', Number(wait ?? most.gatewayMilliseconds), most.gatewayMilliseconds),
      // Else the function is cut off before it can answer.
      seconds * 1000 < Number(wait) - 1000 * timeoutSlack &&
        at(place, `waits longer than the ${seconds} seconds that its function has`),
    ];
  },
  'AWS::ApiGateway::Stage': (place) => {
    const settings = (place.properties.MethodSettings ?? []) as readonly Readonly<Record<string, unknown>>[];
    return [
      settings.every(({ ThrottlingRateLimit }) => ThrottlingRateLimit === undefined) &&
        at(place, 'lets through as much as comes'),
      settings.some(({ DataTraceEnabled }) => DataTraceEnabled === true) &&
        at(place, 'logs bodies and who is logged in'),
      /context\.(path|requestOverride\.path)\b/.test(JSON.stringify(place.properties.AccessLogSetting ?? '')) &&
        at(place, 'logs paths, and with them the links that let people at their endorsements'),
    ];
  },
  'AWS::RDS::DBInstance': (place) => {
    const [is, grows] = [Number(place.properties.AllocatedStorage), Number(place.properties.MaxAllocatedStorage)];
    return [
      Number.isFinite(grows) &&
        grows < is * 1.1 &&
        at(place, 'cannot grow: MaxAllocatedStorage is not a tenth above AllocatedStorage'),
      /\./.test(String(place.properties.EngineVersion)) &&
        at(place, 'pins a minor version, which the next automatic upgrade passes'),
    ];
  },
};

const longestValue = 160;
/** A timeout below the gateway's by less than this is meant: the function answers first. */
const timeoutSlack = 2;

function over(stack: PlatformStack, what: string, is: number, limit: number): Finding | false {
  return is > limit && within(stack, `has ${is} ${what}; CloudFormation takes ${limit}`);
}

function tooLong(place: Place, what: string, is: number, limit: number): Finding | false {
  return is > limit && at(place, `has ${is} ${what}; AWS takes ${limit}`);
}

/** Without white space, as IAM counts, in the region and the partition that have the longest names. */
function characters(platform: Platform, { stack, properties }: Place, property: string): number {
  const text = JSON.stringify(resolved(platform, stack, properties[property] ?? []));
  return text
    .replace(/\s/g, '')
    .replaceAll(`arn:${account.partition}:`, 'arn:aws-us-gov:')
    .replaceAll(account.region, 'ap-southeast-1').length;
}
