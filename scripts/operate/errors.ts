/** What stops a verb of operations. */
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

export class OperationError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode;
  constructor(message: string, remedy: string, code: ExitCode = exitCode.failed, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'OperationError';
    this.remedy = remedy;
    this.exitCode = code;
  }
}
