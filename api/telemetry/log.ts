/** One JSON line per event, on stderr on a laptop and in CloudWatch on Lambda. Nobody's data and no secret is in it. */
import { redact } from './redact.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

export const log: Log = (level, message, fields = {}) => {
  process.stderr.write(`${logLine(level, message, fields)}\n`);
};

export function logLine(level: Level, message: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(redact({ level, message, ...plain(fields) }));
}

function plain(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? describe(value) : value]),
  );
}

/** An error's own words and its causes'; a driver's error also holds the statement's values, which never belong in a log. */
function describe(error: Error, depth = 0): object {
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(error.cause instanceof Error && depth < 5 ? { cause: describe(error.cause, depth + 1) } : {}),
  };
}
