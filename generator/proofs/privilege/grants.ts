/** What is granted though no call of ours was seen: each with the reason. */
import type { Door } from './calls.ts';

type Reasons = Readonly<Record<string, string>>;

const logs = 'Lambda itself writes the log, in the name of the function';
const interfaces = 'Lambda itself makes the network interfaces, in the name of the function; its code is denied them';
const traces = 'Lambda’s own daemon sends the traces, in the name of the function';
const counting = 'promised by the founding document; on items that UpdateItem may write and read anyway';
const sharedCode = 'a job runs the code of a request, on the same settings; the founding document gives both one role';

/** Of a function, by Lambda. */
const byLambda: Reasons = {
  'logs:CreateLogStream': logs,
  'logs:PutLogEvents': logs,
  'ec2:AssignPrivateIpAddresses': interfaces,
  'ec2:CreateNetworkInterface': interfaces,
  'ec2:DeleteNetworkInterface': interfaces,
  'ec2:DescribeNetworkInterfaces': interfaces,
  'ec2:DescribeSubnets': interfaces,
  'ec2:UnassignPrivateIpAddresses': interfaces,
  'xray:PutTelemetryRecords': traces,
  'xray:PutTraceSegments': traces,
};

const application: Reasons = {
  ...byLambda,
  'dynamodb:GetItem': counting,
  'dynamodb:PutItem': counting,
  'dynamodb:Query': counting,
  'geo-places:Autocomplete': 'expected: addresses are suggested while they are typed',
  's3:ListBucket': 'without it S3 answers 403, and not 404, for a file that is not there',
  'ses:SendEmail': 'expected: endorsements write to their endorsers',
  'ses:SendRawEmail': 'a message with headers of ours is one that SES did not make, and takes this action as well',
  'lambda:InvokeFunction': 'expected: what speaks IPv4 only is asked through the function outside the VPC',
};

export const withoutCall: Readonly<Record<Door, Reasons>> = {
  lambda: application,
  jobs: {
    ...application,
    'dynamodb:UpdateItem': sharedCode,
    'geo-places:Geocode': sharedCode,
    'geo-places:GetPlace': sharedCode,
    's3:DeleteObject': sharedCode,
    's3:GetObject': sharedCode,
    's3:PutObject': sharedCode,
    'ses:GetAccount': 'expected: the job doctor asks whether mail may be sent',
  },
  outbound: byLambda,
  importer: { 's3:ListBucket': 'without it S3 answers 403, and not 404, for a file that is not cached yet' },
};

/** Of roles in whose name a service of AWS works, and none of our programs. */
export const ofServices: Readonly<Record<string, { readonly actions: readonly string[]; readonly why: string }>> = {
  ExecutionRole: {
    actions: [
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ],
    why: 'ECS fetches the image and writes the log',
  },
  StopHoursRole: {
    actions: ['rds:StartDBInstance', 'rds:StopDBInstance'],
    why: 'EventBridge Scheduler stops and starts the database',
  },
};
