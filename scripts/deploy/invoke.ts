/** Jobs, run by their function to the end; a release waits for them. */
import { AwsError } from '../aws/errors.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';
import { logCommand } from './log-command.ts';
import { patiently, type Session } from './session.ts';

/** A function that was just made, or that has been idle for weeks, is first got ready (Lambda, function states). */
const notReady = ['ResourceConflictException', 'ResourceNotReadyException'];
const readyWithinMs = 5 * 60_000;

/**
 * @param event `{ job: 'migrate' }`
 * @returns what the job returned
 * @throws DeployError where it failed, with the end of its log; where it is running already (5); where nobody knows (3)
 */
export async function invoke(
  session: Session,
  functionName: string,
  event: { readonly job: string } & Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const lambda = await session.lambda();
  const goesOn = () => session.say(`The job ${event.job} goes on in ${functionName}, without being watched.`);
  session.signal.addEventListener('abort', goesOn, { once: true });
  try {
    for await (const _ of patiently(session, readyWithinMs)) {
      try {
        const { FunctionError, Payload, LogResult } = await lambda.invoke(
          { FunctionName: functionName, LogType: 'Tail', Payload: Buffer.from(JSON.stringify(event)) },
          { abortSignal: session.signal },
        );
        const said = Payload === undefined ? '' : Buffer.from(Payload).toString();
        if (FunctionError !== undefined) throw failed(functionName, event.job, said, LogResult);
        return parse(said);
      } catch (error) {
        if (!(error instanceof Error && notReady.includes(error.name))) throw explained(error, functionName, event.job);
      }
    }
  } finally {
    session.signal.removeEventListener('abort', goesOn);
  }
  throw new DeployError(
    `${functionName} is not ready after ${readyWithinMs / 60_000} minutes, so that the job ${event.job} has not begun.`,
    `See its state: aws lambda get-function-configuration --function-name ${functionName}`,
  );
}

function failed(functionName: string, job: string, payload: string, log: string | undefined): DeployError {
  const { errorType, errorMessage } = (parse(payload) ?? {}) as { errorType?: string; errorMessage?: string };
  const why = [errorType, errorMessage].filter(Boolean).join(': ') || payload || 'it does not say why';
  const end = Buffer.from(log ?? '', 'base64')
    .toString()
    .trim()
    .split('\n')
    .slice(-5);
  return new DeployError(
    [`The job ${job} of ${functionName} failed: ${why}`, ...end.filter(Boolean).map((line) => `  ${line}`)].join('\n'),
    `Its whole log: ${logCommand(functionName)}\nPut right what it says, then deploy again.`,
  );
}

function explained(error: unknown, functionName: string, job: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'ResourceNotFoundException') {
    return new DeployError(
      `There is no function ${functionName} to run the job ${job}.`,
      'Deploy the stack jobs first; without --stack everything is deployed in its order.',
      exitCode.usage,
      error,
    );
  }
  if (error.name === 'TooManyRequestsException') {
    return new DeployError(
      `${functionName} cannot take the job ${job} now: ${error.message}`,
      'Another one is running, or the account has no executions left; try again when it is done.',
      exitCode.busy,
      error,
    );
  }
  // Answers of AWS say what was not done; silence says nothing.
  const isSilence = error instanceof AwsError && !(error.cause instanceof Error && '$fault' in error.cause);
  return isSilence && error.exitCode === exitCode.failed
    ? new DeployError(
        `${error.message}\nWhether the job ${job} is running, or is done, is not known.`,
        `See its log: ${logCommand(functionName)}\n${error.remedy}`,
        exitCode.partlyDone,
        error,
      )
    : error;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
