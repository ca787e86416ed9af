/** A step of the rehearsal, and what makes one fail: an end that was not to be. */
import { OperationError } from '../operate/errors.ts';
import type { ExitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';

export interface RehearsedStep {
  readonly name: string;
  readonly result: string;
  readonly milliseconds: number;
}

export async function timed(name: string, step: () => Promise<string>): Promise<RehearsedStep> {
  const started = performance.now();
  const result = await step();
  return { name, result, milliseconds: Math.round(performance.now() - started) };
}

/** @returns the error with which a step was to end, and did */
export async function stopped(code: ExitCode, step: () => Promise<unknown>): Promise<DeployError | OperationError> {
  try {
    await step();
  } catch (error) {
    const isOurs = error instanceof DeployError || error instanceof OperationError;
    if (isOurs && error.exitCode === code) return error;
    throw error;
  }
  throw surprise(`A step succeeded that was to end with ${code}.`);
}

export const surprise = (message: string): DeployError =>
  new DeployError(message, '`npm run rehearse -- --verbose` shows what happened; deploying and simulating disagree.');
