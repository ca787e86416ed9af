/**
 * Puts what the pages of this commit load into the static bucket of an environment. A key has the content in it, so what
 * is there stays there: versions that are live elsewhere, or to go back to, and pages that are still open load it too.
 */
import { createHash } from 'node:crypto';
import { exitCode } from '../terminal/exit-codes.ts';
import { dim } from '../terminal/style.ts';
import { DeployError } from './errors.ts';
import type { Session } from './session.ts';
import { describe } from './stack-state.ts';

export interface PublishedFile {
  readonly key: string;
  readonly bytes: number;
  readonly outcome: 'uploaded' | 'would be uploaded' | 'there';
}

/** How many at once: what is limited is the line, not S3. */
const atOnce = 6;

/** @returns undefined where the stack that has it is not deployed */
export async function staticBucketOf(session: Session, environment: string): Promise<string | undefined> {
  const stack = await describe(session, `coalition-builder-${environment}-storage`);
  return stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'StaticBucketName')?.OutputValue;
}

/**
 * Uploads what is not there as it should be; deletes nothing.
 * @param each is told of a file as soon as it is settled
 * @returns every file, in the order of their keys
 * @throws AwsError, or DeployError (7) without the bucket; what was uploaded before is whole, and found the next time
 */
export async function publishAssets(
  session: Session,
  bucket: string,
  { dryRun = false, each = () => {} }: { readonly dryRun?: boolean; each?(file: PublishedFile): void } = {},
): Promise<readonly PublishedFile[]> {
  // Reads the files; a verb that publishes nothing need not have them.
  const { publishedAssets } = await import('../../api/pages/published-assets.ts');
  const files = [...publishedAssets().files].sort(([a], [b]) => (a < b ? -1 : 1));
  const folders = new Set(files.map(([key]) => `${key.split('/')[0]}/`));
  const there = await digestsIn(session, bucket, folders).catch((error) => {
    throw error.name === 'NoSuchBucket' ? gone(bucket) : error;
  });
  const s3 = await session.s3();
  const results: PublishedFile[] = [];
  const waiting = files.values();
  const work = async () => {
    for (const [key, { content, type, cacheControl }] of waiting) {
      const isThere = there.get(key) === md5(content);
      if (!isThere && !dryRun)
        await s3.putObject(
          { Bucket: bucket, Key: key, Body: content, ContentType: type, CacheControl: cacheControl },
          { abortSignal: session.signal },
        );
      const outcome = isThere ? 'there' : dryRun ? 'would be uploaded' : 'uploaded';
      const file = { key, bytes: content.length, outcome } as const;
      results.push(file);
      each(file);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** As a step of a deploy, where the environment has its bucket by then. */
export async function publishBeforeApi(session: Session, environment: string): Promise<void> {
  const bucket = await staticBucketOf(session, environment);
  if (bucket === undefined) return;
  const files = await publishAssets(session, bucket);
  const uploaded = files.filter(({ outcome }) => outcome === 'uploaded').length;
  const said = uploaded === 0 ? 'all there' : `${uploaded} of ${files.length} uploaded`;
  session.say(`    assets          ${dim(`${said} in s3://${bucket}`)}`);
}

/** What S3 says of each object: the MD5 of its content, where it came in one piece and without a key of ours. */
async function digestsIn(
  session: Session,
  bucket: string,
  folders: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const s3 = await session.s3();
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await s3.listObjectsV2(
        { Bucket: bucket, Prefix: folder, ...(token !== undefined && { ContinuationToken: token }) },
        { abortSignal: session.signal },
      );
      for (const { Key, ETag } of page.Contents ?? []) if (Key && ETag) found.set(Key, ETag.replaceAll('"', ''));
      token = page.NextContinuationToken;
    }
  }
  return found;
}

function gone(bucket: string): DeployError {
  return new DeployError(
    `The bucket ${bucket} is not there, although its stack is: somebody deleted it by hand.`,
    `aws s3api create-bucket --bucket ${bucket} makes it again; the drift of the stack says what else it has lost.`,
    exitCode.needsHuman,
  );
}

const md5 = (content: Buffer) => createHash('md5').update(content).digest('hex');
