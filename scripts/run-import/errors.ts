/** What keeps an import from being run, or from ending well. */
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

export class RunImportError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode;
  constructor(message: string, remedy: string, code: ExitCode = exitCode.failed, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'RunImportError';
    this.remedy = remedy;
    this.exitCode = code;
  }
}
