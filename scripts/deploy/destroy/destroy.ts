/**
 * Deletes the stacks of an environment, those first that build on others. What a stack retains stays; where a resource
 * resists, its stack and what it builds on stay as well, until a person has decided.
 */
import { randomUUID } from 'node:crypto';
import { readTemplate } from '../../../generator/cloudformation/read-yaml.ts';
import { type ExitCode, exitCode } from '../../terminal/exit-codes.ts';
import { dim, duration, green } from '../../terminal/style.ts';
import { DeployError } from '../errors.ts';
import { type Found, foundStacks } from '../heal/operations.ts';
import { destroyOf } from '../heal/ways-out.ts';
import { type Deployable, deployedTemplate } from '../release.ts';
import type { Session } from '../session.ts';
import { type Ended, follow, markedBy } from '../watch.ts';
import { type Outlook, outlookOf, type Remaining } from './remains.ts';

/** A stack that is to go, and what will be left of it. */
export interface Doomed extends Found, Outlook {}

export interface Destroyed {
  readonly stack: string;
  readonly stackName: string;
  readonly outcome: 'deleted' | 'failed' | 'not tried';
  readonly remaining: readonly Remaining[];
  readonly exitCode: ExitCode;
  readonly message?: string;
  readonly remedy?: string;
}

/** What is there of the stacks. Nothing is changed. */
export async function outlook(session: Session, stacks: readonly Deployable[]): Promise<readonly Doomed[]> {
  const found = await foundStacks(session, stacks);
  return Promise.all(
    found.map(async (each) => {
      const { compiled, stackId } = each;
      const body = (await deployedTemplate(session, stackId)) || compiled.body;
      return { ...each, ...outlookOf(readTemplate(body), await resourcesOf(session, stackId)) };
    }),
  );
}

export interface DestroyOptions {
  /** Logical ids that are left where they resist. */
  readonly retain: readonly string[];
  /** What to do about a resource that resists and is not among them. */
  decide(doomed: Doomed, resisting: readonly Resisting[]): Promise<'retry' | 'retain' | 'stop'>;
}

export interface Resisting {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly reason: string;
}

/** @returns every one, in the order of deployment */
export async function destroy(
  session: Session,
  doomed: readonly Doomed[],
  options: DestroyOptions,
): Promise<readonly Destroyed[]> {
  const ended = new Map<string, Promise<Destroyed>>();
  // Backwards: whatever builds on a stack comes behind it.
  for (const each of doomed.toReversed()) {
    const { stackName } = each.compiled;
    const before = doomed
      .filter(({ compiled }) => compiled.dependsOn.includes(stackName))
      .flatMap(({ compiled }) => ended.get(compiled.stackName) ?? []);
    const own = Promise.all(before).then(async (others) => {
      const isFree = others.every(({ outcome }) => outcome === 'deleted') && !session.signal.aborted;
      return isFree ? deleteOne(session, each, options) : untried(each);
    });
    ended.set(stackName, own);
  }
  const all = await Promise.all(doomed.map(({ compiled }) => ended.get(compiled.stackName)));
  return all.filter((each) => each !== undefined);
}

async function deleteOne(session: Session, doomed: Doomed, options: DestroyOptions): Promise<Destroyed> {
  const started = Date.now();
  const { compiled, stackId, remaining } = doomed;
  const { stack, stackName } = compiled;
  try {
    if (doomed.stack.EnableTerminationProtection) {
      await session.aws.updateTerminationProtection({ StackName: stackId, EnableTerminationProtection: false });
      session.say(`  termination protection of ${stackName} is now off, as allowedChanges allow`);
    }
    const kept = await untilGone(session, doomed, options);
    session.say(`  ${green('✓')} ${stackName} deleted  ${dim(duration(Date.now() - started))}`);
    return { stack, stackName, outcome: 'deleted', remaining: [...remaining, ...kept], exitCode: exitCode.done };
  } catch (error) {
    if (!(error instanceof Error && 'remedy' in error && typeof error.remedy === 'string')) throw error;
    const { message, remedy } = error;
    const code = error instanceof DeployError ? error.exitCode : exitCode.failed;
    return { stack, stackName, outcome: 'failed', remaining, exitCode: code, message, remedy };
  }
}

