/** What a preview and a deploy work with: the connection, the words they say, and how patiently they ask. */
import { setTimeout } from 'node:timers/promises';
import { type CloudFormation, type Connection, connect, isLocal } from '../aws/cloudformation.ts';
import type { AllowedChange } from '../plan/verdict.ts';

export interface Session {
  readonly aws: CloudFormation;
  readonly signal: AbortSignal;
  /** Pauses between two questions, in milliseconds; the last one repeats. */
  readonly pauses: readonly number[];
  /** What may be changed although it is dangerous, and the day by which that is judged. */
  readonly rules: Rules;
  say(line: string): void;
}

export interface Rules {
  readonly allowedChanges: readonly AllowedChange[];
  /** In UTC, as 2030-01-31. */
  readonly today: string;
}

export async function openSession(
  connection: Connection,
  signal: AbortSignal,
  say: (line: string) => void,
  allowedChanges: readonly AllowedChange[] = [],
): Promise<Session> {
  const aws = await connect(connection);
  // A simulator is done in milliseconds; AWS would throttle who asks that often.
  const pauses = isLocal(connection) ? [20, 50, 100] : [1000, 2000, 3000, 5000];
  return { aws, signal, pauses, say, rules: { allowedChanges, today: new Date().toISOString().slice(0, 10) } };
}

/** Yields at once, then after each pause; ends when `milliseconds` are over. @throws when interrupted */
export async function* patiently(
  { pauses, signal }: Pick<Session, 'pauses' | 'signal'>,
  milliseconds: number,
): AsyncGenerator<void> {
  const end = Date.now() + milliseconds;
  for (let turn = 0; Date.now() < end; turn++) {
    yield;
    await setTimeout(pauses[Math.min(turn, pauses.length - 1)], undefined, { signal });
  }
}
