/** One JSON line per event, on stderr on a laptop and in CloudWatch on Lambda. */
export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

export const log: Log = (level, message, fields = {}) => {
  const line = JSON.stringify({ level, message, ...fields }, (_key, value) =>
    value instanceof Error ? describe(value) : value,
  );
  process.stderr.write(`${line}\n`);
};

/** An error's own words and its causes'; a driver's error also holds the statement's values, which never belong in a log. */
function describe(error: Error): object {
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: describe(error.cause) } : {}),
  };
}
