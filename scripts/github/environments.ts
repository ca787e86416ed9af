/** What GitHub has to know of an account: its environments, the branch that may use each, and their variables. */
import { environmentNames } from '../../environments/index.ts';
import { deployRoleName } from '../../generator/names.ts';
import { type GitHub, GitHubError } from './api.ts';

export interface Wanted {
  /** Of the repository, or of one environment. */
  readonly environment?: string;
  readonly name: string;
  readonly value: string;
}

/** `preview` has no reviewers: it can execute nothing. */
export const gitHubEnvironments = ['preview', ...environmentNames] as const;

const branch = 'main';

/** As `preflight` wants them. */
export function wantedVariables(account: string, region: string, partition: string): readonly Wanted[] {
  const role = (name: string) => `arn:${partition}:iam::${account}:role/${name}`;
  return [
    { name: 'AWS_ACCOUNT_ID', value: account },
    { name: 'AWS_REGION', value: region },
    { name: 'AWS_PREVIEW_ROLE_ARN', value: role('coalition-builder-preview') },
    ...environmentNames.map((environment) => ({
      environment,
      name: 'AWS_DEPLOY_ROLE_ARN',
      value: role(deployRoleName(environment)),
    })),
  ];
}

export interface Difference {
  /** `variable AWS_REGION`, `environment staging` */
  readonly what: string;
  readonly message: string;
  /** What `gh` would be told. */
  readonly command: string;
  write(): Promise<void>;
}

/** @returns what is not as it has to be, in the order in which it has to be put right */
export async function differences(github: GitHub, wanted: readonly Wanted[]): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for (const name of gitHubEnvironments) found.push(...(await environmentDifference(github, name)));
  for (const variable of wanted) found.push(...(await variableDifference(github, variable)));
  return found;
}

async function environmentDifference(github: GitHub, name: string): Promise<readonly Difference[]> {
  const path = `/environments/${name}`;
  const environment = await present<Environment>(github, path);
  const policy = environment?.deployment_branch_policy;
  const isRestricted = policy?.custom_branch_policies === true || policy?.protected_branches === true;
  if (isRestricted) return [];
  const message = environment ? `The environment ${name} lets any branch deploy.` : `There is no environment ${name}.`;
  return [
    {
      what: `environment ${name}`,
      message,
      command: `gh api --silent -X PUT "repos/{owner}/{repo}${path}" -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'; gh api --silent -X POST "repos/{owner}/{repo}${path}/deployment-branch-policies" -f name=${branch}`,
      async write() {
        await github.request('PUT', path, {
          deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
        });
        await github.request('POST', `${path}/deployment-branch-policies`, { name: branch });
      },
    },
  ];
}

async function variableDifference(
  github: GitHub,
  { environment, name, value }: Wanted,
): Promise<readonly Difference[]> {
  const path = `${environment === undefined ? '/actions' : `/environments/${environment}`}/variables`;
  const variable = await present<{ readonly value?: string }>(github, `${path}/${name}`);
  if (variable?.value === value) return [];
  const of = environment === undefined ? '' : ` of ${environment}`;
  return [
    {
      what: `variable ${name}${of}`,
      message: variable
        ? `The variable ${name}${of} is "${variable.value ?? ''}", not "${value}".`
        : `The variable ${name}${of} is not set.`,
      command: `gh variable set ${name}${environment === undefined ? '' : ` --env ${environment}`} --body ${value}`,
      async write() {
        if (variable) await github.request('PATCH', `${path}/${name}`, { name, value });
        else await github.request('POST', path, { name, value });
      },
    },
  ];
}

interface Environment {
  readonly deployment_branch_policy?: {
    readonly protected_branches?: boolean;
    readonly custom_branch_policies?: boolean;
  } | null;
}

/** @returns undefined where GitHub finds nothing */
async function present<T>(github: GitHub, path: string): Promise<T | undefined> {
  try {
    return (await github.request('GET', path)) as T;
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return undefined;
    throw error;
  }
}
