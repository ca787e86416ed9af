/** What has to be right before an account gets its first stack: whose it is, who asks, and that nobody is in the way. */
import type { Environment } from '../../../environments/index.ts';
import { issuer } from '../../../generator/resources/github-role.ts';
import type { IAM } from '../../aws/iam.ts';
import type { Session } from '../../deploy/session.ts';
import { requireAccount } from '../../deploy/whereabouts.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { OperationError } from '../errors.ts';

export const accountStack = 'coalition-builder-bootstrap';

/** @throws OperationError (2): until then nobody is trusted, and a role that trusts nobody is of no use */
export function requireRepository({ account }: Environment): string {
  const { owner, repository, ownerId, repositoryId } = account.github;
  if (!owner.includes('--') && ownerId !== '0' && repositoryId !== '0') return `${owner}/${repository}`;
  throw new OperationError(
    `environments/account.ts does not say yet which repository deploys: it names ${owner}/${repository}, with the ids ${ownerId} and ${repositoryId}.`,
    `Put yours there, then npm run generate:\ngh api repos/{owner}/{repo} --jq '"owner: \\(.owner.login) ownerId: \\(.owner.id) repository: \\(.name) repositoryId: \\(.id)"'`,
    exitCode.usage,
  );
}

export interface Identity {
  /** 12 digits. */
  readonly account: string;
  readonly arn: string;
}

/** @throws DeployError or OperationError (2) for another account, or another region than every verb works in */
export async function whoAsks(session: Session, environment: Environment): Promise<Identity> {
  const sts = await session.sts();
  const { Account: account = '', Arn: arn = '' } = await sts.getCallerIdentity({}, { abortSignal: session.signal });
  await requireAccount(session, environment);
  const { region } = environment.account;
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const other = [AWS_REGION, AWS_DEFAULT_REGION].find((value) => value && value !== region);
  if (other !== undefined)
    throw new OperationError(
      `AWS_REGION says ${other}, and environments/account.ts ${region}.`,
      `Set it to ${region}, or say the other one there before anything is deployed: a region is not changed later.`,
      exitCode.usage,
    );
  return { account, arn };
}

/**
 * An account has one provider for GitHub, and CloudFormation makes none over another.
 * @returns whether ours is there
 * @throws OperationError (7) where somebody else has made it
 */
export async function ownProvider(session: Session, iam: IAM): Promise<boolean> {
  const { OpenIDConnectProviderList: all = [] } = await iam.listOpenIDConnectProviders(
    {},
    { abortSignal: session.signal },
  );
  const found = all.find(({ Arn }) => Arn?.endsWith(`:oidc-provider/${issuer}`))?.Arn;
  if (found === undefined) return false;
  const { StackResources = [] } = await session.aws
    .describeStackResources({ StackName: accountStack }, { abortSignal: session.signal })
    // Where there is no stack, it owns nothing.
    .catch(() => ({ StackResources: [] }));
  if (StackResources.some(({ ResourceType }) => ResourceType === 'AWS::IAM::OIDCProvider')) return true;
  throw new OperationError(
    `The account has an identity provider for GitHub already, and ${accountStack} did not make it: CloudFormation would refuse.`,
    `Roles name it by its ARN, which stays the same: delete it, and bootstrap again at once.\naws iam delete-open-id-connect-provider --open-id-connect-provider-arn ${found}`,
    exitCode.needsHuman,
  );
}
