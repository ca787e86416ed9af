/**
 * A verb: one object that is its own `--help` and its own parser, and the only place that ends the process.
 *
 * ```ts
 * if (import.meta.main) await run(defineCommand({ name: 'generate', summary: '…', flags: {…}, async run({ flags }) {…} }));
 * ```
 * Whatever is costly to load (an AWS client, the generator) is imported inside `run`, so that `--help` is instant.
 */
import { parseArgs } from 'node:util';
import { type ExitCode, exitCode } from './exit-codes.ts';
import { Interrupted, interruptions } from './interruptions.ts';
import { didYouMean, nearest } from './nearest.ts';
import { bold, columns, dim, printable, red } from './style.ts';
import { takenByNpm } from './taken-by-npm.ts';

export interface Flag {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  readonly description: string;
  /** The word that stands for the value in `--help`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly default?: string;
}

export interface Positional {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly many?: boolean;
  readonly choices?: readonly string[];
}

export type FlagValues<F extends Record<string, Flag>> = {
  readonly [K in keyof F]: F[K]['type'] extends 'boolean'
    ? boolean
    : F[K] extends { default: string }
      ? string
      : string | undefined;
};

export interface Invocation<F extends Record<string, Flag>> {
  readonly flags: FlagValues<F>;
  readonly positionals: readonly string[];
  /** Aborted by the first Ctrl-C (or SIGTERM); the second one ends the process at once, unless somebody waits for it. */
  readonly signal: AbortSignal;
  /** After the first Ctrl-C: whether there is another one within the time. The one after that ends the process at once. */
  again(milliseconds: number): Promise<boolean>;
}

export interface Command<F extends Record<string, Flag>> {
  readonly name: string;
  readonly summary: string;
  readonly positionals?: readonly Positional[];
  readonly flags: F;
  readonly examples?: readonly string[];
  run(invocation: Invocation<F>): Promise<ExitCode>;
}

export { Interrupted } from './interruptions.ts';

/** Wrong words on the command line: exit 2, with the way to the help. */
export class UsageError extends Error {
  readonly exitCode = exitCode.usage;
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'UsageError';
    this.remedy = remedy;
  }
}

/** Identity; exists so that the types of the flags reach `run`. */
export function defineCommand<const F extends Record<string, Flag>>(command: Command<F>): Command<F> {
  return command;
}

/** Parses the command line, runs the verb, reports its error, and ends the process with its exit code. */
export async function run<F extends Record<string, Flag>>(
  command: Command<F>,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const { signal, again, stop } = interruptions();
  let code: ExitCode;
  try {
    if (args.includes('--help') || args.includes('-h')) {
      process.stdout.write(help(command));
      code = exitCode.done;
    } else {
      code = await command.run({ ...parse(command, args), signal, again });
    }
  } catch (error) {
    code = report(error);
    // Whoever reads JSON reads why there is none.
    if (args.includes('--json')) process.stdout.write(failureInJson(error, code));
  }
  process.exitCode = code;
  stop();
}

/**
 * Prints an error: two sentences where a person caused it (it has a `remedy`), else its stack, for it is a bug.
 * @returns the exit code that it asks for
 */
