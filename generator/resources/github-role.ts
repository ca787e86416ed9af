/**
 * Roles that GitHub's workflows take on without a key: GitHub signs who they are, AWS compares. The subject is compared
 * as a whole. A pattern such as `repo:owner/*` would trust every repository that anybody there makes.
 */
import type { AccountDefinition } from '../../environments/index.ts';
import { getAtt, ref } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { document, type Statement } from './policy.ts';

export const issuer = 'token.actions.githubusercontent.com';
export const audience = 'sts.amazonaws.com';

export function githubIdentityProvider(template: Template): Resource<'AWS::IAM::OIDCProvider'> {
  return template.add('GitHub', {
    Type: 'AWS::IAM::OIDCProvider',
    Properties: { Url: `https://${issuer}`, ClientIdList: [audience] },
  });
}

interface Options {
  readonly name: string;
  /** `pull_request`, or `environment:<name>` of a job that declares it. */
  readonly contexts: readonly string[];
  readonly policies?: readonly Resource<'AWS::IAM::ManagedPolicy'>[];
  /** With which those policies are filled in. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly statements: readonly Statement[];
}

export function githubRole(
  template: Template,
  id: string,
  provider: Resource<'AWS::IAM::OIDCProvider'>,
  { github }: AccountDefinition,
  { name, contexts, policies = [], tags = {}, statements }: Options,
): Resource<'AWS::IAM::Role'> {
  return template.add(id, {
    Type: 'AWS::IAM::Role',
    Properties: {
      // Workflows name it in their variables.
      RoleName: name,
      AssumeRolePolicyDocument: document([
        {
          Effect: 'Allow',
          Principal: { Federated: getAtt(provider, 'Arn') },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              [`${issuer}:aud`]: audience,
              [`${issuer}:sub`]: contexts.flatMap((context) => subjects(github, context)),
            },
          },
        },
      ]),
      ...(policies.length > 0 && { ManagedPolicyArns: policies.map(ref) }),
      Policies: [{ PolicyName: 'permissions', PolicyDocument: document(statements) }],
      ...(Object.keys(tags).length > 0 && { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
    },
  });
}

/**
 * Repositories made, renamed or transferred since the summer of 2026 name themselves with numbers that nobody can take
 * over; older ones with names alone. https://docs.github.com/en/actions/reference/security/oidc
 */
export function subjects({ owner, ownerId, repository, repositoryId }: AccountDefinition['github'], context: string) {
  return [
    `repo:${owner}/${repository}:${context}`,
    `repo:${owner}@${ownerId}/${repository}@${repositoryId}:${context}`,
  ];
}
