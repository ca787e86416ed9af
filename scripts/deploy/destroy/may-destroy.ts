/** What keeps an environment from being destroyed by mistake, before anybody is asked anything: exit code 4 or 5. */
import type { Environment } from '../../../environments/index.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { DeployError } from '../errors.ts';
import { type Found, isUnderWay } from '../heal/operations.ts';
import { resumeOf } from '../heal/ways-out.ts';
import type { Rules, Session } from '../session.ts';

/** @throws DeployError (4) where a stack is protected and not named in allowedChanges; (5) where something is under way */
export function refuseProtected(
  session: Session,
  { name, tier }: Pick<Environment, 'name' | 'tier'>,
  found: readonly Found[],
): void {
  const busy = found.find(isUnderWay);
  if (busy) {
    throw new DeployError(
      `${busy.compiled.stackName} is in ${busy.status}: an operation is running.`,
      `Watch it to its end, then try again: ${resumeOf(session)}`,
      exitCode.busy,
    );
  }
  const refused = found.filter((each) => isProtected(each, name) && !isAllowed(each, session.rules));
  if (refused.length === 0) return;
  const [first] = refused;
  const lines = refused.map((each) => `  ${each.compiled.stackName}: ${whyOf(each)}`);
  const inCode =
    name === 'production' || session.name === 'account'
      ? []
      : [
          `Or unprotect the tier: deletionProtection: false in environments/tiers/${tier.name}.ts, \`npm run generate\`, \`npm run deploy -- ${name}\`.`,
        ];
  throw new DeployError(
    `Nothing was deleted, for it is protected:\n${lines.join('\n')}`,
    [
      `If it is meant, say so in allowedChanges of environments/account.ts for each of them, and have that reviewed: { stack: '${first?.compiled.stackName}', resource: '*', change: 'destroy', until: …, reason: … }`,
      ...inCode,
    ].join('\n'),
    exitCode.stoppedByGuard,
  );
}

/** Production always is, also while somebody has switched its protection off. */
const isProtected = ({ compiled, stack }: Found, environment: string): boolean =>
  environment === 'production' || compiled.stack === 'bootstrap' || stack.EnableTerminationProtection === true;

const isAllowed = ({ compiled }: Found, { allowedChanges, today }: Rules): boolean =>
  allowedChanges.some(
    ({ stack, change, until }) => stack === compiled.stackName && change === 'destroy' && until >= today,
  );

const whyOf = ({ stack }: Found): string =>
  stack.EnableTerminationProtection ? 'its termination protection is on' : 'production is never destroyed without that';
