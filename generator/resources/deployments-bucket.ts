/** What deploying leaves behind: release records, templates too large to be sent, and the Census files of imports. */
import { getAtt, ref, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { deploymentsBucketName } from '../names.ts';
import { bucket, oldVersions, unfinishedUploads } from './buckets.ts';
import { document, onlyOverTls } from './policy.ts';

export function deploymentsBucket(template: Template): Resource<'AWS::S3::Bucket'> {
  const deployments = bucket(template, 'DeploymentsBucket', deploymentsBucketName, {
    VersioningConfiguration: { Status: 'Enabled' },
    LifecycleConfiguration: {
      Rules: [
        unfinishedUploads,
        oldVersions(90),
        { Id: 'templates', Status: 'Enabled', Prefix: 'templates/', ExpirationInDays: 90 },
      ],
    },
  });
  template.add('DeploymentsBucketPolicy', {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: ref(deployments),
      PolicyDocument: document([onlyOverTls(getAtt(deployments, 'Arn'), sub`${getAtt(deployments, 'Arn')}/*`)]),
    },
  });
  return deployments;
}
