/** What has to be right before a workflow touches an environment: its variables, and that its secret is its own. */
import type { Environment } from '../../environments/index.ts';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

export class PreflightError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode = exitCode.usage;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'PreflightError';
    this.remedy = remedy;
  }
}

export type Role = 'deploy' | 'preview';

/** Where GitHub keeps the variables, and what each has to be; an empty one would switch a check off, not on. */
export function checkVariables(
  { name, account }: Environment,
  role: Role,
  variables: Readonly<Record<string, string | undefined>>,
): void {
  const {
    AWS_ACCOUNT_ID: id = '',
    AWS_REGION: region = '',
    AWS_ROLE_ARN: arn = '',
    GITHUB_REPOSITORY: repository,
  } = variables;
  const roleName = role === 'deploy' ? `coalition-builder-deploy-${name}` : 'coalition-builder-preview';
  const environment = role === 'deploy' ? name : 'preview';
  const github = `${account.github.owner}/${account.github.repository}`;
  const faults = [
    fault('AWS_ACCOUNT_ID', id, /^\d{12}$/.test(id), '12 digits', '--body 123456789012'),
    account.id !== undefined && id !== '' && id !== account.id
      ? `AWS_ACCOUNT_ID is ${id}, but environments/account.ts says ${account.id}.`
      : undefined,
    fault(
      'AWS_REGION',
      region,
      region === account.region,
      `${account.region}, as in environments/account.ts`,
      `--body ${account.region}`,
    ),
    fault(
      role === 'deploy' ? 'AWS_DEPLOY_ROLE_ARN' : 'AWS_PREVIEW_ROLE_ARN',
      arn,
      new RegExp(`^arn:aws[a-z-]*:iam::${/^\d{12}$/.test(id) ? id : '\\d{12}'}:role/${roleName}$`).test(arn),
      `the ARN of ${roleName} in that account`,
      `${role === 'deploy' ? `--env ${environment} ` : ''}--body arn:aws:iam::…:role/${roleName}`,
    ),
    repository !== undefined && repository.toLowerCase() !== github.toLowerCase()
      ? `This is ${repository}, but environments/account.ts trusts ${github}: correct it, and deploy the account again.`
      : undefined,
  ].filter((found) => found !== undefined);
  if (faults.length === 0) return;
  throw new PreflightError(
    `${name} cannot be worked on, for what GitHub knows of it is not right:\n${faults.map((each) => `  ${each}`).join('\n')}`,
    '.github/workflows/README.md says where each is set; nothing was tried.',
  );
}

function fault(name: string, value: string, isRight: boolean, wanted: string, set: string): string | undefined {
  if (isRight) return undefined;
  return `${name} is ${value === '' ? 'not set' : `"${value}"`}; it has to be ${wanted}: gh variable set ${name} ${set}`;
}

/** What is read of a secret; never its value. */
export interface SecretFacts {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * @param secret of the environment's database; undefined where there is none
 * @param isDeployed whether the stack that makes it is there
 * @throws PreflightError where it is another environment's, or missing
 */
export function checkSecret(
  { name, tier }: Environment,
  secret: SecretFacts | undefined,
  secretName: string,
  isDeployed: boolean,
): string {
  if (!secret) {
    if (tier.database.mode === 'rds' && !isDeployed)
      return `${secretName} is not there yet: the stack database makes it.`;
    throw new PreflightError(
      `There is no secret ${secretName}.`,
      tier.database.mode === 'rds'
        ? `Restore it (aws secretsmanager restore-secret --secret-id ${secretName}): the database is of no use without it.`
        : `aws secretsmanager create-secret --name ${secretName} --tags Key=Environment,Value=${name} --secret-string '{"host":…,"port":5432,"dbname":"coalition_${name}","username":…,"password":…}'`,
    );
  }
  if (secret.tags.Environment === name) return `${secretName} is of ${name}.`;
  throw new PreflightError(
    `${secretName} is tagged Environment=${secret.tags.Environment ?? '(nothing)'}, not ${name}.`,
    `Look whose database it names; if it is right: aws secretsmanager tag-resource --secret-id ${secretName} --tags Key=Environment,Value=${name}`,
  );
}
