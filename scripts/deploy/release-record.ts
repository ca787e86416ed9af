/**
 * What was deployed, to be found again: one object a deploy in the deployments bucket, with everything that it takes to
 * do the same once more. `releases/<environment>/<moment>-<commit>.json`, so that keys sort by time.
 */
import { z } from 'zod';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';
import type { Session } from './session.ts';

export const recordVersion = 1;

const text = z.string();
const texts = z.record(text, text);

/** What a later version adds is read over; what it changes the meaning of has another number. */
const recordSchema = z.object({
  version: z.literal(recordVersion),
  environment: text,
  region: text,
  /** ISO 8601, in UTC. */
  at: text,
  /** Who or what deployed: a person on GitHub, a run. */
  by: text.exactOptional(),
  commit: text.exactOptional(),
  planHash: text,
  /** Digests, by image. */
  images: texts,
  /** `live`: it works, or nothing of it is called by anybody. `rolled back`: the version of before is live. */
  outcome: z.enum(['live', 'rolled back', 'failed']),
  /** Of the API's function: the one that is live after this. */
  functionVersion: text.exactOptional(),
  previousVersion: text.exactOptional(),
  migrations: z.array(text).exactOptional(),
  smokeTest: z.enum(['passed', 'failed']).exactOptional(),
  /** Of a rollback, which executes nothing: the key of the record of the release that was wanted. */
  rollbackTo: text.exactOptional(),
  stacks: z.array(
    z.object({
      stack: text,
      stackName: text,
      stackId: text,
      outcome: z.enum(['created', 'updated', 'unchanged']),
      /** Relative to `templates/`. */
      path: text,
      /** As it was deployed, with this release's images. */
      template: text,
      /** SHA-256. */
      templateDigest: text,
      parameters: texts,
    }),
  ),
});

export type ReleaseRecord = z.infer<typeof recordSchema>;

/** Who this is, as far as it can be told: on GitHub, or on this machine. */
export const recordedBy = (): string | undefined => process.env.GITHUB_ACTOR || process.env.USER || undefined;

const prefixOf = (environment: string) => `releases/${environment}/`;

/** @returns the key @throws AwsError, or DeployError (7) where the same moment has a record already */
export async function writeRecord(session: Session, bucket: string, record: ReleaseRecord): Promise<string> {
  const moment = record.at.replace(/[:.]/g, '-');
  const key = `${prefixOf(record.environment)}${moment}-${record.commit?.slice(0, 12) ?? 'no-commit'}.json`;
  const s3 = await session.s3();
  // Not interruptible: it is done, and only has to be written down. Never over another one.
  await s3.putObject({
    Bucket: bucket,
    Key: key,
    Body: `${JSON.stringify(record, null, 2)}\n`,
    ContentType: 'application/json',
    IfNoneMatch: '*',
  });
  return key;
}

/** @returns keys, oldest first */
export async function recordKeys(session: Session, bucket: string, environment: string): Promise<readonly string[]> {
  const s3 = await session.s3();
  const keys: string[] = [];
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = await s3.listObjectsV2(
      { Bucket: bucket, Prefix: prefixOf(environment), ...(token !== undefined && { ContinuationToken: token }) },
      { abortSignal: session.signal },
    );
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
    token = page.NextContinuationToken;
  }
  return keys.sort();
}

/** @throws DeployError (7) where it is no record of this version */
export async function readRecord(session: Session, bucket: string, key: string): Promise<ReleaseRecord> {
  const s3 = await session.s3();
  const { Body } = await s3.getObject({ Bucket: bucket, Key: key }, { abortSignal: session.signal });
  const body = (await Body?.transformToString()) ?? '';
  try {
    return recordSchema.parse(JSON.parse(body));
  } catch (error) {
    throw new DeployError(
      `s3://${bucket}/${key} is no release record of version ${recordVersion}.`,
      'Somebody else wrote it, or a later version of this project: look at it, or check out that version.',
      exitCode.needsHuman,
      error,
    );
  }
}

/** Records of an environment, the latest first, read as they are wanted. */
export async function* releases(session: Session, bucket: string, environment: string): AsyncGenerator<ReleaseRecord> {
  const keys = await recordKeys(session, bucket, environment);
  for (const key of keys.toReversed()) yield await readRecord(session, bucket, key);
}