export function report(error: unknown, stream: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr): ExitCode {
  if (
    error instanceof Interrupted ||
    (error instanceof Error && error.name === 'AbortError' && error.cause instanceof Interrupted)
  ) {
    stream.write(dim('Interrupted.\n', stream));
    return exitCode.interrupted;
  }
  const wanted = (error as { exitCode?: unknown } | null)?.exitCode;
  const code = Object.values(exitCode).find((known) => known === wanted) ?? exitCode.failed;
  if (hasRemedy(error)) {
    stream.write(
      `${red('✗', stream)} ${printable(error.message)}\n  ${printable(error.remedy).replaceAll('\n', '\n  ')}\n`,
    );
  } else {
    stream.write(
      `${red('✗ This is a bug:', stream)} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
  return code;
}

/** For a verb that ends with an error and has said so in its own JSON. */
export function saidInJson<E>(error: E): E {
  if (typeof error === 'object' && error !== null) said.add(error);
  return error;
}

const said = new WeakSet<object>();

/** @returns a line; nothing where it is said already */
export function failureInJson(error: unknown, code: ExitCode): string {
  if (typeof error === 'object' && error !== null && said.has(error)) return '';
  const failed =
    code === exitCode.interrupted ? 'Interrupted.' : error instanceof Error ? error.message : String(error);
  const remedy = hasRemedy(error) ? { remedy: error.remedy } : {};
  return `${JSON.stringify({ failed, ...remedy, exitCode: code })}\n`;
}

/** The text of `--help`, from the same object that parses. */
export function help<F extends Record<string, Flag>>(command: Command<F>): string {
  const words = (command.positionals ?? []).map((p) => {
    const word = p.many ? `${p.name} …` : p.name;
    return p.required ? `<${word}>` : `[${word}]`;
  });
  const lines = [
    `${bold(command.name)}: ${command.summary}`,
    '',
    `Usage: npm run ${command.name} -- ${[...words, '[options]'].join(' ')}`,
  ];
  const positionalRows = (command.positionals ?? []).map((p) => [`  ${p.name}`, describe(p.description, p.choices)]);
  const flagRows = [
    ...Object.entries(command.flags).map(([name, flag]) => [
      `  ${flag.short ? `-${flag.short}, ` : ''}--${name}${flag.type === 'string' ? ` <${flag.value ?? 'value'}>` : ''}`,
      describe(flag.description, flag.choices, flag.default),
    ]),
    ['  -h, --help', 'print this'],
  ];
  if (positionalRows.length > 0) lines.push('', columns(positionalRows));
  lines.push('', 'Options:', columns(flagRows));
  if (command.examples?.length) lines.push('', 'Examples:', ...command.examples.map((example) => `  ${example}`));
  return `${lines.join('\n')}\n`;
}

function describe(text: string, choices?: readonly string[], fallback?: string): string {
  const extra = [
    choices ? `one of ${choices.join(', ')}` : '',
    fallback !== undefined ? `default ${fallback}` : '',
  ].filter(Boolean);
  return extra.length > 0 ? `${text} (${extra.join('; ')})` : text;
}

function parse<F extends Record<string, Flag>>(
  command: Command<F>,
  args: readonly string[],
): Pick<Invocation<F>, 'flags' | 'positionals'> {
  const seeHelp = `npm run ${command.name} -- --help lists what it takes.`;
  refuseWhatNpmTook(command, args);
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [
      name,
      { type: flag.type, ...(flag.short ? { short: flag.short } : {}) },
    ]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const said = (error as Error).message.split('. ')[0] ?? 'Unknown option';
    const unknown = /^Unknown option '--(.+)'$/.exec(said)?.[1] ?? '';
    const meant = nearest(unknown, Object.keys(command.flags));
    throw new UsageError(meant ? `${said}. Did you mean --${meant}?` : said, seeHelp);
  }
  const flags: Record<string, boolean | string | undefined> = {};
  for (const [name, flag] of Object.entries(command.flags)) {
    const given = parsed.values[name];
    flags[name] = flag.type === 'boolean' ? given === true : typeof given === 'string' ? given : flag.default;
    if (typeof given === 'string') check(`--${name}`, given, flag.choices, seeHelp);
  }
  const known = command.positionals ?? [];
  parsed.positionals.forEach((value, index) => {
    const positional = known[index] ?? (known.at(-1)?.many ? known.at(-1) : undefined);
    if (!positional) throw new UsageError(`Unexpected word "${value}".`, seeHelp);
    check(positional.name, value, positional.choices, seeHelp);
  });
  const missing = known.find((positional, index) => positional.required && parsed.positionals[index] === undefined);
  if (missing)
    throw new UsageError(`<${missing.name}> is missing: ${describe(missing.description, missing.choices)}.`, seeHelp);
  return { flags: flags as FlagValues<F>, positionals: parsed.positionals };
}

/** Before anything else: without its flags a verb may do for real what was only to be tried. */
function refuseWhatNpmTook<F extends Record<string, Flag>>(command: Command<F>, args: readonly string[]): void {
  const found = takenByNpm(command, args, process.env);
  if (!found) return;
  throw new UsageError(
    `npm kept ${found.taken.join(' and ')} for itself; nothing was done.`,
    `What is for ${command.name} comes after two hyphens: ${found.meant}\nIf you wrote it so, npm has it from its configuration: npm config list.`,
  );
}

function check(name: string, value: string, choices: readonly string[] | undefined, seeHelp: string): void {
  if (choices && !choices.includes(value)) {
    throw new UsageError(
      `${name} is "${value}"; it takes one of ${choices.join(', ')}.${didYouMean(value, choices)}`,
      seeHelp,
    );
  }
}

function hasRemedy(error: unknown): error is Error & { remedy: string } {
  return error instanceof Error && 'remedy' in error && typeof error.remedy === 'string';
}
