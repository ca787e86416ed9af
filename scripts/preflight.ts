/** `npm run preflight -- <environment>`: whether a workflow may begin, before it touches anything. */
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { green } from './terminal/style.ts';

const command = defineCommand({
  name: 'preflight',
  summary: 'check the variables and the secret of an environment, before a workflow works on it',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    role: {
      type: 'string',
      description: 'whose variables are checked',
      choices: ['deploy', 'preview'],
      default: 'deploy',
    },
    offline: { type: 'boolean', description: 'only the variables; AWS is not asked, and no credentials are needed' },
  },
  examples: [
    'AWS_ACCOUNT_ID=… AWS_REGION=us-east-1 AWS_ROLE_ARN=… npm run preflight -- staging --offline',
    'npm run preflight -- production    with the credentials of its deploy role',
  ],
  async run({ flags, positionals: [name = ''], signal }) {
    const [{ environment }, { checkSecret, checkVariables }] = await Promise.all([
      import('../environments/index.ts'),
      import('./github/preflight.ts'),
    ]);
    const wanted = environment(name);
    checkVariables(wanted, flags.role === 'preview' ? 'preview' : 'deploy', process.env);
    const done = (what: string) => process.stdout.write(`${green('✓')} ${what}\n`);
    done(`variables of ${name}`);
    if (flags.offline) return exitCode.done;

    const [{ databaseSecretName }, { describeSecret }, { connect }, { describe }] = await Promise.all([
      import('../generator/names.ts'),
      import('./aws/secrets-manager.ts'),
      import('./aws/cloudformation.ts'),
      import('./deploy/stack-state.ts'),
    ]);
    const { region } = wanted.account;
    const aws = await connect({ region });
    const secretName = databaseSecretName(wanted.name);
    const [secret, stack] = await Promise.all([
      describeSecret(region, secretName, signal),
      describe({ aws, signal }, `coalition-builder-${wanted.tier.name}-database`),
    ]).finally(() => aws.destroy());
    done(checkSecret(wanted, secret, secretName, stack?.StackStatus?.endsWith('_COMPLETE') ?? false));
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
