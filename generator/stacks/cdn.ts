/**
 * Where the world finds an environment: the API's address, CloudFront before it, and who may read the buckets behind.
 *
 * The address is here and not with what answers there, because the application has to know its own links before it
 * starts. It stays when everything behind it is replaced.
 */
import { aws, getAtt, type Reference, ref, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { defineStack } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { distribution } from '../resources/distribution.ts';
import { allowService, document, onlyOverTls } from '../resources/policy.ts';
import { restApi } from '../resources/rest-api.ts';
import { storage } from './storage.ts';

export const cdn = defineStack({
  name: 'cdn',
  scope: 'environment',
  description: 'Coalition Builder: the addresses of an environment, and CloudFront behind them',
  build(template, { environment }) {
    const address = restApi(template, environment);
    const front = distribution(template, environment, {
      api: { host: sub`${ref(address)}.execute-api.${aws.region}.${aws.urlSuffix}`, stage: environment.name },
      key: storage.output('cdnKeyArn'),
      assets: storage.output('staticBucketDomainName'),
      media: storage.output('mediaBucketDomainName'),
    });
    readableBy(
      template,
      'StaticBucketPolicy',
      front,
      storage.output('staticBucketName'),
      storage.output('staticBucketArn'),
    );
    readableBy(
      template,
      'MediaBucketPolicy',
      front,
      storage.output('mediaBucketName'),
      storage.output('mediaBucketArn'),
    );
    return {
      restApiId: ref(address),
      restApiRootResourceId: getAtt(address, 'RootResourceId'),
      distributionId: ref(front),
      domainName: getAtt(front, 'DomainName'),
    };
  },
});

/** The policy is not in the bucket's stack: it names the distribution, which names the bucket. */
function readableBy(
  template: Template,
  id: string,
  front: Resource<'AWS::CloudFront::Distribution'>,
  bucket: Reference,
  bucketArn: Reference,
): void {
  const arn = sub`arn:${aws.partition}:cloudfront::${aws.accountId}:distribution/${ref(front)}`;
  template.add(id, {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: bucket,
      PolicyDocument: document([
        allowService('cloudfront.amazonaws.com', ['s3:GetObject'], {
          Resource: sub`${bucketArn}/*`,
          Condition: { StringEquals: { 'aws:SourceArn': arn } },
        }),
        onlyOverTls(bucketArn, sub`${bucketArn}/*`),
      ]),
    },
  });
}
