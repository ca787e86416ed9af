/** What a person is asked: a word typed in full before something happens, and a secret that nobody else sees. */
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { type ExitCode, exitCode } from './exit-codes.ts';

export class NotConfirmed extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode = exitCode.stoppedByGuard;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'NotConfirmed';
    this.remedy = remedy;
  }
}

export interface Confirmation {
  /** What has to be typed: a name, so that it is read. */
  readonly word: string;
  /** What was given on the command line by `--confirm`. */
  readonly given: string | undefined;
  /** What says it on the command line, where that is not `--confirm` with the word. */
  readonly flag?: string;
  readonly signal: AbortSignal;
}

type Input = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/** @throws NotConfirmed (4) for another word, or where there is nobody to ask */
export async function confirm(
  { word, given, flag = `--confirm ${word}`, signal }: Confirmation,
  input: Input = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<void> {
  let typed = given;
  if (typed === undefined && input.isTTY) {
    const lines = createInterface({ input, output });
    try {
      typed = await lines.question(`Type ${word} to go on: `, { signal });
    } finally {
      lines.close();
    }
  }
  if (typed?.trim() === word) return;
  throw new NotConfirmed(
    typed === undefined ? 'It has to be confirmed, and there is no terminal to ask at.' : `"${typed}" is not ${word}.`,
    `Nothing was changed. ${flag} says it on the command line.`,
  );
}

/** @returns undefined for any other word, and where there is nobody to ask */
export async function choose<const Word extends string>(
  question: string,
  words: readonly Word[],
  signal: AbortSignal,
  input: Input = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<Word | undefined> {
  if (!input.isTTY) return undefined;
  const lines = createInterface({ input, output });
  try {
    const typed = (await lines.question(`${question} (${words.join(', ')}) `, { signal })).trim();
    return words.find((word) => word === typed);
  } finally {
    lines.close();
  }
}

/**
 * From a terminal without showing it, else all of stdin, without its last line break. Never from the command line,
 * where every process of the machine could read it.
 */
export async function askSecret(
  prompt: string,
  signal: AbortSignal,
  input: Input = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<string> {
  if (!input.isTTY) return (await text(input)).replace(/\r?\n$/, '');
  output.write(prompt);
  input.setRawMode?.(true);
  input.resume();
  try {
    return await typedLine(input, signal);
  } finally {
    input.setRawMode?.(false);
    input.pause();
    output.write('\n');
  }
}

/** In raw mode the terminal hands on every key, also those that would interrupt or correct. */
function typedLine(input: Input, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = '';
    const end = (settle: () => void) => {
      input.off('data', onData);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const onData = (chunk: Buffer | string) => {
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n') return end(() => resolve(line));
        if (key === '\u0003') process.kill(process.pid, 'SIGINT');
        else if (key === '\u007f' || key === '\b') line = line.slice(0, -1);
        else line += key;
      }
    };
    input.on('data', onData);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
