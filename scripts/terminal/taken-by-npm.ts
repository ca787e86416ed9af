/**
 * Flags written without the `--` before them: `npm run rollback production --dry-run` runs `rollback production`, for real.
 * npm takes what begins with a hyphen as configuration of its own, and tells a script so in its environment:
 * https://docs.npmjs.com/cli/v11/using-npm/config#environment-variables
 */
import type { Flag } from './command.ts';

/** npm always names its cache, and `yes` is often set for `npx`; a verb that misses its own `--yes` only asks. */
const toldWithoutFlag = ['cache', 'yes'];

/**
 * @param args what did reach the verb
 * @returns the flags that did not, and the command as it was meant; `undefined` where npm took none
 */
export function takenByNpm(
  { name, flags }: { readonly name: string; readonly flags: Readonly<Record<string, Flag>> },
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): { taken: string[]; meant: string } | undefined {
  // A verb that another script of npm starts inherits what that one was given.
  if (environment.npm_lifecycle_event !== name) return undefined;
  const taken = Object.entries(flags)
    .filter(([flag]) => !toldWithoutFlag.includes(flag) && environment[variable(flag)])
    .map(([flag, { type, value = 'value' }]) => ({ flag: `--${flag}`, value: type === 'string' ? ` <${value}>` : '' }));
  if (taken.length === 0) return undefined;
  // Newer versions of npm leave the value behind, among the words: which one it is cannot be told.
  const words = taken.some(({ value }) => value) ? ['…'] : args;
  const meant = ['npm', 'run', name, '--', ...words, ...taken.map(({ flag, value }) => flag + value)].join(' ');
  return { taken: taken.map(({ flag }) => flag), meant };
}

const variable = (flag: string) => `npm_config_${flag.replaceAll('-', '_')}`;
