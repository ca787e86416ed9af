/** The stacks that a verb is about: compiled, as committed, and only the wanted one. */
import { type Environment, environment } from '../../environments/index.ts';
import { type CompiledStack, compile, placeholderRelease } from '../../generator/compile.ts';
import { templates } from '../../generator/templates.ts';
import { differences } from '../generate/folder.ts';
import { UsageError } from '../terminal/command.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';

export interface Target {
  readonly environment: Environment;
  readonly region: string;
  /** In the order of deployment, with the placeholder release. */
  readonly stacks: readonly CompiledStack[];
}

/** @throws DefinitionError, UsageError or DeployError, each with exit code 2 */
export async function target(name: string, onlyStack: string | undefined): Promise<Target> {
  const wanted = environment(name);
  const stale = await differences(templates());
  if (stale.length > 0) {
    const lines = stale.map(({ where, message }) => `  ${where} ${message}`);
    throw new DeployError(
      `templates/ is not what generator/ and environments/ say:\n${lines.join('\n')}`,
      '`npm run generate` writes them; review and commit what it changes, then try again.',
      exitCode.usage,
    );
  }
  const stacks = compile(wanted, placeholderRelease);
  const chosen = stacks.filter(
    ({ stack, stackName }) => onlyStack === undefined || [stack, stackName].includes(onlyStack),
  );
  if (chosen.length === 0) {
    const known = stacks.map(({ stack }) => stack).join(', ');
    throw new UsageError(`${name} has no stack "${onlyStack}".`, `It has ${known}.`);
  }
  return { environment: wanted, region: wanted.account.region, stacks: chosen };
}
