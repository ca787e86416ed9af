/** Whether AWS would let a job take on a role: what the committed template of the account says of whom it trusts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTemplate } from '../../../generator/cloudformation/read-yaml.ts';

interface Role {
  readonly RoleName?: string;
  readonly AssumeRolePolicyDocument?: {
    readonly Statement: readonly {
      readonly Action: string;
      readonly Condition?: { readonly StringEquals?: Readonly<Record<string, string | readonly string[]>> };
    }[];
  };
}

const issuer = 'token.actions.githubusercontent.com';

/**
 * @param subject as GitHub signs it: `repo:owner/name:environment:production`, `…:pull_request`, `…:ref:refs/heads/main`
 * @returns the name of the role
 * @throws what AWS answers where it does not trust the job
 */
export function assumeRole(root: string, arn: string, subject: string): string {
  const name = /^arn:aws:iam::\d{12}:role\/(.+)$/.exec(arn)?.[1];
  const { Resources } = readTemplate(readFileSync(join(root, 'templates/account/bootstrap.yaml'), 'utf8'));
  const roles = Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::Role' ? [Properties as Role] : [],
  );
  const role = roles.find(({ RoleName }) => RoleName !== undefined && RoleName === name);
  const trusts = role?.AssumeRolePolicyDocument?.Statement.some(({ Action, Condition }) => {
    const equals = Condition?.StringEquals ?? {};
    return (
      Action === 'sts:AssumeRoleWithWebIdentity' &&
      equals[`${issuer}:aud`] === 'sts.amazonaws.com' &&
      [equals[`${issuer}:sub`] ?? []].flat().includes(subject)
    );
  });
  if (!trusts) throw new Error('Not authorized to perform sts:AssumeRoleWithWebIdentity');
  return name ?? '';
}
