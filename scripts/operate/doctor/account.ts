/** Who asks, in which account and region, and whom that account trusts to deploy. */
import { isDeepStrictEqual } from 'node:util';
import { type Environment, environments } from '../../../environments/index.ts';
import { readTemplate } from '../../../generator/cloudformation/read-yaml.ts';
import { compileAccount } from '../../../generator/compile.ts';
import { deployContext, deployRoleName } from '../../../generator/names.ts';
import { audience, issuer, subjects } from '../../../generator/resources/github-role.ts';
import { AwsError } from '../../aws/errors.ts';
import { connectIam, type IAM } from '../../aws/iam.ts';
import { deployedTemplate } from '../../deploy/release.ts';
import type { Session } from '../../deploy/session.ts';
import { stackState } from '../../deploy/stack-state.ts';
import { Finding, type Found } from './examination.ts';

const deployAccount = 'A person with rights of their own deploys it: npm run deploy -- account';

export interface Caller {
  /** 12 digits. */
  readonly account: string;
  readonly arn: string;
}

export async function caller(session: Session): Promise<Found<Caller>> {
  const sts = await session.sts();
  try {
    const { Account: account = '', Arn: arn = '' } = await sts.getCallerIdentity({}, { abortSignal: session.signal });
    return { found: arn, value: { account, arn } };
  } catch (error) {
    // Of all the checks, this one is about that.
    if (error instanceof AwsError) throw new Finding(error.message, error.remedy);
    throw error;
  }
}

export async function rightAccount({ account }: Environment, { account: id }: Caller): Promise<Found<string>> {
  if (account.id === undefined) return { found: `${id}; environments/account.ts names none`, value: id };
  if (account.id === id) return { found: `${id}, as in environments/account.ts`, value: id };
  throw new Finding(
    `These credentials are of ${id}; environments/account.ts says ${account.id}.`,
    'Sign in to that account, or set AWS_PROFILE to a profile of it.',
  );
}

/** Every verb asks where `environments/` says; the commands of runbooks ask where these variables say. */
export async function ownRegion({ account: { region } }: Environment): Promise<Found<true>> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  for (const [name, value] of Object.entries({ AWS_REGION, AWS_DEFAULT_REGION })) {
    if (value !== undefined && value !== '' && value !== region)
      throw new Finding(
        `${name} is ${value}; environments/account.ts says ${region}, where every verb asks.`,
        `The aws command would look elsewhere and find nothing: export ${name}=${region}`,
      );
  }
  return { found: `${region}, as in environments/account.ts`, value: true };
}

export async function identityProvider(
  { region, signal }: Session,
  environment: Environment,
  account: string,
  caller: Caller,
): Promise<Found<string>> {
  if (isDeployRole(environment, caller)) return { found: 'these credentials prove it', value: issuer };
  const arn = `arn:${partitionOf(region)}:iam::${account}:oidc-provider/${issuer}`;
  const provider = await asked(region, (iam) =>
    iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn: arn }, { abortSignal: signal }),
  );
  if (!provider) throw new Finding(`There is no identity provider ${issuer}.`, deployAccount);
  const audiences = provider.ClientIDList ?? [];
  if (!audiences.includes(audience))
    throw new Finding(`${issuer} is taken for ${audiences.join(', ') || 'nobody'}, not ${audience}.`, deployAccount);
  return { found: issuer, value: arn };
}

/** What has to be in a token is compared as a whole: a role that trusts more than its environment's jobs trusts too many. */
export async function deployRoleTrust(
  { region, signal }: Session,
  environment: Environment,
  account: string,
  caller: Caller,
): Promise<Found<true>> {
  const { name } = environment;
  const { github } = environment.account;
  const role = deployRoleName(name);
  if (isDeployRole(environment, caller))
    return { found: `${role} is who asks; whom else it trusts, only a person may look up`, value: true };
  const answer = await asked(region, (iam) => iam.getRole({ RoleName: role }, { abortSignal: signal }));
  if (!answer?.Role) throw new Finding(`There is no role ${role}.`, deployAccount);
  const trusted = trustOf(answer.Role.AssumeRolePolicyDocument ?? '');
  const wanted = {
    provider: [`arn:${partitionOf(region)}:iam::${account}:oidc-provider/${issuer}`],
    audience: [audience],
    subject: [...subjects(github, deployContext(name))].sort(),
  };
  if (!isDeepStrictEqual(trusted, [wanted]))
    throw new Finding(
      `${role} trusts ${trusted.flatMap(({ subject }) => subject).join(', ') || 'nobody'}; it has to trust ${wanted.subject.join(', ')}, of ${issuer}, and nobody else.`,
      `Compare github in environments/account.ts with the repository. ${deployAccount}`,
    );
  return { found: `${role} trusts ${wanted.subject[0]}`, value: true };
}

/** A workflow that has come so far was trusted; its role may not read roles. */
const isDeployRole = ({ name }: Environment, { arn }: Caller) => arn.includes(`:assumed-role/${deployRoleName(name)}/`);

interface Trusted {
  readonly provider: readonly string[];
  readonly audience: readonly string[];
  readonly subject: readonly string[];
}

/** @param encoded as IAM hands documents out: percent-encoded JSON */
function trustOf(encoded: string): readonly Trusted[] {
  const { Statement } = JSON.parse(decodeURIComponent(encoded)) as {
    readonly Statement: unknown;
  };
  return list(Statement).map((each) => {
    const { Principal, Condition } = each as {
      readonly Principal?: { readonly Federated?: unknown };
      readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
    // A pattern (StringLike) is none of ours: it is shown as what it trusts, and found wrong.
    const conditions = Object.entries(Condition ?? {}).flatMap(([operator, values]) =>
      Object.entries(values).map(([key, value]) => ({
        key,
        own: list(value).map(String),
        isExact: operator === 'StringEquals',
      })),
    );
    const trustedBy = (key: string) =>
      conditions
        .filter((condition) => condition.key === `${issuer}:${key}`)
        .flatMap(({ own, isExact }) => (isExact ? own : own.map((pattern) => `whatever is like ${pattern}`)))
        .sort();
    return { provider: list(Principal?.Federated).map(String), audience: trustedBy('aud'), subject: trustedBy('sub') };
  });
}

const list = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

export async function bootstrapStack(session: Session): Promise<Found<true>> {
  const [compiled] = compileAccount(environments);
  if (!compiled) throw new Error('The generator makes no stack of the account.');
  const { stackName, body, path } = compiled;
  const state = await stackState(session, stackName);
  if (state.kind !== 'ready') throw new Finding(`${stackName} is not deployed.`, deployAccount);
  const deployed = readTemplate(await deployedTemplate(session, stackName));
  if (!isDeepStrictEqual(deployed, readTemplate(body)))
    throw new Finding(
      `${stackName} is not what templates/${path} says.`,
      `See what would change: npm run preview -- account. ${deployAccount}`,
    );
  return { found: `${state.stack.StackStatus}, as templates/${path} says`, value: true };
}

/** @returns undefined where IAM knows no such thing */
async function asked<T>(region: string, ask: (iam: IAM) => Promise<T>): Promise<T | undefined> {
  const iam = await connectIam({ region });
  try {
    return await ask(iam);
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchEntityException') return undefined;
    throw error;
  } finally {
    iam.destroy();
  }
}

/** As ARNs have it. */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
