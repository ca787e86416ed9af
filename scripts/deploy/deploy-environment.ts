/** A whole deploy: what was reviewed or is shown now, the stacks, the release, and the record of it. */
import { createHash } from 'node:crypto';
import type { Environment } from '../../environments/index.ts';
import { type Plan, planOf } from '../plan/plan.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { dim } from '../terminal/style.ts';
import { commit } from './commit.ts';
import { type DeployedStack, deploy, previewAll } from './deploy.ts';
import { deploymentsBucket } from './deployments-bucket.ts';
import { DeployError } from './errors.ts';
import { Outputs } from './parameters.ts';
import { type Deployable, imagesOn } from './release.ts';
import { type ReleaseRecord, recordedBy, recordVersion, releases, writeRecord } from './release-record.ts';
import { type RolledOut, rollOut } from './roll-out.ts';
import type { Session } from './session.ts';

export interface Deployment {
  /** `account` stands for what there is once. */
  readonly name: string;
  readonly environment: Environment;
  readonly stacks: readonly Deployable[];
  /** What was reviewed; without it, what would change is shown before anything does. */
  readonly plan?: Plan | undefined;
  /** Is given each stack as it is finished, so that it can be reported although a later one fails. */
  readonly done?: DeployedStack[];
}

export interface Deployed extends RolledOut {
  readonly stacks: readonly DeployedStack[];
  readonly planHash: string;
  /** Where it is recorded: `s3://bucket/releases/…`; absent where nothing was done, or nothing can be recorded. */
  readonly record?: string;
}

export async function deployEnvironment(session: Session, deployment: Deployment): Promise<Deployed> {
  const { name, environment, stacks, plan, done = [] } = deployment;
  const reviewed = plan ?? (await show(session, deployment));
  const planHash = reviewed.hash;
  const steps = name === 'account' ? undefined : rollOut(session, environment, stacks, () => lastProven(session, name));
  const rolledOut = steps?.result ?? {};
  const record = (outcome: ReleaseRecord['outcome']) =>
    recordRelease(session, deployment, { done, planHash, rolledOut, outcome });
  try {
    await deploy(session, stacks, {
      done,
      account: reviewed.account,
      ...(plan ? { reviewed: plan.stacks } : { shown: reviewed.stacks }),
      ...(steps && { steps }),
    });
  } catch (error) {
    // What failed is the news; whether it could be written down is said beside it.
    await record(rolledOut.rolledBackTo === undefined ? 'failed' : 'rolled back').catch((own) => {
      session.say(`The release could not be recorded: ${own instanceof Error ? own.message : String(own)}`);
    });
    throw error;
  }
  const recorded = await record('live').catch((error) => {
    throw unrecorded(error, name);
  });
  return { ...rolledOut, stacks: done, planHash, ...(recorded !== undefined && { record: recorded }) };
}

function unrecorded(error: unknown, environment: string): unknown {
  if (!(error instanceof Error && 'remedy' in error)) return error;
  return new DeployError(
    `${environment} is deployed, and there is no record of it: ${error.message}`,
    `${error.remedy}\nThe next deploy that changes something is recorded; nobody can go back to this one by its record.`,
    exitCode.partlyDone,
    error,
  );
}

/** What is about to be deployed is shown before anything of it is. @returns the Plan that a preview would have been */
async function show(session: Session, { name, stacks }: Deployment): Promise<Plan> {
  const { region } = session;
  const outputs = new Outputs(session);
  const shown = await previewAll(session, stacks, outputs);
  const { account } = outputs;
  const about = { environment: name, region, ...(account !== undefined && { account }) };
  return planOf({ ...about, source: 'change sets', images: imagesOn(stacks), stacks: shown });
}

/** @returns the version that the last release left live, and that answered */
async function lastProven(session: Session, environment: string): Promise<string | undefined> {
  const bucket = await deploymentsBucket(session);
  if (bucket === undefined) return undefined;
  for await (const { functionVersion, smokeTest, outcome } of releases(session, bucket, environment)) {
    if (functionVersion !== undefined && smokeTest !== undefined && outcome !== 'failed') return functionVersion;
  }
  return undefined;
}

interface Ended {
  readonly done: readonly DeployedStack[];
  readonly planHash: string;
  readonly rolledOut: RolledOut;
  readonly outcome: ReleaseRecord['outcome'];
}

/** @returns where it is, undefined where there is nothing to record or nowhere to keep it */
async function recordRelease(
  interruptible: Session,
  { name, stacks }: Deployment,
  { done, planHash, rolledOut, outcome }: Ended,
): Promise<string | undefined> {
  // Also of a deploy that was interrupted: what it has done is done.
  const session = { ...interruptible, signal: new AbortController().signal };
  const { migrations, version, previousVersion, smokeTest, rolledBackTo } = rolledOut;
  if (done.every((stack) => stack.outcome === 'unchanged') && smokeTest === undefined) return undefined;
  const bucket = await deploymentsBucket(session);
  if (bucket === undefined) {
    session.say(dim('  no release record, for the account is not deployed: npm run deploy -- account'));
    return undefined;
  }
  const from = commit();
  const by = recordedBy();
  const live = rolledBackTo ?? version;
  const key = await writeRecord(session, bucket, {
    version: recordVersion,
    environment: name,
    region: session.region,
    at: new Date().toISOString(),
    ...(by !== undefined && { by }),
    ...(from !== undefined && { commit: from }),
    planHash,
    images: { ...imagesOn(stacks) },
    outcome,
    ...(live !== undefined && { functionVersion: live }),
    ...(previousVersion !== undefined && { previousVersion }),
    ...(migrations && { migrations: [...migrations] }),
    ...(smokeTest && { smokeTest }),
    stacks: done.map(({ stack, stackName, stackId, outcome: own, parameters }) => {
      const { path, body } = stacks.find((compiled) => compiled.stackName === stackName) ?? { path: '', body: '' };
      const templateDigest = createHash('sha256').update(body).digest('hex');
      return { stack, stackName, stackId, outcome: own, path, template: body, templateDigest, parameters };
    }),
  });
  return `s3://${bucket}/${key}`;
}
