/**
 * Back to a release that worked, in seconds: what is checked first, the alias, a question to what answers then, and the
 * alias forth again where that is no good. No stack is changed, no job is run, the database is not touched.
 */
import type { Environment } from '../../../environments/index.ts';
import { functionName } from '../../../generator/names.ts';
import type { Output } from '../../aws/cloudformation.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { dim, duration, green, red } from '../../terminal/style.ts';
import { DeployError } from '../errors.ts';
import { type LiveVersion, liveVersion, moveAlias } from '../live-version.ts';
import { recordedBy, recordVersion, writeRecord } from '../release-record.ts';
import type { Session } from '../session.ts';
import { faultOf } from '../smoke-test.ts';
import { deployedStack, notDeployed, requireAccount } from '../whereabouts.ts';
import { type Judged, judge } from './expand-only.ts';
import { migrationsSince } from './history.ts';
import { requireStillThere } from './still-there.ts';
import { type Found, findRelease, type Wanted } from './target.ts';

export interface RollbackOptions {
  readonly wanted: Wanted;
  /** Checks everything, and moves nothing. */
  readonly isDryRun?: boolean;
  /** Goes back although a migration since then may be in the way. */
  readonly acceptsMigrations?: boolean;
  /** Asked when everything else is known to be well. @throws where it is not wanted after all */
  confirm?(): Promise<void>;
}

export interface RolledBack {
  readonly outcome: 'rolled back' | 'live already' | 'dry run';
  readonly functionName: string;
  readonly from: string;
  readonly to: string;
  readonly commit?: string;
  readonly releasedAt: string;
  readonly image: string;
  /** Applied since that release; they stay. */
  readonly migrations: readonly Judged[];
  readonly record?: string;
}

/** @throws DeployError: 2 no such release, 4 a migration in the way, 5 busy, 6 moved and moved back, 7 something is gone */
export async function rollback(
  session: Session,
  environment: Environment,
  { wanted, isDryRun = false, acceptsMigrations = false, confirm = async () => {} }: RollbackOptions,
): Promise<RolledBack> {
  const { name } = environment;
  await requireAccount(session, environment);
  const stackName = `coalition-builder-${name}-api`;
  const stack = await deployedStack(session, stackName);
  refuseBusy(stackName, stack.StackStatus, name);
  const live = await liveVersion(session, functionName(name));
  if (!live) throw await notDeployed(session, `The alias of ${functionName(name)}`);

  const found = await findRelease(session, name, live.version, wanted);
  const { release } = found;
  const { commit, at } = release.entry.record;
  const image = await requireStillThere(session, live.functionName, release, name);
  const migrations = await Promise.all(migrationsSince(release, found.entries).map(judge));
  const about = {
    functionName: live.functionName,
    from: live.version,
    to: release.version,
    ...(commit !== undefined && { commit }),
    releasedAt: at,
    image,
    migrations,
  };
  say(session, about);
  if (release.version === live.version) return { outcome: 'live already', ...about };
  if (!acceptsMigrations) refuseDoubts(migrations, name);
  if (isDryRun) return { outcome: 'dry run', ...about };
  await confirm();

  const moved = await moveAlias(session, live, release.version);
  const record = await proveOrGoBack(session, environment.name, { found, live, moved, url: urlOf(stack.Outputs) });
  return { outcome: 'rolled back', ...about, ...(record !== undefined && { record }) };
}

const urlOf = (outputs: readonly Output[] = []) =>
  outputs.find(({ OutputKey }) => OutputKey === 'Url')?.OutputValue ?? '';

function say(
  session: Session,
  { functionName: own, from, to, commit, releasedAt, migrations }: Omit<RolledBack, 'outcome'>,
) {
  const which = `version ${to}, ${commit === undefined ? 'of no known commit' : `commit ${commit.slice(0, 12)}`}, released ${releasedAt}`;
  session.say(`  ${own}: version ${from} is live; wanted is ${which}`);
  session.say(dim('    its version and its image are there'));
  if (migrations.length === 0) return session.say(dim('    nothing was migrated since'));
  session.say(`    migrated since, and staying: ${migrations.map(({ name }) => name).join(', ')}`);
}

function refuseBusy(stackName: string, status = '', environment: string): void {
  if (!status.endsWith('_IN_PROGRESS')) return;
  throw new DeployError(
    `${stackName} is in ${status}: a deploy is running, and moves the alias itself.`,
    `Wait for its end (npm run status -- ${environment}), or cancel it: npm run cancel -- ${environment}`,
    exitCode.busy,
  );
}

function refuseDoubts(migrations: readonly Judged[], environment: string): void {
  const doubtful = migrations.filter(({ doubts }) => doubts.length > 0);
  if (doubtful.length === 0) return;
  const lines = doubtful.flatMap(({ name, doubts }) => [`  ${name}`, ...doubts.map((doubt) => `    ${doubt}`)]);
  throw new DeployError(
    `Since that release the database was changed in ways that it may not bear; nothing was moved:\n${lines.join('\n')}`,
    `If you know that it does: --accept-migrations. Else deploy what works on the database as it is: npm run deploy -- ${environment} --lambda-image sha256:…`,
    exitCode.stoppedByGuard,
  );
}

interface Move {
  readonly found: Found;
  readonly live: LiveVersion;
  readonly moved: LiveVersion;
  readonly url: string;
}

/** @returns where it is recorded */
async function proveOrGoBack(session: Session, environment: string, move: Move): Promise<string> {
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
  const log = `Its log: aws logs tail /aws/lambda/${moved.functionName} --since 15m`;
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
