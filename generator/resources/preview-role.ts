/**
 * What a pull request may do: ask what would happen, and never make it happen. So may main, in the environment `preview`:
 * before production's reviewers are asked, and to look for drift.
 */
import type { AccountDefinition } from '../../environments/index.ts';
import { getAtt, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { githubRole } from './github-role.ts';
import { allow, deny, regional } from './policy.ts';

export function previewRole(
  template: Template,
  provider: Resource<'AWS::IAM::OIDCProvider'>,
  account: AccountDefinition,
  deployments: Resource<'AWS::S3::Bucket'>,
) {
  return githubRole(template, 'PreviewRole', provider, account, {
    name: 'coalition-builder-preview',
    contexts: ['pull_request', 'environment:preview'],
    statements: [
      allow(
        [
          'cloudformation:CreateChangeSet',
          'cloudformation:DeleteChangeSet',
          'cloudformation:DescribeChangeSet',
          'cloudformation:DescribeEvents',
          'cloudformation:DescribeStackEvents',
          'cloudformation:DescribeStackResources',
          'cloudformation:DescribeStacks',
          'cloudformation:GetTemplate',
        ],
        regional('cloudformation', 'stack/coalition-builder-*'),
      ),
      allow(['cloudformation:GetHookResult', 'cloudformation:ListHookResults', 'cloudformation:ValidateTemplate'], '*'),
      // Which release is live, so that code does not drown infrastructure.
      allow(['s3:GetObject'], sub`${getAtt(deployments, 'Arn')}/releases/*`),
      // Templates too large to be sent; not where a deploy reads its own.
      allow(['s3:GetObject', 's3:PutObject'], sub`${getAtt(deployments, 'Arn')}/templates/preview/*`),
      allow(['lambda:GetAlias', 'lambda:GetFunction'], regional('lambda', 'function:coalition-*')),
      // Said although nothing above allows it: what is added above later must not.
      deny(
        [
          'cloudformation:CreateStack',
          'cloudformation:DeleteStack',
          'cloudformation:ExecuteChangeSet',
          'cloudformation:UpdateStack',
          'iam:*',
          'secretsmanager:GetSecretValue',
        ],
        '*',
      ),
    ],
  });
}
