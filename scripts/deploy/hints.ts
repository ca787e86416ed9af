/** What helps against errors that AWS words for somebody else. The fragments are AWS's own. */
const hints: readonly (readonly [fragment: RegExp, advice: string])[] = [
  [/requires capabilities/i, 'The generator derives capabilities from the template: run `npm run generate` and look.'],
  [
    /CloudWatch Logs role ARN must be set/i,
    'API Gateway writes logs only once the account has a role for it: deploy the account first, `npm run deploy -- account`.',
  ],
  [
    /already exists|NAME_CONFLICT/i,
    'Something of that name is there, from an earlier stack that kept it or made by hand: have it taken over, or delete it.',
  ],
  [
    /attempting to import some resources/i,
    'Only what the template retains can be taken over: delete the others by hand, for their stack makes them anew.',
  ],
  [
    /UnreservedConcurrentExecution below its minimum/i,
    'A new account has 10 executions in all: take out lambda.reservedConcurrency, or have the quota raised.',
  ],
  [
    /image manifest.*media type|media type.*not supported/i,
    'Lambda takes one platform and no attestations: build with `npm run image`.',
  ],
  [
    /Source image .* does not exist|ImageAccessDenied/i,
    'The digest is not in the repository of this region: push the image, or name another with --lambda-image.',
  ],
  [
    /Cannot upgrade postgres|Cannot find upgrade path/i,
    'RDS has moved on by itself: name only the major version of the engine.',
  ],
  [
    /storage size .* less than|cannot be less than the current/i,
    'The storage has grown by itself and does not shrink: raise database.allocatedStorageGB.',
  ],
  [
    /has a dependent object|DependencyViolation/i,
    'A function leaves its network interface behind for up to 45 minutes; try again then.',
  ],
  [/is in ROLLBACK_COMPLETE state/i, 'A stack that never worked is deleted and made again by the next deploy.'],
  [
    /Resource handler returned.*(AccessDenied|not authorized)|is not authorized to perform/i,
    'The permissions boundary, or the role that CloudFormation acts with, lacks the action that it names.',
  ],
  [/Active stages pointing to this deployment/i, 'A deployment went before its stage; deploy once more.'],
  [
    /AssumeRoleWithWebIdentity/i,
    "The role trusts another subject: compare account.ts' github with the repository and the GitHub environment.",
  ],
  [
    /denied by stack policy/i,
    'The stack policy keeps what holds data: name the change in allowedChanges of environments/account.ts.',
  ],
  [
    /scheduled for deletion/i,
    'A secret keeps its name for its recovery window: aws secretsmanager restore-secret, or wait.',
  ],
];

/** @returns advice, empty where there is none */
export function hintFor(reason: string): string {
  return hints.find(([fragment]) => fragment.test(reason))?.[1] ?? '';
}
