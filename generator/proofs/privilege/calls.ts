/**
 * What the programs ask of AWS, as their tests were seen to ask it: `needs.json`, which `npm test` holds against what it
 * sees. A program is named by its front door in api/.
 */
import file from './needs.json' with { type: 'json' };

export type Door = 'lambda' | 'jobs' | 'outbound' | 'importer';

/** By front door: each action, and the modules that call for it. */
export type Needs = Readonly<Record<Door, Readonly<Record<string, readonly string[]>>>>;

export const needs: Needs = file;

/** A call of an AWS client: `{ client: 'S3Client', command: 'GetObjectCommand' }`, and the module of ours that made it. */
export interface Call {
  readonly client: string;
  readonly command: string;
  readonly module: string;
}

const services: Readonly<Record<string, string>> = {
  DynamoDBClient: 'dynamodb',
  GeoPlacesClient: 'geo-places',
  LambdaClient: 'lambda',
  S3Client: 's3',
  SecretsManagerClient: 'secretsmanager',
  SESv2Client: 'ses',
};

/** Operations that IAM knows by another name (Service Authorization Reference). */
const otherNames: Readonly<Record<string, string>> = {
  'lambda:Invoke': 'lambda:InvokeFunction',
  's3:CompleteMultipartUpload': 's3:PutObject',
  's3:CreateMultipartUpload': 's3:PutObject',
  's3:DeleteObjects': 's3:DeleteObject',
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:UploadPart': 's3:PutObject',
};

/** A client of AWS that nobody has said anything about. */
class UnknownClientError extends Error {
  readonly remedy = 'Say in generator/proofs/privilege/calls.ts which service it calls.';
  constructor({ client, module }: Call) {
    super(`${module} makes a ${client}, and the proof of least privilege does not know which actions its calls take.`);
    this.name = 'UnknownClientError';
  }
}

/** @throws UnknownClientError */
export function actionOf(call: Call): string {
  const { client, command } = call;
  const service = services[client];
  if (!service) throw new UnknownClientError(call);
  const operation = `${service}:${command.replace(/Command$/, '')}`;
  return otherNames[operation] ?? operation;
}
