/** What a restore leaves to a person, as commands to paste: taking the new instance into use, and throwing one away. */
import type { Environment } from '../../../environments/index.ts';
import { instanceIdentifier } from '../../../generator/names.ts';
import { bold, dim } from '../../terminal/style.ts';
import type { Restored } from './restore.ts';

export interface ManualStep {
  readonly what: string;
  readonly commands: readonly string[];
}

/** @param endpoint of the new instance */
export function manualSteps(
  { name, tier }: Environment,
  { instance, endpoint, besideLive }: Pick<Restored, 'instance' | 'endpoint' | 'besideLive'>,
): readonly ManualStep[] {
  const live = instanceIdentifier(tier);
  // RDS ends every endpoint of an account and region alike.
  const liveEndpoint = `${live}${endpoint.slice(endpoint.indexOf('.'))}`;
  const switched = (host: string) =>
    tier.environments.map((environment) => `npm run rotate-secret -- ${environment} database --host ${host}`);
  const renamed = (from: string, to: string, more = '') =>
    `aws rds modify-db-instance --db-instance-identifier ${from} --new-db-instance-identifier ${to}${more} --apply-immediately`;
  const shared = tier.environments.filter((other) => other !== name);
  return [
    {
      what: `Use it: each of these tries the login, lets new instances of the functions begin, and goes back where the API does not answer. What was written since is left behind in ${live}${shared.length > 0 ? `, that of ${shared.join(', ')} too` : ''}.`,
      commands: switched(endpoint),
    },
    {
      what: `Give the stack its instance back, at a quiet hour: it owns whatever is called ${live}. Each renaming takes about ten minutes, in which nobody is connected; begin the second when the first is "available".`,
      commands: [
        ...(besideLive ? [renamed(live, `${live}-before`)] : []),
        `aws rds describe-db-instances --query 'DBInstances[].[DBInstanceIdentifier,DBInstanceStatus]' --output text`,
        renamed(instance, live, tier.deletionProtection ? ' --deletion-protection' : ''),
        ...switched(liveEndpoint),
      ],
    },
    {
      what: "RDS keeps another password for the new instance's master user. Let the stacks learn where: move database.backupWindow of the tier by a minute, so that there is something to deploy, write the templates, and deploy the database, then everything that is told of it.",
      commands: [
        'npm run generate',
        `npm run deploy -- ${name} --stack database`,
        ...tier.environments.map((environment) => `npm run deploy -- ${environment}`),
        `npm run drift -- ${name}`,
      ],
    },
    ...(besideLive ? [deleteOld(live)] : []),
    {
      what: `Or, in place of all that, throw the new one away: until then it costs what ${live} does.`,
      commands: [`aws rds delete-db-instance --db-instance-identifier ${instance} --skip-final-snapshot`],
    },
  ];
}

function deleteOld(live: string): ManualStep {
  return {
    what: 'Delete the old instance when nobody misses anything in it; its last state stays as a snapshot.',
    commands: [
      `aws rds modify-db-instance --db-instance-identifier ${live}-before --no-deletion-protection --apply-immediately`,
      `aws rds delete-db-instance --db-instance-identifier ${live}-before --final-db-snapshot-identifier ${live}-before`,
    ],
  };
}

export function written(steps: readonly ManualStep[]): string {
  const lines = steps.flatMap(({ what, commands }, index) => [
    `  ${index + 1}. ${what}`,
    ...commands.map((command) => `       ${bold(command)}`),
  ]);
  return ['', dim('What is left to you, in this order; nothing of it has been done:'), ...lines, ''].join('\n');
}
