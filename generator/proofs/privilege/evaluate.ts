/**
 * What IAM would answer. `@cloud-copilot/iam-simulate` evaluates; it is a tool of this proof and of nothing that is
 * shipped (its licence is the AGPL, and this is the only file that loads it).
 */
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { account } from '../../platform/values.ts';
import type { Identity } from './identities.ts';

export interface Request {
  /** `dynamodb:UpdateItem` */
  readonly action: string;
  /** An ARN, or `*` for what is asked of no resource. */
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | string[]>>;
}

export type Decision = 'Allowed' | 'ImplicitlyDenied' | 'ExplicitlyDenied';

/** @throws where the request itself is none that AWS knows: an action, a resource or a condition key that is made up */
export async function decide({ arn, policies, boundary, tags }: Identity, request: Request): Promise<Decision> {
  const { action, resource, context = {} } = request;
  const tagged = Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]);
  // Filled in first, as IAM does it: the simulator divides an ARN at the slash of a variable.
  const filledIn = (document: unknown) =>
    Object.entries(tags).reduce(
      (text, [key, value]) => text.replaceAll(`\${aws:PrincipalTag/${key}}`, value),
      JSON.stringify(document),
    );
  const of = ({ name, document }: { name: string; document: unknown }) => ({
    name,
    policy: JSON.parse(filledIn(document)),
  });
  const simulation = {
    request: {
      action,
      principal: arn,
      resource: { resource, accountId: account.id },
      contextVariables: {
        'aws:SecureTransport': 'true',
        'aws:RequestedRegion': account.region,
        ...Object.fromEntries(tagged),
        ...context,
      },
    },
    identityPolicies: policies.map(of),
    serviceControlPolicies: [{ orgIdentifier: 'r-root', policies: [{ name: 'FullAWSAccess', policy: everything }] }],
    resourceControlPolicies: [],
    ...(boundary && { permissionBoundaryPolicies: [of(boundary)] }),
  };
  // IAM's list has this key as "ResourceTag/tag-key", to the letter, by which its checker knows no tag at all.
  const unlisted = Object.keys(context).some((key) => key.startsWith('secretsmanager:ResourceTag/'));
  if (unlisted) return runUnsafeSimulation(simulation, {}) as Decision;
  const answer = await runSimulation(simulation, {});
  if (answer.resultType === 'error') {
    throw new Error(`${action} on ${resource} cannot be evaluated: ${JSON.stringify(answer.errors)}`);
  }
  return answer.overallResult as Decision;
}

/** Organizations attaches it everywhere unless told otherwise. */
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
