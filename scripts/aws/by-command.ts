/**
 * CloudFormation, Lambda and S3, asked by the `aws` command in place of the SDK. A rehearsal uses it: what both clients
 * understand is AWS's protocol, and not a habit of one of them.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CloudFormation } from './cloudformation.ts';
import type { Connection } from './connection.ts';
import { cloudFormation, explain } from './errors.ts';
import type { Lambda } from './lambda.ts';
import type { S3 } from './s3.ts';

const run = promisify(execFile);

export interface Clients {
  readonly connect: (connection: Connection) => Promise<CloudFormation>;
  readonly connectLambda: (connection: Connection) => Promise<Lambda>;
  readonly connectS3: (connection: Connection) => Promise<S3>;
}

export const clientsByCommand: Clients = {
  connect: async (connection) => client<CloudFormation>(connection, 'cloudformation'),
  connectLambda: async (connection) => client<Lambda>(connection, 'lambda'),
  connectS3: async (connection) => client<S3>(connection, 's3api'),
};

type Input = Readonly<Record<string, unknown>>;

/** A client of the SDK as far as it is called here: each method is a word of the command. */
function client<C>(connection: Connection, service: string): C {
  const methods = new Proxy({} as Record<string, unknown>, {
    get: (_, method: string) => {
      if (method === 'then') return undefined;
      if (method === 'destroy') return () => {};
      return (input: Input, { abortSignal }: { abortSignal?: AbortSignal } = {}) =>
        call(connection, service, method, input, abortSignal);
    },
  });
  return methods as C;
}

async function call(
  connection: Connection,
  service: string,
  method: string,
  { Payload, Body, ...input }: Input,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-command-'));
  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  try {
    const answersInFile = method === 'invoke' || method === 'getObject';
    const words = [
      ...[service, kebab(method)],
      // Commands with a file to answer in want their other words, too, on the command line.
      ...(answersInFile
        ? Object.entries(input).flatMap(([name, value]) => [`--${kebab(lowerFirst(name))}`, String(value)])
        : ['--cli-input-json', `file://${await file('input.json', JSON.stringify(input))}`]),
      ...(Payload === undefined ? [] : ['--payload', `fileb://${await file('payload', Payload as Uint8Array)}`]),
      ...(Body === undefined ? [] : ['--body', await file('body', String(Body))]),
      ...['--region', connection.region, '--output', 'json'],
      ...(connection.endpoint === undefined ? [] : ['--endpoint-url', connection.endpoint]),
    ];
    if (answersInFile) words.push(await file('answer', ''));
    const { stdout } = await run('aws', words, {
      env: { ...process.env, ...variables(connection), AWS_PAGER: '' },
      maxBuffer: 64 << 20,
      ...(signal && { signal }),
    });
    const output = stdout.trim() === '' ? {} : JSON.parse(stdout, revive);
    if (!answersInFile) return output;
    const answer = await readFile(join(folder, 'answer'));
    return method === 'invoke'
      ? { ...output, Payload: answer }
      : { ...output, Body: { transformToString: async () => answer.toString() } };
  } catch (error) {
    throw explained(error, connection, service, method);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `An error occurred (ValidationError) when calling the DescribeStacks operation: …` */
function explained(error: unknown, { endpoint = '' }: Connection, service: string, operation: string): unknown {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const [, name, message] =
    /An error occurred \((\w+)\) when calling the \w+ operation[^:]*: ([\s\S]*)/.exec(said) ?? [];
  if (name === undefined) return error;
  const own = Object.assign(new Error(message?.trim()), {
    name,
    $fault: 'client',
    $metadata: { requestId: 'unknown' },
  });
  const about = service === 'cloudformation' ? cloudFormation : { name: service, prefix: service.replace('api', '') };
  return explain(own, { operation, endpoint, service: about });
}

function variables({ credentials }: Connection): Record<string, string> {
  if (!credentials) return {};
  return { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey };
}

/** `listObjectsV2` is `list-objects-v2`. */
const kebab = (method: string) => method.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const revive = (key: string, value: unknown) =>
  /(Time|Timestamp|LastModified)$/.test(key) && typeof value === 'string' ? new Date(value) : value;
