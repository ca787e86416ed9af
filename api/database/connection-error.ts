/** What kind of failure a connection to PostgreSQL has had. Codes: https://www.postgresql.org/docs/16/errcodes-appendix.html */

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

/** The connection is gone, and with it everything that was not committed: 08 connection, 57P server shutting down. */
export function isLost(error: unknown): boolean {
  if (/^(08...|57P0[1-5]|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT)$/.test(codeOf(error))) return true;
  // pg reports these without a code.
  return (
    error instanceof Error && /^(Connection terminated|Client has encountered a connection error)/.test(error.message)
  );
}

/** The server does not take this name and password. */
export function isRefusedLogin(error: unknown): boolean {
  return /^(28P01|28000)$/.test(codeOf(error));
}
