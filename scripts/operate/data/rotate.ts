/**
 * Changes a secret: writes the next version beside the present one, has a function try it from where it is used, makes it
 * the present one, and lets new instances begin. Where any of that fails, or is interrupted, everything is as before.
 */
import { randomUUID } from 'node:crypto';
import type { Environment } from '../../../environments/index.ts';
import { jobsFunctionName } from '../../../generator/names.ts';
import type { CloudFront } from '../../aws/cloudfront.ts';
import type { SecretsManager } from '../../aws/secrets-manager.ts';
import { invoke } from '../../deploy/invoke.ts';
import { type LiveVersion, moveAlias } from '../../deploy/live-version.ts';
import type { Session } from '../../deploy/session.ts';
import { smokeTest } from '../../deploy/smoke-test.ts';
import { describe } from '../../deploy/stack-state.ts';
import { checkSecret } from '../../github/preflight.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { dim, green, red } from '../../terminal/style.ts';
import { OperationError } from '../errors.ts';
import { sendKey, untilSent } from './cdn-key.ts';
import { isNamed } from './instance.ts';
import { recordRecycled, recyclable, recycle } from './recycle.ts';
import { isHandMade, newValue, type SecretKind, secretName } from './secret-values.ts';

export interface Rotation {
  readonly session: Session;
  readonly secrets: SecretsManager;
  readonly cloudFront: () => Promise<CloudFront>;
  readonly environment: Environment;
  readonly kind: SecretKind;
  /** Of the database, where it is to be looked for from now on; the password stays. */
  readonly host?: string | undefined;
  /** Of a secret that is made by hand. */
  readonly given?: string | undefined;
}

export interface Rotated {
  readonly secret: string;
  /** Ids, not values. */
  readonly version: string;
  readonly previousVersion: string;
  /** Of the function. */
  readonly live: string;
}

/** How to undo what was done, newest first. */
type WayBack = (() => Promise<unknown>)[];

/** @throws OperationError (6) where it failed and everything is as before; (7) where it is not */
export async function rotate(rotation: Rotation): Promise<Rotated> {
  const { session, environment, kind } = rotation;
  const secret = secretName(environment, kind);
  const live = await recyclable(session, environment);
  const present = await read(rotation, kind, secret);
  const value = newValue(environment, kind, present.value, rotation);

  const wayBack: WayBack = [];
  try {
    return await change(rotation, { secret, live, present, value }, wayBack);
  } catch (error) {
    throw await goBack(rotation, secret, error, wayBack);
  }
}

interface Change {
  readonly secret: string;
  readonly live: LiveVersion;
  readonly present: { readonly value: string; readonly version: string };
  readonly value: string;
}

async function change(
  rotation: Rotation,
  { secret, live, present, value }: Change,
  wayBack: WayBack,
): Promise<Rotated> {
  const { session, secrets, environment, kind, host } = rotation;
  const about = { SecretId: secret };
  const done = (what: string) => session.say(`  ${green('✓')} ${what}`);
  // Never aborted half-way: whether it was made would not be known.
  const version = randomUUID();
  wayBack.push(() => dropStage(secrets, secret, 'AWSPENDING', version));
  await secrets.putSecretValue({
    ...about,
    SecretString: value,
    ClientRequestToken: version,
    VersionStages: ['AWSPENDING'],
  });
  done(`${secret}: the next version is written ${dim(version)}`);

  if (kind === 'database' && host === undefined && environment.tier.database.mode === 'rds') {
    wayBack.push(() => run(withoutEnd(session), environment, { job: 'db-bootstrap' }));
    await run(session, environment, { job: 'db-bootstrap', pending: true });
    done('the database takes its password');
  }
  await tryIt(session, environment, kind);

  wayBack.push(async () => {
    if ((await stagesOf(secrets, secret, version)).includes('AWSCURRENT'))
      await makePresent(secrets, secret, version, present.version);
  });
  await makePresent(secrets, secret, present.version, version);
  await dropStage(secrets, secret, 'AWSPENDING', version);
  done('it is the present version');

  let moved = live;
  wayBack.push(async () => {
    if (moved.version !== live.version) moved = await moveAlias(session, moved, live.version);
  });
  moved = await recycle(session, environment, live);
  done(`new instances begin with it, as version ${moved.version}`);
  if (kind === 'cdn-key') await tellCloudFront(rotation, present.value, value, wayBack);
  await askApi(session, environment);
  done('the API answers');
  // Everything is done by now; a record that cannot be written takes nothing back.
  await recordRecycled(withoutEnd(session), environment, live, moved).catch((error: unknown) =>
    session.say(`  It could not be recorded: ${error instanceof Error ? error.message : String(error)}`),
  );
  return { secret, version, previousVersion: present.version, live: moved.version };
}

