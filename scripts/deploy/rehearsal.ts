/** Every deploy that there can be, one after the other, against a simulator. */
import { type Environment, environmentNames, environments } from '../../environments/index.ts';
import { type CompiledStack, compile, placeholderRelease } from '../../generator/compile.ts';
import type { StackPlan } from '../plan/plan.ts';
import { counts } from '../plan/text.ts';
import { type DeployedStack, deploy } from './deploy.ts';
import { DeployError } from './errors.ts';
import { preview } from './preview.ts';
import { openSession } from './session.ts';

export interface RehearsedStep {
  readonly name: string;
  readonly result: string;
  readonly milliseconds: number;
}

/** @param endpoint of the simulator; its account is given no credentials of yours */
export async function* rehearse(
  endpoint: string,
  signal: AbortSignal,
  say: (line: string) => void,
): AsyncGenerator<RehearsedStep> {
  const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
  const { development } = environments;
  const session = await openSession({ region: development.account.region, endpoint, credentials }, signal, say);
  try {
    for (const name of environmentNames) {
      yield await timed(`deploy ${name}`, async () => deployed(await deploy(session, stacksOf(environments[name]))));
    }
    const { environment, what } = changed(development);
    yield await timed(`preview ${what}`, async () => {
      const previews = await Array.fromAsync(preview(session, stacksOf(environment)));
      return previewed(previews);
    });
    yield await timed(`deploy ${what}`, async () => deployed(await deploy(session, stacksOf(environment))));
    yield await timed('deploy it again', async () => {
      const again = await deploy(session, stacksOf(environment));
      if (again.some(({ outcome }) => outcome !== 'unchanged'))
        throw surprise('The second deploy of the same thing changed something.');
      return deployed(again);
    });
  } finally {
    session.aws.destroy();
  }
}

const stacksOf = (environment: Environment): readonly CompiledStack[] => compile(environment, placeholderRelease);

/** A change that harms nothing: logs are kept for another while. */
function changed(environment: Environment): { environment: Environment; what: string } {
  const retentionDays = environment.tier.logs.retentionDays === 14 ? 30 : 14;
  return {
    environment: { ...environment, tier: { ...environment.tier, logs: { retentionDays } } },
    what: `logs kept ${retentionDays} days`,
  };
}

async function timed(name: string, step: () => Promise<string>): Promise<RehearsedStep> {
  const started = performance.now();
  const result = await step();
  return { name, result, milliseconds: Math.round(performance.now() - started) };
}

function deployed(stacks: readonly DeployedStack[]): string {
  const resources = stacks.flatMap(({ changes }) => changes);
  const changed = stacks.filter(({ outcome }) => outcome !== 'unchanged').length;
  return changed === 0 ? 'nothing to do' : `${changed} of ${stacks.length} stacks: ${counts(resources)}`;
}

function previewed(stacks: readonly StackPlan[]): string {
  const resources = stacks.flatMap(({ changes }) => changes);
  if (resources.length === 0) throw surprise('The preview of a change shows none.');
  return counts(resources);
}

const surprise = (message: string) =>
  new DeployError(message, '`npm run rehearse -- --verbose` shows what happened; deploying and simulating disagree.');
