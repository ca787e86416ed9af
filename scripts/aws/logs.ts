/** What was written to CloudWatch Logs, as it comes; the one place where the Logs client is made. */
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { Interrupted } from '../terminal/command.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { type Connection, explained, settingsOf } from './connection.ts';
import { AwsError } from './errors.ts';

export type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';

export interface LogLines {
  readonly lines: readonly string[];
  /** Where the next reading starts. */
  readonly next?: string;
}

const service = { name: 'CloudWatch Logs', prefix: 'logs', variable: 'CLOUDWATCH_LOGS' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectLogs(connection: Connection): Promise<CloudWatchLogs> {
  const { CloudWatchLogs } = await import('@aws-sdk/client-cloudwatch-logs');
  return explained(new CloudWatchLogs(settingsOf(connection, 10_000)), connection, service);
}

export interface LogEvent {
  /** Unique in its group. */
  readonly id: string;
  readonly group: string;
  readonly stream: string;
  /** Milliseconds since 1970, as whoever wrote it says. */
  readonly at: number;
  readonly message: string;
}

export interface LogQuery {
  readonly group: string;
  /** Of this stream only. */
  readonly stream?: string;
  /** In CloudWatch's language of filters; everything without one. */
  readonly pattern?: string;
  /** Milliseconds since 1970, both inclusive. */
  readonly from: number;
  readonly to?: number;
}

/**
 * Events of all streams of a group, by time. A page may be empty and not the last.
 * @throws the SDK's ResourceNotFoundException where there is no such group
 */
export async function* logEvents(
  logs: Pick<CloudWatchLogs, 'filterLogEvents'>,
  { group, stream, pattern, from, to }: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<LogEvent> {
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = await logs.filterLogEvents(
      {
        logGroupName: group,
        startTime: from,
        ...(to !== undefined && { endTime: to }),
        ...(stream !== undefined && { logStreamNames: [stream] }),
        ...(pattern !== undefined && { filterPattern: pattern }),
        ...(token !== undefined && { nextToken: token }),
      },
      { abortSignal: signal },
    );
    const events = (page.events ?? []).map(
      ({ eventId: id = '', logStreamName = '', timestamp: at = 0, message = '' }): LogEvent => ({
        id,
        group,
        stream: logStreamName,
        at,
        message: message.trimEnd(),
      }),
    );
    yield* events.sort((a, b) => a.at - b.at);
    token = page.nextToken;
  }
}

/**
 * What was written since `next`, which is left out the first time. A stream that does not exist yet has no lines: it
 * appears with the first line that its container writes.
 */
export async function readLog(
  logs: Pick<CloudWatchLogs, 'getLogEvents'>,
  where: { readonly group: string; readonly stream: string },
  next: string | undefined,
  signal: AbortSignal,
): Promise<LogLines> {
  const lines: string[] = [];
  let token = next;
  for (;;) {
    const page = await getLogEvents(token);
    if (!page) return { lines, ...(token !== undefined && { next: token }) };
    const { events = [], nextForwardToken = '' } = page;
    lines.push(...events.map(({ message = '' }) => message.trimEnd()));
    // The end of a stream answers with the token that it was asked with (GetLogEvents, nextForwardToken).
    if (nextForwardToken === token || events.length === 0) return { lines, next: nextForwardToken };
    token = nextForwardToken;
  }

  async function getLogEvents(from: string | undefined) {
    try {
      return await logs.getLogEvents(
        {
          logGroupName: where.group,
          logStreamName: where.stream,
          startFromHead: true,
          ...(from !== undefined && { nextToken: from }),
        },
        { abortSignal: signal },
      );
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Interrupted) throw error;
      if (error.name === 'ResourceNotFoundException') return undefined;
      throw new AwsError(
        `The log ${where.group} cannot be read: ${error.message}`,
        'Use credentials that may logs:GetLogEvents there; the task itself goes on.',
        exitCode.failed,
        error,
      );
    }
  }
}
