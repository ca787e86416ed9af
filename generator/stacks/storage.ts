/** What an environment keeps outside its database: its pages' assets, people's uploads, its keys. */
import { getAtt, ref } from '../cloudformation/expression.ts';
import { defineStack } from '../cloudformation/stack.ts';
import { mediaBucket, staticBucket } from '../resources/buckets.ts';
import { cdnKey, secretKey } from '../resources/secret-key.ts';

export const storage = defineStack({
  name: 'storage',
  scope: 'environment',
  description: 'Coalition Builder: static assets, uploads and keys of an environment',
  build(template, { environment }) {
    const assets = staticBucket(template, environment);
    const media = mediaBucket(template, environment);
    const key = secretKey(template, environment.name);
    const proof = cdnKey(template, environment.name);
    return {
      staticBucketName: ref(assets),
      staticBucketArn: getAtt(assets, 'Arn'),
      staticBucketDomainName: getAtt(assets, 'RegionalDomainName'),
      mediaBucketName: ref(media),
      mediaBucketArn: getAtt(media, 'Arn'),
      mediaBucketDomainName: getAtt(media, 'RegionalDomainName'),
      secretKeyArn: ref(key),
      cdnKeyArn: ref(proof),
    };
  },
});
