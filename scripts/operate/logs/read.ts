/** Events of several log groups as one sequence by time, and what comes after it: none twice, none left out. */
import { setTimeout } from 'node:timers/promises';
import { mayPass } from '../../aws/errors.ts';
import { type CloudWatchLogs, type LogEvent, logEvents } from '../../aws/logs.ts';
import type { Source } from './sources.ts';

export interface Reading {
  readonly logs: CloudWatchLogs;
  readonly sources: readonly Source[];
  /** In CloudWatch's language of filters. */
  readonly pattern?: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly signal: AbortSignal;
}

export interface Read extends LogEvent {
  readonly source: Source['name'];
}

/** @throws the SDK's ResourceNotFoundException, with the `source` whose group is not there */
export async function* read({ logs, sources, pattern, from, signal }: Reading, to?: number): AsyncGenerator<Read> {
  const query = { from, ...(pattern !== undefined && { pattern }), ...(to !== undefined && { to }) };
  yield* byTime(sources.map((source) => of(source, logEvents(logs, { ...query, group: source.group }, signal))));
}

async function* of(source: Source, events: AsyncIterable<LogEvent>): AsyncGenerator<Read> {
  try {
    for await (const event of events) yield { ...event, source: source.name };
  } catch (error) {
    throw error instanceof Error && error.name === 'ResourceNotFoundException'
      ? Object.assign(error, { source })
      : error;
  }
}

/** Of sequences that are each in order, one that is. */
async function* byTime(sequences: readonly AsyncGenerator<Read>[]): AsyncGenerator<Read> {
  const heads = (await Promise.all(sequences.map(async (rest) => ({ rest, next: await rest.next() })))).flatMap(
    ({ rest, next }) => (next.done ? [] : [{ rest, event: next.value }]),
  );
  while (heads.length > 0) {
    const first = heads.reduce((least, head) => (head.event.at < least.event.at ? head : least));
    yield first.event;
    const next = await first.rest.next();
    if (next.done) heads.splice(heads.indexOf(first), 1);
    else first.event = next.value;
  }
}

export interface Following {
  /** Between two readings, in milliseconds. */
  readonly pauseMs: number;
  /** Told that a reading failed and is tried again. */
  again(error: Error): void;
}

/**
 * CloudWatch takes its time: an event may be found after others that happened later. Each reading goes back two minutes,
 * one in fifteen, which is each half minute, a quarter of an hour, and what was seen is left out by its id. Live Tail
 * would leave out lines itself where there are many (StartLiveTail, 500 a second), and is paid for by the minute.
 */
const lateMs = 120_000;
const veryLate = { ms: 900_000, oneIn: 15 };

/** What `read` yields and then what is written meanwhile, until it is interrupted. What was late comes late. */
export async function* follow(reading: Reading, { pauseMs, again }: Following): AsyncGenerator<Read> {
  const seen = new Map<string, number>();
  let newest = reading.from;
  for (let count = 1; ; count++) {
    const back = count % veryLate.oneIn === 0 ? veryLate.ms : lateMs;
    try {
      let last = newest;
      for await (const event of read({ ...reading, from: Math.max(reading.from, newest - back) })) {
        last = Math.max(last, event.at);
        const key = `${event.group} ${event.id}`;
        if (seen.has(key)) continue;
        seen.set(key, event.at);
        yield event;
      }
      // Only now: had one group failed, what it has would still be to be read.
      newest = last;
      for (const [key, at] of seen) if (at < newest - veryLate.ms) seen.delete(key);
    } catch (error) {
      if (!mayPass(error)) throw error;
      again(error as Error);
    }
    await setTimeout(pauseMs, undefined, { signal: reading.signal });
  }
}
