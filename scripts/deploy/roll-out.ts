/**
 * A release: `jobs` with the new image, the files of its pages, its migrations, then `api`, then a question to what answers now. Where that is
 * not answered well, the alias goes back to the version of before; the database only ever gains, so that one still works.
 */
import type { Environment } from '../../environments/index.ts';
import { functionName, jobsFunctionName } from '../../generator/names.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { dim, duration, green, red } from '../terminal/style.ts';
import type { DeployedStack, Steps } from './deploy.ts';
import { DeployError } from './errors.ts';
import { invoke } from './invoke.ts';
import { intendedVersion, type LiveVersion, liveVersion, moveAlias } from './live-version.ts';
import { logCommand } from './log-command.ts';
import { publishBeforeApi } from './publish-assets.ts';
import { type Deployable, deployedImages, imagesOn } from './release.ts';
import { pruneVersions } from './releases/prune.ts';
import type { Session } from './session.ts';
import { faultOf, healthCheck } from './smoke-test.ts';

/** What a release did beside changing stacks. */
export interface RolledOut {
  /** Names of the migrations that were missing; absent where none were looked for. */
  migrations?: readonly string[];
  version?: string;
  /** To which the alias pointed before. */
  previousVersion?: string;
  smokeTest?: 'passed' | 'failed';
  /** That version answers, and is live: the one of before, where the new one did not answer. */
  rolledBackTo?: string;
}

export interface RollOut extends Steps {
  readonly result: RolledOut;
}

/**
 * @param stacks of the deploy: what is not among them has to be there already
 * @param lastProven the version that was last seen to work, as its release record says
 */
export function rollOut(
  session: Session,
  environment: Environment,
  stacks: readonly Deployable[],
  lastProven: () => Promise<string | undefined>,
): RollOut {
  const api = functionName(environment.name);
  const jobs = jobsFunctionName(environment.name);
  const result: RolledOut = {};
  let before: LiveVersion | undefined;

  return {
    result,
    order: { api: ['jobs'] },
    async beforeExecution(compiled) {
      if (compiled.stack !== 'api') return;
      await refuseOtherImage(session, environment, compiled, stacks);
      await publishBeforeApi(session, environment.name);
      result.migrations = await migrate(session, environment, jobs);
      before = await liveVersion(session, api);
    },
    async afterwards(compiled, deployed) {
      if (compiled.stack !== 'api') return;
      const intended = await intendedVersion(session, deployed.stackId);
      let live = await liveVersion(session, api);
      if (!live || intended === undefined) return;
      before ??= live;
      // Somebody rolled it back, or a deploy did; what the template says is deployed again although nothing else is.
      const isElsewhere = live.version !== intended;
      if (isElsewhere) live = await moveAlias(session, live, intended);
      result.version = live.version;
      let previous = before.version;
      if (deployed.outcome === 'unchanged' && !isElsewhere) {
        // A deploy that was interrupted here has left a version that nobody has asked anything.
        previous = (await lastProven()) ?? previous;
        if (previous === live.version && (await lastProven()) !== undefined) return;
      }
      if (previous !== live.version) result.previousVersion = previous;
      await proveOrGoBack(deployed, live, previous);
    },
  };

  async function proveOrGoBack({ outputs }: DeployedStack, live: LiveVersion, previous: string): Promise<void> {
    const started = Date.now();
    const why = await faultOf(session, outputs.Url);
    if (why === undefined) {
      result.smokeTest = 'passed';
      session.say(`  ${green('✓')} the API answers  ${dim(duration(Date.now() - started))}`);
      return pruneVersions(session, live, environment.account.releases.versionsKept);
    }
    result.smokeTest = 'failed';
    session.say(`  ${red('✗')} ${why}`);
    if (previous === live.version) throw noWayBack(live, why);
    await moveAlias(session, live, previous);
    result.rolledBackTo = previous;
    throw wentBack(live, previous, why, await faultOf(session, outputs.Url));
  }
}

/** The migrations that belong to an image are run by the jobs of that image. */
async function refuseOtherImage(
  session: Session,
  environment: Environment,
  api: Deployable,
  stacks: readonly Deployable[],
): Promise<void> {
  const name = `coalition-builder-${environment.name}-jobs`;
  const compiled = stacks.find(({ stackName }) => stackName === name);
  const { lambda: image } = compiled ? imagesOn([compiled]) : await deployedImages(session, name);
  const { lambda: wanted } = imagesOn([api]);
  if (image === wanted) return;
  throw new DeployError(
    `${api.stackName} would run the image ${wanted}, and ${name} ${image === undefined ? 'is not deployed' : `runs ${image}`}: its migrations have not run.`,
    `Deploy both: npm run deploy -- ${environment.name} --lambda-image ${wanted}`,
    exitCode.usage,
  );
}

async function migrate(session: Session, { tier }: Environment, jobs: string): Promise<readonly string[]> {
  const started = Date.now();
  const time = () => dim(duration(Date.now() - started));
  if (tier.database.mode === 'rds') {
    // Where they are there already, it changes nothing; the first release of an environment finds neither.
    session.say(`    jobs            ${dim('db-bootstrap: database and role …')}`);
    await invoke(session, jobs, { job: 'db-bootstrap' });
  }
  session.say(`    jobs            ${dim('migrate …')}`);
  const answer = await invoke(session, jobs, { job: 'migrate' });
  const applied = appliedOf(answer);
  session.say(`    jobs            ${green('migrated')}  ${applied.join(', ') || 'nothing was missing'}  ${time()}`);
  return applied;
}

function appliedOf(answer: unknown): readonly string[] {
  const applied = typeof answer === 'object' && answer !== null && 'applied' in answer ? answer.applied : [];
  return Array.isArray(applied) ? applied.map(String) : [];
}

function wentBack({ functionName: name, version }: LiveVersion, to: string, why: string, still: string | undefined) {
  const log = `Its log: ${logCommand(name)}`;
  return still === undefined
    ? new DeployError(
        `Version ${version} of ${name} was deployed and does not work, so version ${to} is live again: ${why}`,
        `${log}\nPut right what it says, then deploy again. Migrations stay; they only add.`,
        exitCode.rolledBack,
      )
    : new DeployError(
        `Version ${version} of ${name} was deployed and does not work: ${why}\nVersion ${to}, which is live again, does not answer either: ${still}`,
        `${log}\nIt is not the release alone: look at the database and the network.`,
        exitCode.needsHuman,
      );
}

function noWayBack({ functionName: name, version }: LiveVersion, why: string): DeployError {
  return new DeployError(
    `Version ${version} of ${name} is live and does not work, and there is no other to go back to: ${why}`,
    `Its log: ${logCommand(name)}\nPut right what it says, then deploy again; ${healthCheck.path} is what was asked.`,
    exitCode.needsHuman,
  );
}
