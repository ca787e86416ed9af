/** What the importer is asked to do, as the words of its command line. */
import { UsageError } from '../terminal/command.ts';

/** The importer knows which values there are; this only keeps out what is no value at all. */
const value = /^[A-Za-z0-9]+(,[A-Za-z0-9]+)*$/;

/**
 * @returns one word an item, because a container runs no shell; what is empty is left to the importer's default
 * @throws UsageError
 */
export function importerArguments(wanted: Readonly<Record<string, string | boolean | undefined>>): readonly string[] {
  return Object.entries(wanted).flatMap(([name, given]) => {
    if (given === undefined || given === '' || given === false) return [];
    if (given === true) return [`--${name}`];
    if (!value.test(given))
      throw new UsageError(
        `--${name} is "${given}"; it takes words of letters and digits, separated by commas.`,
        'npm run import-tiger -- --help lists what an import takes.',
      );
    return [`--${name}`, given];
  });
}