/** @returns what was left although it should have gone */
async function untilGone(session: Session, doomed: Doomed, options: DestroyOptions): Promise<readonly Remaining[]> {
  let left: readonly Resisting[] = [];
  // A stack that stands in DELETE_FAILED is tried once more first: what was in the way may be gone.
  for (;;) {
    const { status } = await deletion(session, doomed, left);
    if (status === 'DELETE_COMPLETE') {
      return left.map(({ reason: _, ...resource }) => ({
        ...resource,
        how: 'it was left, for it resisted',
        keepsName: true,
      }));
    }
    const resisting = await resistingIn(session, doomed);
    const isNamed = resisting.length > 0 && resisting.every(({ logicalId }) => options.retain.includes(logicalId));
    const decision = isNamed && left.length === 0 ? 'retain' : await options.decide(doomed, resisting);
    if (decision === 'stop') throw resists(session, doomed, resisting);
    left = decision === 'retain' ? resisting : [];
  }
}

async function deletion(session: Session, { compiled, stackId }: Doomed, left: readonly Resisting[]): Promise<Ended> {
  const token = randomUUID();
  session.signal.throwIfAborted();
  await session.aws.deleteStack({
    StackName: stackId,
    ClientRequestToken: token,
    ...(left.length > 0 && { RetainResources: left.map(({ logicalId }) => logicalId) }),
  });
  return follow(session, compiled, stackId, markedBy(token));
}

async function resistingIn(session: Session, { stackId }: Doomed): Promise<readonly Resisting[]> {
  const failed = (await resourcesOf(session, stackId)).filter(
    ({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED',
  );
  return failed.map(
    ({
      LogicalResourceId = '',
      ResourceType = '',
      PhysicalResourceId = '',
      ResourceStatusReason = 'no reason given',
    }) => ({
      logicalId: LogicalResourceId,
      type: ResourceType,
      physicalId: PhysicalResourceId,
      reason: ResourceStatusReason,
    }),
  );
}

async function resourcesOf({ aws, signal }: Session, StackName: string) {
  const { StackResources = [] } = await aws.describeStackResources({ StackName }, { abortSignal: signal });
  return StackResources;
}

function untried({ compiled: { stack, stackName }, remaining }: Doomed): Destroyed {
  return { stack, stackName, outcome: 'not tried', remaining, exitCode: exitCode.partlyDone };
}

function resists(session: Session, { compiled: { stackName } }: Doomed, resisting: readonly Resisting[]): DeployError {
  const lines = resisting.map(({ logicalId, type, physicalId, reason }) => {
    return `  ${logicalId} (${type} ${physicalId}): ${reason}`;
  });
  const names = resisting.map(({ logicalId }) => logicalId).join(',');
  const again = destroyOf(session, stackName);
  return new DeployError(
    `${stackName} is in DELETE_FAILED, for something of it resists:\n${lines.join('\n')}`,
    [
      ...new Set(resisting.map(adviceFor)),
      `Then try again: ${again}`,
      `Or leave it where it is, outside every stack: ${again} --retain ${names}`,
    ].join('\n'),
    exitCode.needsHuman,
  );
}

function adviceFor({ type, physicalId, reason }: Resisting): string {
  if (type === 'AWS::S3::Bucket') {
    return `Empty it, if nobody needs what is in it: aws s3 rm s3://${physicalId} --recursive; of a bucket with versions, the versions too.`;
  }
  if (/protected/i.test(reason) && type === 'AWS::RDS::DBInstance') {
    return `Take its protection away: aws rds modify-db-instance --db-instance-identifier ${physicalId} --no-deletion-protection --apply-immediately`;
  }
  if (/protected/i.test(reason) && type === 'AWS::DynamoDB::Table') {
    return `Take its protection away: aws dynamodb update-table --table-name ${physicalId} --no-deletion-protection-enabled`;
  }
  if (/has a dependent object|DependencyViolation/i.test(reason)) {
    return 'A function leaves its network interface behind for up to 45 minutes; wait that long.';
  }
  return 'Put right what the reason says.';
}
