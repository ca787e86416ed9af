/**
 * An S3 bucket as a cache in front of another source: every environment then imports the same bytes, also on a day on
 * which the Census's server is down. An object carries the sha256 of its content, which is checked on the way back.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { DownloadError, type Source, SourceError } from './source.ts';

export interface Bucket {
  readonly bucket: string;
  /** Before the file's name, without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** Where objects are put while they are read. */
  readonly folder: string;
}

/** @param origin where a file comes from that the bucket does not have yet */
export function s3Source({ bucket, prefix, folder }: Bucket, origin: Source): Source {
  let client: Promise<S3Client> | undefined;
  const keyOf = (name: string) => [prefix, `${name}.zip`].filter(Boolean).join('/');
  return {
    name: `the bucket ${bucket}, and ${origin.name} for what it lacks`,
    async get(candidate, options) {
      client ??= connect();
      const key = keyOf(candidate.name);
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${candidate.name}.zip`);
      const found = await fetchObject(await client, bucket, key, path, options.signal);
      if (found) return { path, origin: `s3://${bucket}/${key}` };
      const got = await origin.get(candidate, options);
      if (got) await putObject(await client, bucket, key, got.path, options.signal);
      return got;
    },
  };
}

/** The client takes a quarter of a second to load: only who asks for S3 waits for it. */
async function connect(): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  // Emulators serve buckets by path, not by host name; AWS_ENDPOINT_URL_S3 is the SDK's own variable.
  return new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined });
}

async function fetchObject(
  client: S3Client,
  bucket: string,
  key: string,
  path: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const answer = await client
    .send(new GetObjectCommand({ Bucket: bucket, Key: key }), signal ? { abortSignal: signal } : {})
    .catch((error: Error) => {
      if (error.name === 'NoSuchKey') return undefined;
      throw problem(bucket, error);
    });
  if (!answer) return false;
  const part = `${path}.part`;
  const hash = createHash('sha256');
  async function* hashed(source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await pipeline(answer.Body as Readable, hashed, createWriteStream(part), signal ? { signal } : {});
  } catch (error) {
    await rm(part, { force: true });
    throw problem(bucket, error as Error);
  }
  const sha256 = hash.digest('hex');
  if (answer.Metadata?.sha256 !== sha256) {
    await rm(part, { force: true });
    throw new DownloadError(
      `s3://${bucket}/${key} is damaged: its content has the sha256 ${sha256}, and should have ${answer.Metadata?.sha256 ?? 'one that is stated'}.`,
      'Delete that object; the next import fetches the file from the Census again.',
    );
  }
  await rename(part, path);
  return true;
}

async function putObject(
  client: S3Client,
  bucket: string,
  key: string,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: createReadStream(path),
    ContentLength: (await stat(path)).size,
    ContentType: 'application/zip',
    Metadata: { sha256: hash.digest('hex') },
  });
  await client.send(put, signal ? { abortSignal: signal } : {}).catch((error: Error) => {
    throw problem(bucket, error);
  });
}

function problem(bucket: string, error: Error): Error {
  if (error.name === 'AbortError') return error;
  return new SourceError(
    `The bucket ${bucket} cannot be used: ${error.name} (${error.message.replace(/\.$/, '')}).`,
    'Check its name and that this role may get, put and list objects in it; or import with --source census.',
    { cause: error },
  );
}
