/** Rehearses a rollback, and the deploy that takes it back: both move the alias, and nothing else. */
import type { Environment } from '../../../environments/index.ts';
import { functionName } from '../../../generator/names.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import type { Deployed } from '../deploy-environment.ts';
import { liveVersion } from '../live-version.ts';
import { type RehearsedStep, stopped, surprise, timed } from '../rehearsed-step.ts';
import type { Session } from '../session.ts';
import { listReleases } from './list.ts';
import { rollback } from './rollback.ts';

/** @param deployAgain what is deployed already, with the release that is live */
export async function* backAndForth(
  session: Session,
  environment: Environment,
  deployAgain: () => Promise<Deployed>,
): AsyncGenerator<RehearsedStep> {
  const live = async () => (await liveVersion(session, functionName(environment.name)))?.version;
  const latest = await live();
  yield await timed('roll that release back', async () => {
    const wanted = { releases: 1 };
    await rollback(session, environment, { wanted, isDryRun: true });
    if ((await live()) !== latest) throw surprise('A dry run moved the alias.');
    const { from, to } = await rollback(session, environment, { wanted });
    const { releases } = await listReleases(session, environment, 1);
    if (from !== latest || (await live()) !== to || releases[0]?.version !== to)
      throw surprise('A rollback is not live, or not recorded.');
    await stopped(exitCode.usage, () => rollback(session, environment, { wanted: { releases: 100 } }));
    return `version ${to} is live again, nothing deployed`;
  });
  yield await timed('deploy the same commit again', async () => {
    const { stacks, version } = await deployAgain();
    if (stacks.some(({ outcome }) => outcome !== 'unchanged')) throw surprise('It changed more than the alias.');
    if ((await live()) !== latest || version !== latest) throw surprise('The alias stays where the rollback put it.');
    return `version ${latest} is live again, nothing to do in ${stacks.length} stacks`;
  });
}
