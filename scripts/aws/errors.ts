/** What keeps a request from being answered, said so that a person can put it right. */
import { Interrupted } from '../terminal/command.ts';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

export class AwsError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode;
  constructor(message: string, remedy: string, code: ExitCode, cause: unknown) {
    super(message, { cause });
    this.name = 'AwsError';
    this.remedy = remedy;
    this.exitCode = code;
  }
}

export interface Request {
  /** `DescribeStacks` */
  readonly operation: string;
  readonly endpoint: string;
  /** Who is asked; CloudFormation where it is not said. */
  readonly service?: Service;
}

export interface Service {
  /** As people call it. */
  readonly name: string;
  /** As policies call it, and variables with endpoints unless `variable` says otherwise. */
  readonly prefix: string;
  /** `CLOUDWATCH_LOGS`, as in AWS_ENDPOINT_URL_CLOUDWATCH_LOGS. */
  readonly variable?: string;
  /** Operations that policies know by another name (Service Authorization Reference). */
  readonly actions?: Readonly<Record<string, string>>;
}

/** The name of the variable that says where this service alone is. */
export function endpointVariable({ prefix, variable = prefix.toUpperCase() }: Service): string {
  return `AWS_ENDPOINT_URL_${variable}`;
}

export const cloudFormation: Service = { name: 'CloudFormation', prefix: 'cloudformation' };

const expired = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'];
const unknownKeys = [
  'AuthFailure',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
];
const denied = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'];
const throttled = ['RequestLimitExceeded', 'Throttling', 'ThrottlingException', 'TooManyRequestsException'];

/** Whether AWS was asked too often: whoever only watches asks again later. */
export const isThrottled = (error: unknown): boolean =>
  error instanceof AwsError && error.cause instanceof Error && throttled.includes(error.cause.name);

/** @returns an error for people where the request itself failed; what CloudFormation has to say is left as it is */
export function explain(error: unknown, request: Request): unknown {
  if (!(error instanceof Error)) return error;
  const { operation, endpoint, service = cloudFormation } = request;
  const { name, message } = error;
  if (name === 'AbortError') return new Interrupted();
  if (name === 'CredentialsProviderError') {
    return new AwsError(
      `No AWS credentials could be loaded: ${message}.`,
      'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws sts get-caller-identity` shows who you are.',
      exitCode.usage,
      error,
    );
  }
  if (expired.includes(name)) {
    return new AwsError(
      'The AWS credentials have expired.',
      'Sign in again, then repeat the command.',
      exitCode.usage,
      error,
    );
  }
  if (unknownKeys.includes(name)) {
    return new AwsError(
      `AWS does not accept these credentials: ${message}`,
      'Check AWS_PROFILE or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and the clock of this machine.',
      exitCode.usage,
      error,
    );
  }
  if (denied.includes(name)) {
    const action = service.actions?.[operation] ?? operation;
    return new AwsError(
      `AWS denies ${service.prefix}:${action}: ${message}`,
      `Use credentials that may ${action}, or have the action allowed to this identity.`,
      exitCode.failed,
      error,
    );
  }
  if (throttled.includes(name)) {
    return new AwsError(
      `${service.name} answers ${operation} with "${message}", again and again.`,
      'Too much is asked of this account at once; try again in a minute.',
      exitCode.failed,
      error,
    );
  }
  const silence = silenceOf(error);
  if (silence) {
    return new AwsError(
      `${service.name} at ${endpoint} does not answer (${silence}).`,
      process.env[endpointVariable(service)] || process.env.AWS_ENDPOINT_URL
        ? 'Start what AWS_ENDPOINT_URL points to, or unset it to reach AWS. `npm run simulate-cloudformation` starts a simulator.'
        : 'Check the network, and the region in environments/account.ts.',
      exitCode.failed,
      error,
    );
  }
  const { httpStatusCode, requestId } = (error as { $metadata?: Metadata }).$metadata ?? {};
  if (httpStatusCode === undefined) return error;
  if (requestId === undefined) return notTheService(request, `HTTP ${httpStatusCode}, and no request id`, error);
  // The SDK's words for an answer that it cannot read, such as XML or a page where there should be JSON.
  const isUnreadable = /\n\s*Deserialization error: /.test(message);
  return isUnreadable
    ? notTheService(request, `HTTP ${httpStatusCode}, and what it says cannot be read`, error)
    : error;
}

/** Whether asking again later may help: nobody answered, or AWS wants it slower. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof AwsError) || !(error.cause instanceof Error)) return false;
  return silenceOf(error.cause) !== undefined || throttled.includes(error.cause.name);
}

interface Metadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
}

/** For an answer without a request id, which AWS never gives. */
export function notTheService({ endpoint, service = cloudFormation }: Request, why: string, cause?: unknown): AwsError {
  return new AwsError(
    `What answers at ${endpoint} is not ${service.name} (${why}).`,
    'Check AWS_ENDPOINT_URL.',
    exitCode.failed,
    cause,
  );
}

/** @returns how the connection failed, undefined where there was an answer */
function silenceOf(error: Error): string | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection closed',
    EAI_AGAIN: 'its name cannot be resolved',
    ENOTFOUND: 'its name cannot be resolved',
    EPIPE: 'connection closed',
    ETIMEDOUT: 'it took too long',
  };
  // The SDK calls a connection that was closed a time-out as well; its code says which it was.
  if (error.name === 'TimeoutError') return words[code] ?? 'it took too long';
  return words[code] ?? (/^E[A-Z]+$|^(ERR_|CERT_|DEPTH_|SELF_|UNABLE_)/.test(code) ? code : undefined);
}
