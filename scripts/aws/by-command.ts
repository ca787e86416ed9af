/**
 * The services that operations ask, asked by the `aws` command in place of the SDK. A rehearsal uses it: what both clients
 * understand is AWS's protocol, and not a habit of one of them.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CloudFormation } from './cloudformation.ts';
import type { CloudWatch } from './cloudwatch.ts';
import type { Connection } from './connection.ts';
import type { ECR } from './ecr.ts';
import { cloudFormation, explain } from './errors.ts';
import type { Lambda } from './lambda.ts';
import type { RDS } from './rds.ts';
import type { S3 } from './s3.ts';
import type { STS } from './sts.ts';

export interface Clients {
  readonly connect: (connection: Connection) => Promise<CloudFormation>;
  readonly connectLambda: (connection: Connection) => Promise<Lambda>;
  readonly connectS3: (connection: Connection) => Promise<S3>;
  readonly connectEcr: (connection: Connection) => Promise<ECR>;
  readonly connectCloudWatch: (connection: Connection) => Promise<CloudWatch>;
  readonly connectSts: (connection: Connection) => Promise<STS>;
  readonly connectRds: (connection: Connection) => Promise<RDS>;
}

export const clientsByCommand: Clients = {
  connect: async (connection) => client<CloudFormation>(connection, 'cloudformation'),
  connectLambda: async (connection) => client<Lambda>(connection, 'lambda'),
  connectS3: async (connection) => client<S3>(connection, 's3api'),
  connectEcr: async (connection) => client<ECR>(connection, 'ecr'),
  connectCloudWatch: async (connection) => client<CloudWatch>(connection, 'cloudwatch'),
  connectSts: async (connection) => client<STS>(connection, 'sts'),
  connectRds: async (connection) => client<RDS>(connection, 'rds'),
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
      ...(Body === undefined ? [] : ['--body', await file('body', Body as string | Uint8Array)]),
      ...['--region', connection.region, '--output', 'json'],
      ...(connection.endpoint === undefined ? [] : ['--endpoint-url', connection.endpoint]),
    ];
    if (answersInFile) words.push(await file('answer', ''));
    signal?.throwIfAborted();
    const { stdout, stderr, status } = await command(words, { ...variables(connection), AWS_PAGER: '' });
    if (status !== 0) throw Object.assign(new Error(`aws ${service} ended with ${status}: ${stderr}`), { stderr });
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

interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command. Version 1 of it is Python, and takes a second to begin: where this Python has it, one process runs
 * its `main` for each command in turn. Version 2 is a program of its own, started anew each time.
 */
async function command(words: readonly string[], variables: Record<string, string>): Promise<Said> {
  running ??= startPython(variables);
  const python = await running;
  return python ? python(words) : startedAnew(words, variables);
}

let running: Promise<((words: readonly string[]) => Promise<Said>) | undefined> | undefined;

const program = `
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
driver = create_clidriver()
print('ready', flush=True)
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = driver.main(json.loads(line))
        except SystemExit as ended:
            status = ended.code
    print(json.dumps({'status': status or 0, 'stdout': out.getvalue(), 'stderr': err.getvalue()}), flush=True)
`;

function startPython(variables: Record<string, string>): NonNullable<typeof running> {
  return new Promise((resolve) => {
    const child: ChildProcess = spawn('python3', ['-c', program], {
      env: { ...process.env, ...variables },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const waiting: ((line: string) => void)[] = [];
    child.once('error', () => resolve(undefined)).once('exit', () => resolve(undefined));
    if (!child.stdout) return;
    createInterface(child.stdout).on('line', (line) => {
      if (line !== 'ready') return waiting.shift()?.(line);
      // It ends with whoever asked it, and keeps nobody from ending.
      child.unref();
      for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref(): void }).unref();
      resolve((words) => {
        child.stdin?.write(`${JSON.stringify(words)}\n`);
        return new Promise((answered) => waiting.push((answer) => answered(JSON.parse(answer))));
      });
    });
  });
}

function startedAnew(words: readonly string[], variables: Record<string, string>): Promise<Said> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...variables };
    execFile('aws', words, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr });
    });
  });
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

/** `listObjectsV2` is `list-objects-v2`, and `describeDBInstances` is `describe-db-instances`. */
const kebab = (method: string) =>
  method.replace(/[A-Z]+(?=[A-Z][a-z])|[A-Z]/g, (letters) => `-${letters.toLowerCase()}`);

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const revive = (key: string, value: unknown) =>
  /(Time|Timestamp|LastModified)$/.test(key) && typeof value === 'string' ? new Date(value) : value;
