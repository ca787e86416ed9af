/** Where images are pushed to and pulled from. What a kept version runs on has to stay, so old ones go by number. */
import type { AccountDefinition } from '../../environments/index.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { type Image, repositoryName } from '../names.ts';
import { accepted } from './accepted.ts';
import { allowService, document, regional } from './policy.ts';

export function imageRepository(
  template: Template,
  image: Image,
  { releases }: AccountDefinition,
): Resource<'AWS::ECR::Repository'> {
  return template.add(`${pascalCase(image)}Repository`, {
    Type: 'AWS::ECR::Repository',
    Ignore: accepted('CKV_AWS_136'),
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      RepositoryName: repositoryName(image),
      ImageTagMutability: 'IMMUTABLE',
      ImageScanningConfiguration: { ScanOnPush: true },
      LifecyclePolicy: { LifecyclePolicyText: JSON.stringify(lifecycle(releases.imagesKept)) },
      ...(image === 'lambda' && { RepositoryPolicyText: document([lambdaMayPull]) }),
    },
  });
}

/** Lambda would add this itself, for a caller who may change the repository. Ours may not. */
const lambdaMayPull = allowService('lambda.amazonaws.com', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], {
  Condition: {
    ArnLike: { 'aws:SourceArn': regional('lambda', 'function:coalition-*') },
  },
});

const lifecycle = (kept: number) => ({
  rules: [
    {
      rulePriority: 1,
      description: 'What lost its tag',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      description: 'More than can be rolled back to',
      selection: { tagStatus: 'tagged', tagPrefixList: ['sha-'], countType: 'imageCountMoreThan', countNumber: kept },
      action: { type: 'expire' },
    },
  ],
});
