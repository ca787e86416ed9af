/** What stops a preview or a deploy. */
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

export class DeployError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode;
  constructor(message: string, remedy: string, code: ExitCode = exitCode.failed, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'DeployError';
    this.remedy = remedy;
    this.exitCode = code;
  }
}

/** CloudFormation's answer that something is wrong with what was asked; the SDK models no class for it. */
export function isValidationError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ValidationError';
}
