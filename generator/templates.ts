/** The committed templates: everything that `templates/` is to hold, compiled with the placeholder release. */
import { type Environment, type Environments, environments } from '../environments/index.ts';
import { compile, compileAccount, placeholderRelease } from './compile.ts';

/**
 * @param of others, for what would be written if they were chosen
 * @returns the text of each file, by its path relative to `templates/`, sorted by path
 */
export function templates(of: Environments = environments): ReadonlyMap<string, string> {
  const all = [
    ...compileAccount(of),
    ...Object.values(of).flatMap((environment: Environment) => compile(environment, placeholderRelease)),
  ];
  // Environments of one tier compile its stacks to the same bytes: a file is there once.
  const files = new Map(all.map((stack) => [stack.path, stack]));
  return new Map([...files.keys()].sort().map((path) => [path, files.get(path)?.body ?? '']));
}
