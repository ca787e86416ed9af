/** Whether an environment is as it should be, from whoever asks to the database: what is asked, in order. */
import { browserOrigins, type Environment } from '../../../environments/index.ts';
import { type CompiledStack, compile, placeholderRelease } from '../../../generator/compile.ts';
import { jobsFunctionName } from '../../../generator/names.ts';
import type { Stack } from '../../aws/cloudformation.ts';
import type { Session } from '../../deploy/session.ts';
import { bootstrapStack, caller, deployRoleTrust, identityProvider, ownRegion, rightAccount } from './account.ts';
import { alarmsOf, noneRinging, runbooksOf } from './alarms.ts';
import { preflight, strangerIsRefused, urlOf } from './cors.ts';
import { type Asked, type Check, examination } from './examination.ts';
import { gatewayMayCall, publishedStage } from './gateway.ts';
import { askInside } from './inside.ts';
import { databaseAnswers, wayToDatabase } from './network.ts';
import { deployedStack, liveIsIntended } from './stacks.ts';
import { subscribersOf } from './subscribers.ts';

/** @returns every check, in the order in which `report` was given them */
export async function examine(
  session: Session,
  environment: Environment,
  report: (check: Check) => void,
): Promise<readonly Check[]> {
  const { check, end } = examination(report);
  const credentials = check('credentials', [], () => caller(session));
  const account = check('account', [credentials], (identity) => rightAccount(environment, identity));
  check('region', [], () => ownRegion(environment));
  const provider = check('GitHub is trusted', [account, credentials], (id, identity) =>
    identityProvider(session, environment, id, identity),
  );
  check('deploy role', [account, credentials, provider], (id, identity) =>
    deployRoleTrust(session, environment, id, identity),
  );
  check('stack bootstrap', [account], () => bootstrapStack(session));

  const stacks = new Map<string, Asked<Stack>>();
  for (const compiled of compile(environment, placeholderRelease)) {
    const { stack } = compiled;
    stacks.set(
      stack,
      check(`stack ${stack}`, [account], () => deployedStack(session, environment, compiled)),
    );
  }
  const stack = (name: CompiledStack['stack']) => stacks.get(name) ?? nothing;

  check('live version', [stack('api')], (api) => liveIsIntended(session, environment, api));
  check('API stage', [stack('cdn'), stack('api')], (cdn) => publishedStage(session, environment, cdn));
  check('API may call the function', [stack('cdn'), stack('api')], (cdn) => gatewayMayCall(session, environment, cdn));
  for (const origin of browserOrigins(environment)) {
    check(`CORS for ${origin}`, [stack('api')], (api) => preflight(session, urlOf(environment, api), origin));
  }
  check('CORS for strangers', [stack('api')], (api) => strangerIsRefused(session, urlOf(environment, api)));

  const alarms = check('alarms', [stack('monitoring')], () => alarmsOf(session, environment));
  check('alarms reach', [alarms], (all) => subscribersOf(session, environment, all));
  check('alarms are silent', [alarms], noneRinging);
  check('runbooks', [alarms], runbooksOf);

  const database = check('database', [account], () => databaseAnswers(session, environment));
  check('way to the database', [stack('api'), database], (_, instance) =>
    wayToDatabase(session, environment, instance),
  );
  check('inside the VPC', [stack('jobs')], () => askInside(session, jobsFunctionName(environment.name)));
  return end();
}

/** What an environment does not have is not waited for. */
const nothing: Asked<never> = {
  name: 'a stack that this environment does not have',
  value: Promise.resolve(undefined),
};
