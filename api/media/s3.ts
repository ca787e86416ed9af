/** Files in S3. Its client is loaded when somebody uploads, because it costs more than all the rest of a cold start. */
import type { S3Client } from '@aws-sdk/client-s3';
import { untilDeadline } from '../deadline.ts';
import { type Trace, untraced } from '../telemetry/trace.ts';
import { type MediaStore, uploadSeconds } from './store.ts';

/**
 * @param bucket private; CloudFront serves it at `baseUrl`
 * @param client for tests
 */
export function s3Store(
  bucket: string,
  baseUrl: string,
  client: () => Promise<S3Client> = defaultClient,
  trace: Trace = untraced,
): MediaStore {
  let connected: Promise<S3Client> | undefined;
  const s3 = () => {
    connected ??= client();
    return connected;
  };

  return {
    baseUrl,
    async allowUpload({ key, contentType, bytes }) {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        ContentType: contentType,
        ContentLength: bytes,
        CacheControl: 'public, max-age=31536000, immutable',
        IfNoneMatch: '*',
      });
      // Signed headers are what S3 holds the upload against: another type or size, or a file that is there, is refused.
      const signed = ['content-type', 'content-length', 'cache-control', 'if-none-match'];
      const url = await getSignedUrl(await s3(), command, {
        expiresIn: uploadSeconds,
        signableHeaders: new Set([...signed, 'host']),
        unhoistableHeaders: new Set(signed),
      });
      return {
        url,
        headers: {
          'Content-Type': contentType,
          'Cache-Control': 'public, max-age=31536000, immutable',
          'If-None-Match': '*',
        },
        expiresAt: new Date(Date.now() + uploadSeconds * 1000),
      };
    },
    async inspect(key) {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      try {
        const client = await s3();
        const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=0-63' });
        const object = await trace('S3', { namespace: 'aws', operation: 'GetObject' }, () =>
          client.send(command, untilDeadline()),
        );
        const head = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
        const bytes = Number(/\/(\d+)$/.exec(object.ContentRange ?? '')?.[1] ?? object.ContentLength ?? 0);
        return { contentType: object.ContentType ?? '', bytes, head };
      } catch (error) {
        if (/^(NoSuchKey|NotFound|InvalidRange)$/.test((error as Error).name)) return undefined;
        throw error;
      }
    },
    async remove(key) {
      const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
      const client = await s3();
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: key });
      await trace('S3', { namespace: 'aws', operation: 'DeleteObject' }, () => client.send(command, untilDeadline()));
    },
  };
}

/** Where addresses for uploads lead to: a page that uploads has to be allowed to call it. */
export function uploadOrigins(bucket: string, region: string): readonly string[] {
  return ['s3', 's3.dualstack'].map((service) => `https://${bucket}.${service}.${region}.amazonaws.com`);
}

export async function defaultClient(): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  // By default the SDK signs the checksum of an empty body into an upload's address, and S3 then refuses every other.
  return new S3Client({ maxAttempts: 2, requestChecksumCalculation: 'WHEN_REQUIRED' });
}
