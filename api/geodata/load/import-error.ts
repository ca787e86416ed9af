/** What stops an import that is not the fault of one file's format: an implausible content, another run, the database. */

export class ImportError extends Error {
  readonly remedy: string;
  readonly exitCode: number;
  constructor(message: string, remedy: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImportError';
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

/**
 * Says in words what a database's error code means for an import; other errors come back as they are.
 * Codes: https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
export function explainDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || 'remedy' in error) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  const wrap = (message: string, remedy: string) => new ImportError(message, remedy, 1, { cause: error });
  if (code === '53100') {
    return wrap(
      'The disk of the database is full.',
      'Free some space or enlarge it, then start again. What was in force stays in force.',
    );
  }
  if (
    /^(08|57P)/.test(code) ||
    /^(ECONNRESET|EPIPE|ETIMEDOUT|ECONNREFUSED)$/.test(code) ||
    connectionGone.test(error.message)
  ) {
    return wrap(
      `The connection to the database was lost: ${error.message.replace(/\.$/, '')}.`,
      'Start again when it answers: files that were already loaded are not loaded twice, and what was in force stays in force.',
    );
  }
  return error;
}

/** pg's own words for a connection that ended under a query; it gives them no code. */
const connectionGone = /^Connection terminated|^Client has encountered a connection error|connection is closed/i;
