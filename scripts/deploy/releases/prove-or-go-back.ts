/** After an alias was moved: whether what is live then answers, the way forth again where it does not, and the record of it. */
import { exitCode } from '../../terminal/exit-codes.ts';
import { dim, duration, green, red } from '../../terminal/style.ts';
import { DeployError } from '../errors.ts';
import { type LiveVersion, moveAlias } from '../live-version.ts';
import { logCommand } from '../log-command.ts';
import { recordedBy, recordVersion, writeRecord } from '../release-record.ts';
import type { Session } from '../session.ts';
import { faultOf } from '../smoke-test.ts';
import type { Found } from './target.ts';

export interface Move {
  readonly found: Found;
  readonly live: LiveVersion;
  readonly moved: LiveVersion;
  readonly url: string;
}

/**
 * @returns where it is recorded
 * @throws DeployError: 6 where it does not answer, and what was live before is again; 7 where that does not answer either;
 * 3 where it answers, and could not be recorded
 */
export async function proveOrGoBack(session: Session, environment: string, move: Move): Promise<string> {
  const { found, live, moved, url } = move;
  const write = (outcome: 'live' | 'rolled back' | 'failed', version: string, smokeTest?: 'passed' | 'failed') =>
    recordMove(session, environment, found, { outcome, from: live.version, version, smokeTest });
  const started = Date.now();
  let why: string | undefined;
  try {
    why = await faultOf(session, url);
  } catch (error) {
    session.say(`Version ${moved.version} is live, and has not said whether it works.`);
    await write('failed', moved.version).catch(() => {});
    throw error;
  }
  if (why === undefined) {
    session.say(`  ${green('✓')} the API answers  ${dim(duration(Date.now() - started))}`);
    return write('live', moved.version, 'passed').catch((error) => {
      throw unrecorded(error, environment, moved.version);
    });
  }
  session.say(`  ${red('✗')} ${why}`);
  await moveAlias(session, moved, live.version);
  await write('rolled back', live.version, 'failed').catch((error) => {
    session.say(`It could not be recorded: ${error instanceof Error ? error.message : String(error)}`);
  });
  throw wentForth(moved, live, why, await faultOf(session, url));
}

function recordMove(
  interruptible: Session,
  environment: string,
  { release, bucket }: Found,
  {
    outcome,
    from,
    version,
    smokeTest,
  }: {
    readonly outcome: 'live' | 'rolled back' | 'failed';
    readonly from: string;
    readonly version: string;
    readonly smokeTest: 'passed' | 'failed' | undefined;
  },
): Promise<string> {
  const session = { ...interruptible, signal: new AbortController().signal };
  const { commit, planHash, images } = release.entry.record;
  const by = recordedBy();
  return writeRecord(session, bucket, {
    version: recordVersion,
    environment,
    region: session.region,
    at: new Date().toISOString(),
    ...(by !== undefined && { by }),
    ...(commit !== undefined && { commit }),
    planHash,
    images,
    outcome,
    functionVersion: version,
    previousVersion: from,
    ...(smokeTest && { smokeTest }),
    rollbackTo: release.entry.key,
    stacks: [],
  }).then((key) => `s3://${bucket}/${key}`);
}

function unrecorded(error: unknown, environment: string, version: string): unknown {
  if (!(error instanceof Error && 'remedy' in error)) return error;
  return new DeployError(
    `Version ${version} is live in ${environment} and answers, and there is no record of it: ${error.message}`,
    String(error.remedy),
    exitCode.partlyDone,
    error,
  );
}

function wentForth(moved: LiveVersion, { version }: LiveVersion, why: string, still: string | undefined): DeployError {
  const log = `Its log: ${logCommand(moved.functionName)}`;
  return still === undefined
    ? new DeployError(
        `Version ${moved.version} of ${moved.functionName} does not work, so version ${version} is live again, as before: ${why}`,
        `${log}\nChoose another release, or put right what it says.`,
        exitCode.rolledBack,
      )
    : new DeployError(
        `Version ${moved.version} of ${moved.functionName} does not work: ${why}\nVersion ${version}, which is live again, does not answer either: ${still}`,
        `${log}\nIt is not the release alone: look at the database and the network.`,
        exitCode.needsHuman,
      );
}
