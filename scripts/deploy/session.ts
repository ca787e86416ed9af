/** What a preview and a deploy work with: the connections, the words they say, and how patiently they ask. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Clients } from '../aws/by-command.ts';
import { type CloudFormation, type Connection, connect, endpointOf, isLocal } from '../aws/cloudformation.ts';
import { type CloudWatch, connectCloudWatch } from '../aws/cloudwatch.ts';
import { connectEcr, type ECR } from '../aws/ecr.ts';
import { connectLambda, type Lambda } from '../aws/lambda.ts';
import { connectRds, type RDS } from '../aws/rds.ts';
import { connectS3, type S3 } from '../aws/s3.ts';
import { connectSts, type STS } from '../aws/sts.ts';
import type { AllowedChange } from '../plan/verdict.ts';

export interface Session {
  readonly region: string;
  /** Tells what this run has made from what a twin of it made meanwhile. */
  readonly id: string;
  /** A preview leaves nothing where a deploy would look for it. */
  readonly purpose: 'preview' | 'deploy';
  readonly aws: CloudFormation;
  /** Each connected when it is first asked for: most verbs need none of them. */
  lambda(): Promise<Lambda>;
  s3(): Promise<S3>;
  ecr(): Promise<ECR>;
  cloudWatch(): Promise<CloudWatch>;
  sts(): Promise<STS>;
  rds(): Promise<RDS>;
  /** Asks what is deployed, as anybody could. */
  fetch(url: URL, init: RequestInit): Promise<Response>;
  readonly signal: AbortSignal;
  /** Once it is aborted: whether Ctrl-C is pressed again within the milliseconds; absent where nobody would. */
  readonly again?: (milliseconds: number) => Promise<boolean>;
  /** As a verb is told it: an environment, or the account. */
  readonly name: string;
  /** Whether what is there by a name that a template gives is taken over as it is. */
  readonly importsExisting: boolean;
  /** Pauses between two questions, in milliseconds; the last one repeats. */
  readonly pauses: readonly number[];
  /** With what was deployed: a cold start takes its time. */
  readonly patience: { readonly attempts?: number; readonly pauseMs?: number };
  /** What may be changed although it is dangerous, and the day by which that is judged. */
  readonly rules: Rules;
  say(line: string): void;
  close(): void;
}

export interface Rules {
  readonly allowedChanges: readonly AllowedChange[];
  /** In UTC, as 2030-01-31. */
  readonly today: string;
}

export interface SessionOptions {
  readonly allowedChanges?: readonly AllowedChange[];
  readonly purpose?: Session['purpose'];
  readonly name?: string;
  readonly again?: (milliseconds: number) => Promise<boolean>;
  readonly importsExisting?: boolean;
  /** Who asks; the SDK unless it is said. */
  readonly clients?: Clients;
}

const sdk: Clients = { connect, connectLambda, connectS3, connectEcr, connectCloudWatch, connectSts, connectRds };

export async function openSession(
  connection: Connection,
  signal: AbortSignal,
  say: (line: string) => void,
  {
    allowedChanges = [],
    purpose = 'deploy',
    name = '<environment>',
    again,
    importsExisting = false,
    clients = sdk,
  }: SessionOptions = {},
): Promise<Session> {
  const aws = await clients.connect(connection);
  const opened: { destroy(): void }[] = [aws];
  const once = <C extends { destroy(): void }>(open: (connection: Connection) => Promise<C>) => {
    let client: Promise<C> | undefined;
    return () => {
      client ??= open(connection).then((own) => {
        opened.push(own);
        return own;
      });
      return client;
    };
  };
  const local = isLocal(connection);
  return {
    region: connection.region,
    id: randomUUID(),
    purpose,
    aws,
    lambda: once(clients.connectLambda),
    s3: once(clients.connectS3),
    ecr: once(clients.connectEcr),
    cloudWatch: once(clients.connectCloudWatch),
    sts: once(clients.connectSts),
    rds: once(clients.connectRds),
    fetch(url, init) {
      if (!local) return fetch(url, init);
      // What is simulated has no address of its own, and whatever has that name on the Internet is somebody else's.
      const headers = new Headers(init.headers);
      headers.set('x-forwarded-host', url.host);
      return fetch(new URL(url.pathname + url.search, endpointOf(connection)), { ...init, headers });
    },
    signal,
    ...(again && { again }),
    name,
    importsExisting,
    // A simulator is done in milliseconds; AWS would throttle who asks that often.
    pauses: local ? [20, 50, 100] : [1000, 2000, 3000, 5000],
    patience: local ? { attempts: 3, pauseMs: 50 } : {},
    say,
    rules: { allowedChanges, today: new Date().toISOString().slice(0, 10) },
    close() {
      for (const client of opened) client.destroy();
    },
  };
}

/** Yields at once, then after each pause; ends when `milliseconds` are over. @throws when interrupted */
export async function* patiently(
  { pauses, signal }: Pick<Session, 'pauses' | 'signal'>,
  milliseconds: number,
): AsyncGenerator<void> {
  const end = Date.now() + milliseconds;
  for (let turn = 0; Date.now() < end; turn++) {
    yield;
    await setTimeout(pauses[Math.min(turn, pauses.length - 1)], undefined, { signal });
  }
}
