/** A Lambda function out of the release's image, with its log group and its role. */
import type { Environment } from '../../environments/index.ts';
import { type Expression, getAtt, ref } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Release } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { imageUri } from '../names.ts';
import { accepted } from './accepted.ts';
import { logGroup } from './log-group.ts';
import { allow, deny, regional, type Statement, serviceRole } from './policy.ts';

/** Where a function sits: in subnets of the tier's VPC, or, without one, on AWS's own network. */
export type Place =
  | { readonly subnetIds: Expression<readonly string[]>; readonly securityGroupId: Expression }
  | undefined;

interface Options {
  /** Before the logical ids: a stack with two functions tells them apart. */
  readonly id?: string;
  readonly name: string;
  /** What the image is to run: the bundle's file and the name it exports. */
  readonly handler: string;
  readonly memoryMB: number;
  readonly timeoutSeconds: number;
  readonly reservedConcurrency?: number | undefined;
  readonly place: Place;
  readonly variables: Readonly<Record<string, string | Expression>>;
  /** What it may do besides writing its log. */
  readonly statements: readonly Statement[];
}

export interface ContainerFunction {
  readonly lambda: Resource<'AWS::Lambda::Function'>;
  readonly logs: Resource<'AWS::Logs::LogGroup'>;
}

export function containerFunction(
  template: Template,
  { environment, release }: { readonly environment: Environment; readonly release: Release },
  { id = '', name, handler, memoryMB, timeoutSeconds, reservedConcurrency, place, variables, statements }: Options,
): ContainerFunction {
  const { tier, tracing } = environment;
  const logs = logGroup(template, `${id}LogGroup`, `/aws/lambda/${name}`, tier);
  const role = serviceRole(template, `${id}Role`, {
    owner: environment.name,
    tier,
    service: 'lambda.amazonaws.com',
    ignore: place && accepted('CKV_AWS_111'),
    statements: [
      // Not CreateLogGroup: a group that Lambda made would keep its logs for ever.
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], getAtt(logs, 'Arn')),
      ...(place ? networkInterfaces(name) : []),
      ...(tracing ? [allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')] : []),
      ...statements,
    ],
  });
  const lambda = template.add(`${id}Function`, {
    Type: 'AWS::Lambda::Function',
    Ignore: accepted('CKV_AWS_115', 'CKV_AWS_116', 'CKV_AWS_173'),
    Properties: {
      FunctionName: name,
      PackageType: 'Image',
      Code: { ImageUri: imageUri('lambda', release.images.lambda) },
      ImageConfig: { Command: [handler] },
      Architectures: ['arm64'],
      MemorySize: memoryMB,
      Timeout: timeoutSeconds,
      ...(reservedConcurrency !== undefined && { ReservedConcurrentExecutions: reservedConcurrency }),
      Role: getAtt(role, 'Arn'),
      Environment: { Variables: { ...variables, ...(place && dualStack) } },
      ...(place && {
        VpcConfig: {
          SubnetIds: place.subnetIds,
          SecurityGroupIds: [place.securityGroupId],
          Ipv6AllowedForDualStack: true,
        },
      }),
      LoggingConfig: {
        LogFormat: 'JSON',
        LogGroup: ref(logs),
        ApplicationLogLevel: environment.lambda.logLevel,
        // The platform's own lines: cold starts and memory are counted from them.
        SystemLogLevel: 'INFO',
      },
      // PassThrough still honours what an upstream has sampled.
      TracingConfig: { Mode: tracing ? 'Active' : 'PassThrough' },
      RecursiveLoop: 'Terminate',
    },
  });
  return { lambda, logs };
}

/** There is no IPv4 route out of the VPC by default; Node would otherwise try the address that DNS names first. */
const dualStack = { NODE_OPTIONS: '--dns-result-order=ipv6first' };

/** What it takes to attach a function to a VPC. */
export const networkInterfaceActions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Lambda attaches the function with the function's own role, so the role has to be allowed to; code in the function is
 * not. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function networkInterfaces(name: string): Statement[] {
  return [
    allow(networkInterfaceActions, '*'),
    deny(networkInterfaceActions, '*', {
      ArnEquals: { 'lambda:SourceFunctionArn': [regional('lambda', `function:${name}`)] },
    }),
  ];
}
