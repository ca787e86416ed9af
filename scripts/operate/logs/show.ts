/** The logs of an environment, from CloudWatch to the terminal. */
import type { Environment } from '../../../environments/index.ts';
import { connectLogs } from '../../aws/logs.ts';
import { connectSts } from '../../aws/sts.ts';
import { Interrupted } from '../../terminal/command.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { progress } from '../../terminal/progress.ts';
import { bold } from '../../terminal/style.ts';
import { OperationError } from '../errors.ts';
import { sentence, summarize } from './cold-starts.ts';
import { type Entry, entryOf, isError, type Report } from './entry.ts';
import { invocationsOf } from './invocation.ts';
import { lineOf } from './line.ts';
import { follow, type Read, type Reading, read } from './read.ts';
import { type Source, sourcesOf, type Wanted } from './sources.ts';

export interface Options {
  readonly wanted: Wanted;
  readonly coldStarts: boolean;
  readonly errors: boolean;
  readonly follow: boolean;
  readonly requestId?: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly json: boolean;
  readonly pauseMs: number;
  readonly signal: AbortSignal;
  /** A line of the log. */
  write(line: string): void;
  /** What is said about it. */
  say(line: string): void;
}

/** @returns how many lines there were @throws OperationError (2) where a log group is not there @throws Interrupted where it is followed */
export async function showLogs(environment: Environment, options: Options): Promise<number> {
  const { wanted, signal, from } = options;
  const { region } = environment.account;
  const sources = await sourcesOf(environment, wanted, signal);
  const logs = await connectLogs({ region });
  const reading: Reading = { logs, sources, from, signal, ...(options.coldStarts && { pattern: reports }) };
  const severalSources = new Set(sources.map(({ name }) => name)).size > 1;
  const cold: Report[] = [];
  let lines = 0;
  const quiet = progress('reading', 0);
  let looked = 0;
  try {
    for await (const event of eventsOf(reading, options)) {
      quiet.at(0, `${++looked} lines, at ${new Date(event.at).toISOString().slice(0, 16)}Z`);
      const entry = entryOf(event.message);
      if (options.coldStarts && entry.kind === 'report') cold.push(entry.report);
      if (!isWanted(entry, options)) continue;
      quiet.end();
      lines++;
      options.write(options.json ? asJson(event) : asLine(event, entry, severalSources, options));
    }
  } catch (error) {
    // Whoever follows ends it so, and is owed the sum as well.
    if (error instanceof Interrupted || signal.aborted) sum();
    throw await explained(error, environment, signal);
  } finally {
    quiet.end();
    logs.destroy();
  }
  sum();
  return lines;

  function sum(): void {
    if (!options.coldStarts) return;
    const summary = summarize(cold);
    options.write(options.json ? JSON.stringify({ summary }) : `${bold('=')} ${sentence(summary)}`);
  }
}

async function* eventsOf(reading: Reading, options: Options): AsyncGenerator<Read> {
  if (options.requestId !== undefined) yield* await invocationsOf(reading, options.requestId);
  else if (!options.follow) yield* read(reading, Date.now());
  else {
    const again = ({ message }: Error) => options.say(`${message} Trying again; nothing is left out.`);
    yield* follow(reading, { pauseMs: options.pauseMs, again });
  }
}

/** Lambda writes one for each invocation; that of a cold start has the time of the initialization. */
const reports = '{ $.type = "platform.report" }';

function isWanted(entry: Entry, { coldStarts, errors }: Options): boolean {
  if (coldStarts) return entry.kind === 'report' && entry.report.init !== undefined && (!errors || isError(entry));
  return !errors || isError(entry);
}

const asLine = ({ source, at }: Read, entry: Entry, severalSources: boolean, { errors, requestId }: Options) =>
  lineOf({ at, entry, ...(severalSources && { source }) }, { withStack: errors || requestId !== undefined });

/** What was JSON stays JSON. */
function asJson({ source, group, stream, at, id, message }: Read): string {
  let parsed: unknown = message;
  try {
    parsed = JSON.parse(message);
  } catch {}
  return JSON.stringify({ at: new Date(at).toISOString(), source, group, stream, id, message: parsed });
}

async function explained(error: unknown, environment: Environment, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof Error && error.name === 'ResourceNotFoundException' && 'source' in error)) return error;
  const { group, stack } = error.source as Source;
  const { name, account } = environment;
  return new OperationError(
    `There is no log group ${group} in ${await whose(account.region, signal)}.`,
    account.id === undefined
      ? `The stack ${stack} makes it: npm run deploy -- ${name}. If it is deployed, these credentials are of another account.`
      : `The stack ${stack} makes it: npm run deploy -- ${name}. environments/account.ts says account ${account.id}.`,
    exitCode.usage,
    error,
  );
}

/** Only asked where something is not found: then it is the first question. */
async function whose(region: string, signal: AbortSignal): Promise<string> {
  const sts = await connectSts({ region });
  try {
    const { Account } = await sts.getCallerIdentity({}, { abortSignal: signal });
    return `account ${Account}, ${region}`;
  } catch {
    return region;
  } finally {
    sts.destroy();
  }
}
