/** Whether each stack is there and at rest, and whether what is live is what was meant to be. */
import type { Environment } from '../../../environments/index.ts';
import type { CompiledStack } from '../../../generator/compile.ts';
import { aliasName, functionName } from '../../../generator/names.ts';
import type { Stack } from '../../aws/cloudformation.ts';
import { deploymentsBucket } from '../../deploy/deployments-bucket.ts';
import { intendedVersion, liveVersion } from '../../deploy/live-version.ts';
import { releases } from '../../deploy/release-record.ts';
import type { Session } from '../../deploy/session.ts';
import { stackState } from '../../deploy/stack-state.ts';
import { Finding, type Found } from './examination.ts';

/** @throws DeployError where it is busy, or in a state that needs a person */
export async function deployedStack(
  session: Session,
  { name }: Environment,
  { stackName }: CompiledStack,
): Promise<Found<Stack>> {
  const state = await stackState(session, stackName);
  if (state.kind === 'ready') return { found: state.stack.StackStatus ?? '', value: state.stack };
  throw new Finding(`${stackName} is not deployed.`, `Deploy everything, in its order: npm run deploy -- ${name}`);
}

/** The last release says which version is to be live, a rollback included; without one the template does. */
export async function liveIsIntended(session: Session, { name }: Environment, api: Stack): Promise<Found<string>> {
  const own = functionName(name);
  const live = await liveVersion(session, own);
  if (!live) throw new Finding(`${own} has no alias ${aliasName}.`, `npm run deploy -- ${name} --stack api`);
  const [released, published] = await Promise.all([
    releasedVersion(session, name),
    intendedVersion(session, api.StackId ?? ''),
  ]);
  const { version } = live;
  const wanted = released ?? published;
  if (version !== wanted)
    throw new Finding(
      `${aliasName} is at version ${version}; ${released === undefined ? 'the template' : 'the last release'} says ${wanted ?? 'nothing'}.`,
      `Somebody has moved it. Deploy the same again, which moves it back: npm run deploy -- ${name}`,
    );
  const behind = version === published ? '' : `; the next deploy goes back to ${published}, as the template says`;
  return {
    found: `version ${version}, as the ${released === undefined ? 'template' : 'last release'} says${behind}`,
    value: version,
  };
}

async function releasedVersion(session: Session, environment: string): Promise<string | undefined> {
  const bucket = await deploymentsBucket(session);
  if (bucket === undefined) return undefined;
  for await (const { functionVersion } of releases(session, bucket, environment)) {
    if (functionVersion !== undefined) return functionVersion;
  }
  return undefined;
}
