/** Every deploy that there can be, one after the other, against a simulator. */
import { type Environment, environmentNames, environments } from '../../environments/index.ts';
import { compile, compileAccount, placeholderRelease } from '../../generator/compile.ts';
import type { StackPlan } from '../plan/plan.ts';
import { counts } from '../plan/text.ts';
import type { AllowedChange } from '../plan/verdict.ts';
import type { SimulatorOptions } from '../simulators/cloudformation/simulator.ts';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';
import { type DeployedStack, deploy } from './deploy.ts';
import { DeployError } from './errors.ts';
import { preview } from './preview.ts';
import type { Deployable } from './release.ts';
import { openSession, type Session } from './session.ts';

export interface RehearsedStep {
  readonly name: string;
  readonly result: string;
  readonly milliseconds: number;
}

/** Nothing here keeps logs for so long: whoever asks for it is refused by the simulator, half-way through an update. */
const impossibleDays = 365;

/** What the simulator has to be started with. */
export const rehearsed: SimulatorOptions = {
  failing: ({ type, properties }) =>
    type === 'AWS::Logs::LogGroup' && Number(properties.RetentionInDays) === impossibleDays
      ? 'A failure that is rehearsed'
      : undefined,
};

/** @param endpoint of the simulator; its account is given no credentials of yours */
export async function* rehearse(
  endpoint: string,
  signal: AbortSignal,
  say: (line: string) => void,
): AsyncGenerator<RehearsedStep> {
  const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
  const { development, production } = environments;
  const session = await openSession({ region: development.account.region, endpoint, credentials }, signal, say);
  try {
    yield await timed('deploy account', async () => deployed(await deploy(session, compileAccount(environments))));
    for (const name of environmentNames) {
      yield await timed(`deploy ${name}`, async () => deployed(await deploy(session, stacksOf(environments[name]))));
    }
    yield* harmlessChange(session, development);
    yield* dangerousChange(session, production);
    yield await timed('deploy a change that fails', async () => {
      const failing = stacksOf(keepingLogs(development, impossibleDays));
      const error = await stopped(exitCode.rolledBack, () => deploy(session, failing));
      const after = await deploy(session, stacksOf(development));
      return `${counted(error.message.match(/was rolled back/g)?.length ?? 0)} rolled back, ${deployed(after)} afterwards`;
    });
  } finally {
    session.aws.destroy();
  }
}

async function* harmlessChange(session: Session, environment: Environment): AsyncGenerator<RehearsedStep> {
  const days = environment.tier.logs.retentionDays === 14 ? 30 : 14;
  const changed = () => stacksOf(keepingLogs(environment, days));
  let reviewed: readonly StackPlan[] = [];
  yield await timed(`preview logs kept ${days} days`, async () => {
    reviewed = await Array.fromAsync(preview(session, changed()));
    const resources = reviewed.flatMap(({ changes }) => changes);
    if (resources.length === 0) throw surprise('The preview of a change shows none.');
    return counts(resources);
  });
  yield await timed('deploy what was reviewed', async () => deployed(await deploy(session, changed(), { reviewed })));
  yield await timed('deploy it again', async () => nothing(await deploy(session, changed())));
  yield await timed('deploy what it was before', async () => {
    // The plan says otherwise by now.
    await stopped(exitCode.stoppedByGuard, () => deploy(session, stacksOf(environment), { reviewed }));
    return deployed(await deploy(session, stacksOf(environment)));
  });
}

/** The table of the rate limits gets another name: a new one takes its place, empty. */
async function* dangerousChange(session: Session, environment: Environment): AsyncGenerator<RehearsedStep> {
  const isTable = ({ stack }: Deployable) => stack === 'rate-limits';
  const renamed = stacksOf(environment).map((compiled) =>
    isTable(compiled) ? { ...compiled, body: compiled.body.replace(/(TableName: .*)/, '$1-renamed') } : compiled,
  );
  yield await timed('deploy a dangerous change', async () => {
    const error = await stopped(exitCode.stoppedByGuard, () => deploy(session, renamed));
    if (!/is replaced by an empty one/.test(error.message)) throw surprise('The guard does not say what is replaced.');
    nothing(await deploy(session, stacksOf(environment)));
    return 'blocked, nothing changed';
  });
  yield await timed('deploy it where it is allowed', async () => {
    const table = renamed.filter(isTable);
    const allowed = { ...session, rules: { ...session.rules, allowedChanges: allowanceFor(table) } };
    return deployed(await deploy(allowed, table));
  });
  yield await timed('deploy what follows from it', async () => deployed(await deploy(session, renamed)));
}

const allowanceFor = (stacks: readonly Deployable[]): readonly AllowedChange[] =>
  stacks.map(({ stackName }) => ({
    stack: stackName,
    resource: 'Table',
    change: 'replace',
    until: '9999-12-31',
    reason: 'It is rehearsed.',
  }));

const stacksOf = (environment: Environment): readonly Deployable[] => compile(environment, placeholderRelease);

const keepingLogs = (environment: Environment, retentionDays: 14 | 30 | 365): Environment => ({
  ...environment,
  tier: { ...environment.tier, logs: { retentionDays } },
});

async function timed(name: string, step: () => Promise<string>): Promise<RehearsedStep> {
  const started = performance.now();
  const result = await step();
  return { name, result, milliseconds: Math.round(performance.now() - started) };
}

function deployed(stacks: readonly DeployedStack[]): string {
  const resources = stacks.flatMap(({ changes }) => changes);
  const changed = stacks.filter(({ outcome }) => outcome !== 'unchanged').length;
  if (changed === 0) return 'nothing to do';
  return `${changed} of ${counted(stacks.length)}: ${counts(resources)}`;
}

const counted = (count: number) => `${count} ${count === 1 ? 'stack' : 'stacks'}`;

function nothing(stacks: readonly DeployedStack[]): string {
  if (stacks.some(({ outcome }) => outcome !== 'unchanged'))
    throw surprise('A second deploy of the same thing changed something.');
  return deployed(stacks);
}

/** @returns the error with which a deploy was to end, and did */
async function stopped(code: ExitCode, step: () => Promise<unknown>): Promise<DeployError> {
  try {
    await step();
  } catch (error) {
    if (error instanceof DeployError && error.exitCode === code) return error;
    throw error;
  }
  throw surprise(`A deploy succeeded that was to end with ${code}.`);
}

const surprise = (message: string) =>
  new DeployError(message, '`npm run rehearse -- --verbose` shows what happened; deploying and simulating disagree.');
