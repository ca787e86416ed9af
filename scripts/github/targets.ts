/** Which environments an event of GitHub is about. Pure, and closed: what is not plainly allowed is refused. */
import { type EnvironmentName, environmentNames } from '../../environments/index.ts';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

export interface GitHubEvent {
  /** `push`, `workflow_dispatch`, … */
  readonly name: string;
  /** `refs/heads/main` */
  readonly ref: string;
  readonly defaultBranch: string;
  /** Of a dispatch. */
  readonly inputs: Readonly<Record<string, string>>;
}

export class TargetError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode;
  constructor(message: string, remedy: string, code: ExitCode) {
    super(message);
    this.name = 'TargetError';
    this.remedy = remedy;
    this.exitCode = code;
  }
}

/**
 * A push to the default branch goes through all environments in their order; a dispatch to those that its input names,
 * `auto` or nothing being all.
 * @throws TargetError (4) for another branch, (2) for what is no environment or no such event
 */
export function targetsOf({ name, ref, defaultBranch, inputs }: GitHubEvent): readonly EnvironmentName[] {
  const known = ['push', 'workflow_dispatch', 'schedule'];
  if (!known.includes(name))
    throw new TargetError(
      `Nothing is deployed on ${name || 'an event without a name'}.`,
      `Only on ${known.join(', ')}.`,
      exitCode.usage,
    );
  if (defaultBranch === '' || ref !== `refs/heads/${defaultBranch}`)
    throw new TargetError(
      `${ref || 'A ref without a name'} is not deployed.`,
      `Merge it, and deploy ${defaultBranch ? `from ${defaultBranch}: --ref ${defaultBranch}` : 'from the default branch'}.`,
      exitCode.stoppedByGuard,
    );
  const wanted = inputs.environment ?? '';
  if (name !== 'workflow_dispatch' || wanted === '' || wanted === 'auto') return environmentNames;
  const found = environmentNames.find((each) => each === wanted);
  if (found) return [found];
  throw new TargetError(
    `There is no environment "${wanted}".`,
    `Known are ${['auto', ...environmentNames].join(', ')}.`,
    exitCode.usage,
  );
}

/** @throws TargetError (2) where an input is not what it has to be */
export function checkInputs({ inputs }: GitHubEvent): void {
  const digest = inputs['image-digest'];
  if (digest && !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new TargetError(
      `image-digest is "${digest}"; it takes sha256: and 64 digits.`,
      'npm run releases -- <environment> lists those that were deployed.',
      exitCode.usage,
    );
}

/**
 * The event that this job runs for, from the file and the variables that GitHub gives every step.
 * @param payload what GITHUB_EVENT_PATH names, parsed
 */
export function eventOf(payload: unknown, variables: NodeJS.ProcessEnv = process.env): GitHubEvent {
  const { inputs, repository } = (payload ?? {}) as {
    readonly inputs?: Readonly<Record<string, unknown>> | null;
    readonly repository?: { readonly default_branch?: string };
  };
  return {
    name: variables.GITHUB_EVENT_NAME ?? '',
    ref: variables.GITHUB_REF ?? '',
    defaultBranch: repository?.default_branch ?? '',
    inputs: Object.fromEntries(Object.entries(inputs ?? {}).map(([key, value]) => [key, String(value ?? '')])),
  };
}
