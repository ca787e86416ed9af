/** Buckets: private, encrypted, without access lists. */
import { browserOrigins, type Environment } from '../../environments/index.ts';
import { aws, type Expression, sub } from '../cloudformation/expression.ts';
import type { Properties, Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { accepted } from './accepted.ts';

type Bucket = Resource<'AWS::S3::Bucket'>;

/** What the site's pages are made of. Their names change with their contents, so no version of them is kept. */
export function staticBucket(template: Template, environment: Environment): Bucket {
  return bucket(template, 'StaticBucket', sub`coalition-builder-static-${environment.name}-${aws.accountId}`, {
    LifecycleConfiguration: { Rules: [unfinishedUploads] },
  });
}

/** What people upload, straight from their browsers by presigned requests: API Gateway takes 10 MB at most. */
export function mediaBucket(template: Template, environment: Environment): Bucket {
  const { domain } = environment.cdn;
  return bucket(template, 'MediaBucket', sub`coalition-builder-media-${environment.name}-${aws.accountId}`, {
    VersioningConfiguration: { Status: 'Enabled' },
    CorsConfiguration: {
      CorsRules: [
        {
          // Reads go through CloudFront, which says itself who may.
          AllowedMethods: ['PUT'],
          // The desk uploads from the domain that CloudFront serves. Without one of our own that is one of AWS's, made after
          // this bucket; what lets in is the signed address, so which page sends it decides little.
          AllowedOrigins: [
            ...browserOrigins(environment),
            domain ? `https://${domain.name}` : 'https://*.cloudfront.net',
          ],
          AllowedHeaders: ['*'],
          ExposedHeaders: ['ETag'],
          MaxAge: 3600,
        },
      ],
    },
    LifecycleConfiguration: {
      // Never an expiry of what is current: these are people's pictures.
      Rules: [unfinishedUploads, oldVersions(environment.tier.media.oldVersionsDays)],
    },
  });
}

export function bucket(
  template: Template,
  id: string,
  name: Expression,
  properties: Partial<Properties<'AWS::S3::Bucket'>>,
): Bucket {
  return template.add(id, {
    Type: 'AWS::S3::Bucket',
    Ignore: accepted('CKV_AWS_18', ...(properties.VersioningConfiguration ? [] : (['CKV_AWS_21'] as const))),
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BucketName: name,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      ...properties,
    },
  });
}

/** A rule has to say what it applies to; an empty prefix is everything. */
export const unfinishedUploads = {
  Id: 'unfinished-uploads',
  Status: 'Enabled',
  Prefix: '',
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
};

export const oldVersions = (days: number) => ({
  Id: 'old-versions',
  Status: 'Enabled',
  Prefix: '',
  NoncurrentVersionExpiration: { NoncurrentDays: days },
  ExpiredObjectDeleteMarker: true,
});
