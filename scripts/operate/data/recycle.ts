/**
 * Instances of a function keep the secrets that they have read for as long as they live, which may be hours. New ones
 * begin with a new version: the same code and configuration under another number, to which the alias moves. The next
 * deploy moves it on to its own.
 */
import type { Environment } from '../../../environments/index.ts';
import { functionName, jobsFunctionName } from '../../../generator/names.ts';
import type { FunctionConfiguration, Lambda } from '../../aws/lambda.ts';
import { deploymentsBucket } from '../../deploy/deployments-bucket.ts';
import { type LiveVersion, liveVersion, moveAlias } from '../../deploy/live-version.ts';
import { recordedBy, releases, writeRecord } from '../../deploy/release-record.ts';
import { patiently, type Session } from '../../deploy/session.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { OperationError } from '../errors.ts';

const latest = '$LATEST';
const readyWithinMs = 5 * 60_000;

/**
 * @returns where the alias points now
 * @throws OperationError (2) where nothing is deployed; (4) where the alias was taken back to a version that is unlike
 * what would be published, which would bring back what was taken back
 */
export async function recyclable(session: Session, { name }: Environment): Promise<LiveVersion> {
  const api = functionName(name);
  const live = await liveVersion(session, api);
  if (!live)
    throw new OperationError(
      `${api} is not deployed, so nobody uses the secret yet.`,
      `npm run deploy -- ${name}`,
      exitCode.usage,
    );
  const lambda = await session.lambda();
  const [now, next] = await Promise.all(
    [live.version, latest].map((Qualifier) =>
      lambda.getFunctionConfiguration({ FunctionName: api, Qualifier }, { abortSignal: session.signal }),
    ),
  );
  if (frozen(now) === frozen(next)) return live;
  throw new OperationError(
    `Version ${live.version} of ${api} is live, and it is not what was deployed last: its instances cannot be replaced without bringing that back.`,
    `npm run deploy -- ${name} brings the last deployment back, and new instances with it; rotate the secret then.`,
    exitCode.stoppedByGuard,
  );
}

/** What a version has of its own, in one text. */
function frozen(configuration: FunctionConfiguration | undefined): string {
  const { CodeSha256, MemorySize, Timeout, Environment } = configuration ?? {};
  const variables = Object.entries(Environment?.Variables ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([CodeSha256, MemorySize, Timeout, variables]);
}

/** @returns where the alias points afterwards */
export async function recycle(session: Session, { name }: Environment, live: LiveVersion): Promise<LiveVersion> {
  const lambda = await session.lambda();
  const [api, jobs] = [functionName(name), jobsFunctionName(name)];
  const mark = `Reads its secrets anew since ${new Date().toISOString()}`;
  const published = await marked(session, lambda, api, mark, async () => {
    const { Version = '' } = await lambda.publishVersion({ FunctionName: api, Description: mark });
    await ready(session, lambda, api, Version);
    return Version;
  });
  const moved = await moveAlias(session, live, published);
  // Jobs are run without an alias: any change of their configuration replaces their instances.
  await marked(session, lambda, jobs, mark, async () => {});
  return moved;
}

/**
 * The same release under another number is the release that is live: written down, so that whoever asks for what should
 * be live hears of it.
 * @returns the key; undefined where no record says that what was live before is a release
 */
export async function recordRecycled(
  session: Session,
  { name }: Environment,
  from: LiveVersion,
  to: LiveVersion,
): Promise<string | undefined> {
  const bucket = await deploymentsBucket(session);
  if (bucket === undefined) return undefined;
  for await (const { by: _, rollbackTo: __, ...release } of releases(session, bucket, name)) {
    if (release.functionVersion !== from.version || release.outcome === 'failed') continue;
    const by = recordedBy();
    return writeRecord(session, bucket, {
      ...release,
      ...(by !== undefined && { by }),
      at: new Date().toISOString(),
      outcome: 'live',
      functionVersion: to.version,
      previousVersion: from.version,
      migrations: [],
      smokeTest: 'passed',
      stacks: [],
    });
  }
  return undefined;
}

/** The configuration has to differ for a version to be made; afterwards it is again what the template says. */
async function marked<T>(session: Session, lambda: Lambda, name: string, mark: string, work: () => Promise<T>) {
  const { Description = '' } = await lambda.getFunctionConfiguration({ FunctionName: name });
  try {
    await lambda.updateFunctionConfiguration({ FunctionName: name, Description: mark });
    await ready(session, lambda, name, latest);
    return await work();
  } finally {
    await lambda.updateFunctionConfiguration({ FunctionName: name, Description });
    await ready(session, lambda, name, latest);
  }
}

/** Not interruptible: a function half-way between two configurations is none that can be worked with. */
async function ready({ pauses }: Session, lambda: Lambda, name: string, Qualifier: string): Promise<void> {
  const { signal } = new AbortController();
  for await (const _ of patiently({ pauses, signal }, readyWithinMs)) {
    const { State, LastUpdateStatus, LastUpdateStatusReason, StateReason } = await lambda.getFunctionConfiguration({
      FunctionName: name,
      Qualifier,
    });
    if (State === 'Failed' || LastUpdateStatus === 'Failed')
      throw new OperationError(
        `${name} cannot be changed: ${LastUpdateStatusReason ?? StateReason ?? 'Lambda does not say why'}.`,
        `See it: aws lambda get-function-configuration --function-name ${name}`,
      );
    // A version of a function that nobody has called for weeks may be idle; calling it makes it ready.
    if (State !== 'Pending' && LastUpdateStatus !== 'InProgress') return;
  }
  throw new OperationError(
    `${name} is not ready after ${readyWithinMs / 60_000} minutes.`,
    `See it: aws lambda get-function-configuration --function-name ${name}`,
    exitCode.needsHuman,
  );
}
