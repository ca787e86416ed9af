/** Every deploy that there can be, one after the other, against a simulator. */
import { type Environment, environmentNames, environments } from '../../environments/index.ts';
import { compile, compileAccount, placeholderRelease, type Release } from '../../generator/compile.ts';
import { type Plan, planOf } from '../plan/plan.ts';
import { counts } from '../plan/text.ts';
import type { AllowedChange } from '../plan/verdict.ts';
import type { Simulator, SimulatorOptions } from '../simulators/cloudformation/simulator.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { type DeployedStack, deploy } from './deploy.ts';
import { type Deployed, deployEnvironment } from './deploy-environment.ts';
import { badNights } from './heal/bad-nights.ts';
import { preview } from './preview.ts';
import { type RehearsedStep, stopped, surprise, timed } from './rehearsed-step.ts';
import { type Deployable, imagesOn } from './release.ts';
import { backAndForth } from './releases/back-and-forth.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** Nothing here keeps logs for so long: whoever asks for it is refused by the simulator, half-way through an update. */
const impossibleDays = 365;

/** Of images that there are only here: one whose migrations fail, one that does not answer, and one that works. */
const unmigratable = imageOf('d');
const broken = imageOf('e');
const working = imageOf('f');

/** What the simulator has to be started with. */
export const rehearsed: SimulatorOptions = {
  invoking({ imageUri, event }) {
    if (event.job === 'doctor')
      return { checks: [{ name: 'database: PostGIS', outcome: 'well', found: 'as it should be' }] };
    if (event.job !== 'migrate') return { created: [] };
    if (imageUri.endsWith(unmigratable)) throw new Error('A migration that fails is rehearsed');
    return { applied: [] };
  },
  serving: ({ imageUri }) =>
    imageUri.endsWith(broken)
      ? { status: 502, body: '{"message": "Internal server error"}' }
      : { status: 200, body: '{"status":"healthy","database":{"status":"healthy"}}' },
  failing: ({ type, properties }) =>
    type === 'AWS::Logs::LogGroup' && Number(properties.RetentionInDays) === impossibleDays
      ? 'A failure that is rehearsed'
      : undefined,
  resisting: ({ type, step }) =>
    type === 'AWS::SNS::Topic' && step === 'roll back' ? 'A rollback that stops is rehearsed' : undefined,
};

/** The simulated account is given no credentials of yours. */
export async function* rehearse(
  { url: endpoint, tamper }: Pick<Simulator, 'url' | 'tamper'>,
  signal: AbortSignal,
  say: (line: string) => void,
  options: Pick<SessionOptions, 'clients'> = {},
): AsyncGenerator<RehearsedStep> {
  const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
  const { development, production } = environments;
  const session = await openSession(
    { region: development.account.region, endpoint, credentials },
    signal,
    say,
    options,
  );
  try {
    yield await timed('deploy account', async () => {
      const about = { name: 'account', environment: production, stacks: compileAccount(environments) };
      return deployed((await deployEnvironment(session, about)).stacks);
    });
    for (const name of environmentNames) {
      yield await timed(`deploy ${name}`, async () => released(await run(session, environments[name])));
    }
    yield* harmlessChange(session, development);
    yield* dangerousChange(session, production);
    yield* badReleases(session, development);
    yield await timed('deploy a change that fails', async () => {
      const failing = stacksOf(keepingLogs(development, impossibleDays));
      const error = await stopped(exitCode.rolledBack, () => deploy(session, failing));
      const after = await deploy(session, stacksOf(development));
      return `${counted(error.message.match(/was rolled back/g)?.length ?? 0)} rolled back, ${deployed(after)} afterwards`;
    });
    yield* badNights({ ...session, name: development.name }, development, stacksOf(development), tamper);
  } finally {
    session.close();
  }
}

async function* harmlessChange(session: Session, environment: Environment): AsyncGenerator<RehearsedStep> {
  const days = environment.tier.logs.retentionDays === 14 ? 30 : 14;
  const changed = () => stacksOf(keepingLogs(environment, days));
  let plan: Plan | undefined;
  yield await timed(`preview logs kept ${days} days`, async () => {
    const stacks = await Array.fromAsync(preview(session, changed()));
    const about = { environment: environment.name, region: session.region, images: imagesOn(changed()) };
    plan = planOf({ ...about, source: 'change sets', stacks });
    const resources = stacks.flatMap(({ changes }) => changes);
    if (resources.length === 0) throw surprise('The preview of a change shows none.');
    return counts(resources);
  });
  yield await timed('deploy what was reviewed', async () => released(await run(session, environment, changed(), plan)));
  yield await timed('deploy it again', async () => nothing((await run(session, environment, changed())).stacks));
  yield await timed('deploy what it was before', async () => {
    // The plan says otherwise by now.
    await stopped(exitCode.stoppedByGuard, () => run(session, environment, stacksOf(environment), plan));
    return released(await run(session, environment));
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

/** Releases that should never have been built: the first is stopped before the API changes, the second taken back; and one that is good. */
async function* badReleases(session: Session, environment: Environment): AsyncGenerator<RehearsedStep> {
  const release = (lambda: string) => stacksOf(environment, { images: { ...placeholderRelease.images, lambda } });
  yield await timed('release what cannot migrate', async () => {
    const error = await stopped(exitCode.partlyDone, () => run(session, environment, release(unmigratable)));
    if (/Deployed: .*-api/.test(error.message)) throw surprise('The API was deployed before its migrations.');
    return 'stopped before the API';
  });
  yield await timed('release what does not answer', async () => {
    const error = await stopped(exitCode.rolledBack, () => run(session, environment, release(broken)));
    const back = /so version (\d+) is live again/.exec(error.message)?.[1];
    if (!back) throw surprise('The alias did not go back.');
    return `back to version ${back}`;
  });
  yield await timed('release what works', async () => {
    const { version, ...after } = await run(session, environment, release(working));
    nothing((await run(session, environment, release(working))).stacks);
    return `version ${version} is live, ${released(after)}`;
  });
  yield* backAndForth(session, environment, () => run(session, environment, release(working)));
}

const run = (
  session: Session,
  environment: Environment,
  stacks: readonly Deployable[] = stacksOf(environment),
  plan?: Plan,
): Promise<Deployed> => deployEnvironment(session, { name: environment.name, environment, stacks, plan });

const allowanceFor = (stacks: readonly Deployable[]): readonly AllowedChange[] =>
  stacks.map(({ stackName }) => ({
    stack: stackName,
    resource: 'Table',
    change: 'replace',
    until: '9999-12-31',
    reason: 'It is rehearsed.',
  }));

const stacksOf = (environment: Environment, release: Release = placeholderRelease): readonly Deployable[] =>
  compile(environment, release);

function imageOf(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

const keepingLogs = (environment: Environment, retentionDays: 14 | 30 | 365): Environment => ({
  ...environment,
  tier: { ...environment.tier, logs: { retentionDays } },
});

/** A deploy that leaves no record is none that somebody could come back to. */
function released({ stacks, record }: Deployed): string {
  if (record === undefined) throw surprise('A deploy left no record.');
  return deployed(stacks);
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
