/**
 * Everything of the invocation that an id belongs to. Our lines carry the id that the client was answered with, Lambda's
 * its own; what ties them is that an instance answers one request at a time, and writes a stream of its own.
 */
import { logEvents } from '../../aws/logs.ts';
import { entryOf } from './entry.ts';
import { type Read, type Reading, read } from './read.ts';

/** Longer than a function of the API may take, cold start included. */
const aroundMs = 60_000;

/** @returns by time, none twice; of what is no function's, the lines with the id alone */
export async function invocationsOf(reading: Reading, id: string): Promise<readonly Read[]> {
  const found = new Map<string, Read>();
  const keep = (events: readonly Read[]) => {
    for (const event of events) found.set(`${event.group} ${event.id}`, event);
  };
  // A filter that is one quoted term finds it anywhere in a line.
  for await (const event of read({ ...reading, pattern: `"${id}"` })) {
    if (!event.message.includes(id)) continue;
    const known = found.has(`${event.group} ${event.id}`);
    keep([event]);
    if (!known && (event.source === 'api' || event.source === 'jobs')) keep(await around(reading, event));
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

async function around({ logs, signal }: Reading, event: Read): Promise<readonly Read[]> {
  const { group, stream, source, at } = event;
  const events: Read[] = [];
  const query = { group, stream, from: at - aroundMs, to: at + aroundMs };
  for await (const near of logEvents(logs, query, signal)) events.push({ ...near, source });
  const index = events.findIndex(({ id }) => id === event.id);
  const begins = events.findLastIndex(({ message }, i) => i <= index && platformType(message) === 'start');
  const ends = events.findIndex(({ message }, i) => i >= index && platformType(message) === 'report');
  // Cut off, or still running: what there is.
  return events.slice(Math.max(begins, 0), ends === -1 ? undefined : ends + 1);
}

function platformType(message: string): string {
  const entry = entryOf(message);
  if (entry.kind === 'report') return 'report';
  return entry.kind === 'platform' ? entry.type : '';
}