async function read(
  { session, secrets, environment }: Rotation,
  kind: SecretKind,
  secret: string,
): Promise<Change['present']> {
  try {
    const { Tags = [] } = await secrets.describeSecret({ SecretId: secret }, { abortSignal: session.signal });
    checkSecret(
      environment,
      { name: secret, tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])) },
      secret,
      true,
    );
    const { SecretString: value = '', VersionId: version = '' } = await secrets.getSecretValue(
      { SecretId: secret, VersionStage: 'AWSCURRENT' },
      { abortSignal: session.signal },
    );
    return { value, version };
  } catch (error) {
    if (!isNamed(error, /^ResourceNotFound/)) throw error;
    throw new OperationError(
      `There is no secret ${secret} in ${session.region}.`,
      isHandMade(environment, kind)
        ? `It is made once: aws secretsmanager create-secret --name ${secret} --tags Key=Environment,Value=${environment.name} --secret-string file:///dev/stdin`
        : `Its stack makes it: npm run deploy -- ${environment.name} --stack ${kind === 'database' ? 'database' : 'storage'}. If it is deployed, these credentials are of another account.`,
      exitCode.usage,
      error,
    );
  }
}

const run = (session: Session, { name }: Environment, event: { readonly job: string; readonly pending?: unknown }) =>
  invoke(session, jobsFunctionName(name), event);

/** From where the functions of the environment sit, with their rights. */
async function tryIt(session: Session, environment: Environment, kind: SecretKind): Promise<void> {
  const { checks } = (await run(session, environment, { job: 'doctor', pending: kind })) as {
    readonly checks: readonly { name: string; outcome: string; found: string; remedy?: string }[];
  };
  for (const { name, outcome, found } of checks) {
    const sign = outcome === 'well' ? green('✓') : outcome === 'ill' ? red('✗') : dim('-');
    session.say(`  ${sign} ${name}  ${dim(found)}`);
  }
  const ill = checks.find(({ outcome }) => outcome !== 'well');
  if (ill || checks.length === 0)
    throw new OperationError(
      `The new value was tried and does not work: ${ill ? `${ill.name}: ${ill.found}` : 'nothing could be tried'}`,
      ill?.remedy ?? `npm run deploy -- ${environment.name} brings jobs that can try it.`,
    );
}

async function tellCloudFront(
  { session, cloudFront, environment }: Rotation,
  before: string,
  value: string,
  wayBack: WayBack,
): Promise<void> {
  const stack = await describe(session, `coalition-builder-${environment.name}-cdn`);
  const id = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'DistributionId')?.OutputValue;
  if (!id)
    throw new OperationError(
      'The stack cdn names no distribution.',
      `npm run deploy -- ${environment.name} --stack cdn`,
    );
  const connected = await cloudFront();
  wayBack.push(() => sendKey(connected, id, before));
  await sendKey(connected, id, value);
  await untilSent(session, connected, id);
  session.say(`  ${green('✓')} CloudFront sends it`);
}

async function askApi(session: Session, { name, api }: Environment): Promise<void> {
  const stack = await describe(session, `coalition-builder-${name}-api`);
  const output = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'Url')?.OutputValue ?? '';
  const url = api.domain ? `https://${api.domain.name}` : output;
  const { fetch, signal, say, patience } = session;
  await smokeTest({ url, fetch, signal, say, name, ...patience });
}

const makePresent = (secrets: SecretsManager, secret: string, from: string, to: string) =>
  secrets.updateSecretVersionStage({
    SecretId: secret,
    VersionStage: 'AWSCURRENT',
    RemoveFromVersionId: from,
    MoveToVersionId: to,
  });

/** A version without a stage is forgotten by and by. */
async function dropStage(secrets: SecretsManager, secret: string, VersionStage: string, version: string) {
  if ((await stagesOf(secrets, secret, version)).includes(VersionStage))
    await secrets.updateSecretVersionStage({ SecretId: secret, VersionStage, RemoveFromVersionId: version });
}

async function stagesOf(secrets: SecretsManager, secret: string, version: string): Promise<readonly string[]> {
  return (await secrets.describeSecret({ SecretId: secret })).VersionIdsToStages?.[version] ?? [];
}

/** On the way back nothing is interrupted. */
const withoutEnd = (session: Session): Session => ({ ...session, signal: new AbortController().signal });

async function goBack(
  { session, environment }: Rotation,
  secret: string,
  error: unknown,
  wayBack: WayBack,
): Promise<unknown> {
  const { message, remedy = 'Put that right, and try again.' } = error as { message: string; remedy?: string };
  session.say(`  ${red('✗')} ${message}`);
  const failed: string[] = [];
  // The password follows the version that is present, so it goes back last.
  for (const step of wayBack.toReversed()) {
    await step().catch((fault: unknown) => failed.push(fault instanceof Error ? fault.message : String(fault)));
  }
  if (failed.length === 0) {
    session.say(`  ${secret} is as it was.`);
    if (session.signal.aborted) return error;
    return new OperationError(`${secret} was not changed: ${message}`, remedy, exitCode.rolledBack, error);
  }
  return new OperationError(
    `${secret} could not be changed (${message}), and not everything is as before:\n${failed.map((fault) => `  ${fault}`).join('\n')}`,
    `See which version is AWSCURRENT: aws secretsmanager list-secret-version-ids --secret-id ${secret}\nThe password of that version is set by: aws lambda invoke --function-name ${jobsFunctionName(environment.name)} --cli-binary-format raw-in-base64-out --payload '{"job":"db-bootstrap"}' /dev/stdout`,
    exitCode.needsHuman,
    error,
  );
}
