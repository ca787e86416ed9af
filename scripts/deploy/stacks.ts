/** The stacks that a verb is about: compiled, as committed, and only the wanted one. */
import { type Environment, environment, environments } from '../../environments/index.ts';
import { type CompiledStack, compile, compileAccount, placeholderRelease } from '../../generator/compile.ts';
import { templates } from '../../generator/templates.ts';
import { differences } from '../generate/folder.ts';
import { UsageError } from '../terminal/command.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';

export interface Target {
  /** `account` stands for what there is once, before every environment. */
  readonly name: string;
  /** Of the account, any: it has no image of its own. */
  readonly environment: Environment;
  readonly region: string;
  /** In the order of deployment, with the placeholder release. */
  readonly stacks: readonly CompiledStack[];
  /** To be said first: that a stack has another name now. */
  readonly notice?: string;
}

/** What the stacks were called before this repository; whoever types the old name should find the new one. */
const formerNames: Readonly<Record<string, readonly string[]>> = {
  database: ['database'],
  dynamodb: ['rate-limits'],
  geodata_import: ['geodata-import'],
  zappa: ['jobs', 'cdn', 'api'],
};

/** @throws DefinitionError, UsageError or DeployError, each with exit code 2 */
export async function target(name: string, onlyStack: string | undefined): Promise<Target> {
  const isAccount = name === 'account';
  const wanted = isAccount ? environments.production : environment(name);
  const stale = await differences(templates());
  if (stale.length > 0) {
    const lines = stale.map(({ where, message }) => `  ${where} ${message}`);
    throw new DeployError(
      `templates/ is not what generator/ and environments/ say:\n${lines.join('\n')}`,
      '`npm run generate` writes them; review and commit what it changes, then try again.',
      exitCode.usage,
    );
  }
  const all = isAccount ? compileAccount(environments, withSources) : compile(wanted, placeholderRelease, withSources);
  const stacks = chosen(name, all, onlyStack);
  const isFormer =
    onlyStack !== undefined && !stacks.some(({ stack, stackName }) => [stack, stackName].includes(onlyStack));
  return {
    name,
    environment: wanted,
    region: wanted.account.region,
    stacks,
    ...(isFormer && { notice: `${onlyStack} is now called ${stacks.map(({ stack }) => stack).join(', ')}.` }),
  };
}

/** A change is shown with the place in the generator where its resource is written. */
const withSources = { sources: true } as const;

function chosen(name: string, all: readonly CompiledStack[], only: string | undefined): readonly CompiledStack[] {
  if (only === undefined) return all;
  const exact = all.filter(({ stack, stackName }) => [stack, stackName].includes(only));
  const former = all.filter(({ stack }) => formerNames[only]?.includes(stack));
  const found = exact.length > 0 ? exact : former;
  if (found.length > 0) return found;
  const known = all.map(({ stack }) => stack).join(', ');
  throw new UsageError(`${name} has no stack "${only}".`, `It has ${known}.`);
}
