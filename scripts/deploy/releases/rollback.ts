/**
 * Back to a release that worked, in seconds: what is checked first, the alias, a question to what answers then, and the
 * alias forth again where that is no good. No stack is changed, no job is run, the database is not touched.
 */
import type { Environment } from '../../../environments/index.ts';
import { functionName } from '../../../generator/names.ts';
import type { Output } from '../../aws/cloudformation.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { dim } from '../../terminal/style.ts';
import { DeployError } from '../errors.ts';
import { liveVersion, moveAlias } from '../live-version.ts';
import type { Session } from '../session.ts';
import { deployedStack, notDeployed, requireAccount } from '../whereabouts.ts';
import { type Judged, judge } from './expand-only.ts';
import { migrationsSince } from './history.ts';
import { proveOrGoBack } from './prove-or-go-back.ts';
import { requireStillThere } from './still-there.ts';
import { findRelease, type Wanted } from './target.ts';

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
