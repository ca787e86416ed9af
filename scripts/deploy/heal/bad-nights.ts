/** Rehearsed: an update that gets stuck, what somebody changes by hand, a database brought back, and an environment that goes and comes back. */
import type { Environment } from '../../../environments/index.ts';
import { planRestore, restore } from '../../operate/data/restore.ts';
import { isDrifted } from '../../plan/drift.ts';
import { counts } from '../../plan/text.ts';
import type { Simulator } from '../../simulators/cloudformation/simulator.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { deploy } from '../deploy.ts';
import { deployEnvironment } from '../deploy-environment.ts';
import { destroy, outlook } from '../destroy/destroy.ts';
import { refuseProtected } from '../destroy/may-destroy.ts';
import { scopeOf } from '../destroy/scope.ts';
import { drift } from '../drift/drift.ts';
import { revertDrift } from '../drift/revert.ts';
import { type RehearsedStep, stopped, surprise, timed } from '../rehearsed-step.ts';
import type { Deployable } from '../release.ts';
import type { Session } from '../session.ts';
import { resume } from './resume.ts';

/** @param stacks of the environment, as they are deployed */
export async function* badNights(
  session: Session,
  environment: Environment,
  stacks: readonly Deployable[],
  tamper: Simulator['tamper'],
): AsyncGenerator<RehearsedStep> {
  const monitoring = stacks.find(({ stack }) => stack === 'monitoring');
  if (!monitoring) throw surprise('There is no stack to get stuck.');
  yield await timed('an update that gets stuck', async () => {
    const stuck = await stopped(exitCode.needsHuman, () => deploy(session, [gettingStuck(monitoring)]));
    if (!/--skip \S*Topic/.test(stuck.remedy)) throw surprise('It is not said what can be given up.');
    await stopped(exitCode.needsHuman, () => deploy(session, [monitoring]));
    const [resumed] = await resume(session, stacks, ['Topic']);
    if (resumed?.is !== 'UPDATE_ROLLBACK_COMPLETE') throw surprise(`It is still stuck: ${resumed?.message}`);
    return 'rolled back without Topic';
  });
  yield await timed('what somebody changed by hand', async () => {
    tamper(monitoring.stackName, 'LambdaHighErrorRateAlarm', { Threshold: 99 });
    const found = await Array.fromAsync(drift(session, stacks));
    const drifted = found.flatMap(({ changes }) => changes.filter(isDrifted));
    if (drifted.length !== 2) throw surprise(`Two resources were changed by hand, and ${drifted.length} were found.`);
    await revertDrift(session, monitoring, []);
    const after = await Array.fromAsync(drift(session, [monitoring]));
    if (after[0]?.outcome !== 'unchanged') throw surprise('What was taken back is there still.');
    return `${drifted.length} resources, taken back`;
  });
  yield await timed('restore the database', async () => {
    const as = 'rehearsed-restore';
    const order = { to: undefined, snapshot: undefined, as, now: new Date() };
    const plan = await planRestore(session, environment, order);
    const { endpoint, checks = [] } = await restore(session, environment, plan);
    if (checks.length === 0 || checks.some(({ outcome }) => outcome !== 'well'))
      throw surprise('Nobody found the restored database well.');
    await stopped(exitCode.stoppedByGuard, () => planRestore(session, environment, order));
    return `beside the live one, at ${endpoint}`;
  });
  yield await timed(`destroy ${environment.name}`, async () => destroyed(session, environment, stacks));
  yield await timed('deploy it anew', async () => {
    const refusal = await stopped(exitCode.failed, () =>
      deployEnvironment(session, { name: environment.name, environment, stacks }),
    );
    if (!/--import-existing/.test(refusal.remedy)) throw surprise('It is not said how what stayed is taken over.');
    const importing = { ...session, importsExisting: true };
    const about = { name: environment.name, environment, stacks };
    const { stacks: made } = await deployEnvironment(importing, about);
    return counts(made.flatMap(({ changes }) => changes));
  });
}

/** The topic changes, and then something fails whose rollback cannot change it back. */
function gettingStuck(monitoring: Deployable): Deployable {
  const failing = `Resources:
  Impossible:
    Type: AWS::Logs::LogGroup
    DependsOn: Topic
    DeletionPolicy: Delete
    Properties:
      RetentionInDays: 365
`;
  const body = monitoring.body.replace('Resources:\n', failing).replace(/DisplayName: .*/, 'DisplayName: Rehearsed');
  return { ...monitoring, body };
}

async function destroyed(session: Session, environment: Environment, stacks: readonly Deployable[]): Promise<string> {
  const { name } = environment;
  const scope = await scopeOf(session, { name, environment, stacks, withTier: false, isOneStack: false });
  if (!scope.notice) throw surprise('It is not said that the stacks of the tier stay.');
  const doomed = await outlook(session, scope.stacks);
  await stopped(exitCode.stoppedByGuard, async () => refuseProtected(session, environment, doomed));
  const allowedChanges = doomed.map(({ compiled }) => ({
    stack: compiled.stackName,
    resource: '*',
    change: 'destroy' as const,
    until: '9999-12-31',
    reason: 'It is rehearsed.',
  }));
  const allowed = { ...session, rules: { ...session.rules, allowedChanges } };
  refuseProtected(allowed, environment, doomed);
  const gone = await destroy(allowed, doomed, { retain: [], decide: async () => 'stop' });
  const failed = gone.find(({ outcome }) => outcome !== 'deleted');
  if (failed) throw surprise(`${failed.stackName} is there still: ${failed.message}`);
  return `${gone.length} stacks, ${gone.flatMap(({ remaining }) => remaining).length} resources stay`;
}
