/**
 * The account's first stack, as `deploy -- account` makes it, between what has to be right before (whose the account is,
 * who asks, which repository deploys) and what has to follow (secrets that only a person can make, GitHub's settings).
 */
import { environments } from '../../../environments/index.ts';
import type { IAM } from '../../aws/iam.ts';
import { deployEnvironment } from '../../deploy/deploy-environment.ts';
import type { Session } from '../../deploy/session.ts';
import { describe } from '../../deploy/stack-state.ts';
import { target } from '../../deploy/stacks.ts';
import { type GitHub, GitHubError, openGitHub } from '../../github/api.ts';
import { differences, wantedVariables } from '../../github/environments.ts';
import { dim, green } from '../../terminal/style.ts';
import { accountStack, ownProvider, requireRepository, whoAsks } from './before.ts';
import { handMadeSecrets } from './hand-made-secrets.ts';

export interface Open {
  readonly message: string;
  readonly remedy: string;
}

export interface Bootstrapped {
  readonly account: string;
  readonly caller: string;
  readonly repository: string;
  readonly stack: 'created' | 'updated' | 'unchanged' | 'not deployed' | 'deployed';
  /** Of GitHub, what was set now. */
  readonly written: readonly string[];
  /** What is missing still. */
  readonly open: readonly Open[];
  readonly next: readonly string[];
}

export interface Options {
  readonly check: boolean;
  readonly writeVariables: boolean;
}

/** @throws before anything is changed, where something is wrong that cannot be put right from here */
export async function bootstrap(session: Session, iam: IAM, { check, writeVariables }: Options): Promise<Bootstrapped> {
  const { production } = environments;
  const done = (what: string, more = '') => session.say(`  ${green('✓')} ${what}  ${dim(more)}`);
  const repository = requireRepository(production);
  const { account, arn } = await whoAsks(session, production);
  done(`account ${account}`, arn);
  const hasProvider = await ownProvider(session, iam);
  done('identity provider of GitHub', hasProvider ? 'there, and ours' : 'none yet: the stack makes it');

  const open: Open[] = [];
  const stack = check ? await stackNow(session, open) : await deployAccount(session);
  if (stack !== 'not deployed') done(accountStack, stack);

  for (const environment of Object.values(environments)) {
    for (const { secret, fault } of await handMadeSecrets(environment, session.signal)) {
      if (fault) open.push(fault);
      else done(`secret ${secret}`);
    }
  }
  // ARNs of China and GovCloud begin otherwise.
  const [, partition = 'aws'] = arn.split(':');
  const wanted = wantedVariables(account, session.region, partition);
  const written = await settings(session, repository, wanted, { check, writeVariables }, open);
  return { account, caller: arn, repository, stack, written, open, next: nextOf(open, check) };
}

async function stackNow(session: Session, open: Open[]): Promise<Bootstrapped['stack']> {
  const found = await describe(session, accountStack);
  if (found?.StackStatus?.endsWith('_COMPLETE') && found.StackStatus !== 'DELETE_COMPLETE') return 'deployed';
  open.push({ message: `${accountStack} is not deployed.`, remedy: 'npm run bootstrap' });
  return 'not deployed';
}

async function deployAccount(session: Session): Promise<Bootstrapped['stack']> {
  const { environment, stacks } = await target('account', undefined);
  const deployed = await deployEnvironment(session, { name: 'account', environment, stacks });
  return deployed.stacks[0]?.outcome ?? 'unchanged';
}

/** @returns what was set */
async function settings(
  session: Session,
  repository: string,
  wanted: ReturnType<typeof wantedVariables>,
  { check, writeVariables }: Options,
  open: Open[],
): Promise<readonly string[]> {
  const github = gitHubOf(session, repository);
  if (!github) {
    open.push({
      message: `GitHub was not asked what it knows of ${repository}: GITHUB_TOKEN is not set.`,
      remedy: `GITHUB_TOKEN=$(gh auth token) npm run bootstrap -- ${writeVariables ? '--write-variables' : '--check'}`,
    });
    return [];
  }
  const written: string[] = [];
  for (const { what, message, command, write } of await differences(github, wanted)) {
    if (!writeVariables || check) {
      open.push({ message, remedy: command });
      continue;
    }
    await write();
    written.push(what);
    session.say(`  ${green('✓')} ${what}  ${dim('set')}`);
  }
  if (!open.some(({ remedy }) => remedy.startsWith('gh '))) session.say(`  ${green('✓')} GitHub: ${repository}`);
  return written;
}

function gitHubOf(session: Session, repository: string): GitHub | undefined {
  try {
    return openGitHub(session.signal, { ...process.env, GITHUB_REPOSITORY: repository });
  } catch (error) {
    if (error instanceof GitHubError) return undefined;
    throw error;
  }
}

function nextOf(open: readonly Open[], check: boolean): readonly string[] {
  if (open.some(({ remedy }) => remedy.startsWith('gh ')))
    return ['GITHUB_TOKEN=$(gh auth token) npm run bootstrap -- --write-variables'];
  if (open.length > 0) return [check ? 'npm run bootstrap' : 'npm run bootstrap -- --check'];
  return [
    'Choose who is asked before production: Settings, Environments, production, Required reviewers.',
    'gh workflow run deploy-lambda.yml --ref main    or, from here, npm run deploy -- staging',
  ];
}
