/**
 * As much of a repository's settings as the simulator of GitHub's API keeps: environments with the branches that may use
 * them, and variables. https://docs.github.com/en/rest/actions/variables
 */
export interface SimulatedSettings {
  /** By name: whether only named branches may use it, and which. */
  readonly environments: Map<string, { restricted: boolean; readonly branches: string[] }>;
  /** `AWS_REGION` of the repository, `staging AWS_DEPLOY_ROLE_ARN` of an environment. */
  readonly variables: Map<string, string>;
}

export const noSettings = (): SimulatedSettings => ({ environments: new Map(), variables: new Map() });

const place = /^\/(?:actions|environments\/(\w+))\/variables(?:\/(\w+))?$/;

/** @returns status and body; undefined where the path is none of its own */
export function settingsAnswer(
  { environments, variables }: SimulatedSettings,
  method: string,
  path: string,
  given: Readonly<Record<string, unknown>>,
): readonly [number, unknown] | undefined {
  const missing = [404, { message: 'Not Found' }] as const;
  const [isVariable, of, name] = place.exec(path) ?? [];
  if (isVariable !== undefined) {
    if (of !== undefined && !environments.has(of)) return missing;
    const key = (variable: unknown) => [of, variable].filter(Boolean).join(' ');
    const value = variables.get(key(name));
    if (method === 'GET') return value === undefined ? missing : [200, { name, value }];
    if (method === 'POST') {
      if (variables.has(key(given.name))) return [409, { message: 'Already exists' }];
      variables.set(key(given.name), String(given.value));
      return [201, ''];
    }
    if (value === undefined) return missing;
    variables.set(key(name), String(given.value));
    return [204, ''];
  }
  const [isEnvironment, environment = '', policies] =
    /^\/environments\/(\w+)(\/deployment-branch-policies)?$/.exec(path) ?? [];
  if (isEnvironment === undefined) return undefined;
  const found = environments.get(environment);
  if (policies !== undefined) {
    if (!found?.restricted) return missing;
    found.branches.push(String(given.name));
    return [200, { name: given.name }];
  }
  if (method === 'PUT') {
    environments.set(environment, {
      restricted: given.deployment_branch_policy != null,
      branches: found?.branches ?? [],
    });
    return [200, { name: environment }];
  }
  if (!found) return missing;
  const policy = found.restricted ? { protected_branches: false, custom_branch_policies: true } : null;
  return [200, { name: environment, deployment_branch_policy: policy, protection_rules: [] }];
}
