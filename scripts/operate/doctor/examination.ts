/** Questions that are asked at once, each when what it rests on is answered, and said in the order in which they stand. */
import { AwsError } from '../../aws/errors.ts';
import { DeployError } from '../../deploy/errors.ts';
import { Interrupted } from '../../terminal/command.ts';
import { type ExitCode, exitCode } from '../../terminal/exit-codes.ts';

export interface Check {
  readonly name: string;
  /** `not checked`: what it is about is not there on purpose, or could not be looked at; then it has a remedy. */
  readonly outcome: 'ok' | 'failed' | 'not checked';
  readonly milliseconds: number;
  /** What was found, or why nothing was looked for. Never a secret. */
  readonly found: string;
  /** What to do, where there is something to do. */
  readonly remedy?: string;
  /** No command mends it: a person has to look and decide. */
  readonly needsHuman?: true;
}

/** It answers, and what it says is wrong. */
export class Finding extends Error {
  readonly remedy: string;
  readonly needsHuman: boolean;
  constructor(message: string, remedy: string, { needsHuman = false } = {}) {
    super(message);
    this.name = 'Finding';
    this.remedy = remedy;
    this.needsHuman = needsHuman;
  }
}

/** There is nothing to look at, as `environments/` wants it. */
export class Absent extends Error {}

export interface Found<T> {
  readonly found: string;
  readonly value: T;
  /** What was found by asking it in turn. */
  readonly parts?: readonly Check[];
}

/** A question that was asked; its value is undefined where the answer is not `ok`. */
export interface Asked<T> {
  readonly name: string;
  readonly value: Promise<T | undefined>;
}

type Values<N extends readonly Asked<unknown>[]> = {
  readonly [K in keyof N]: N[K] extends Asked<infer T> ? T : never;
};

export interface Examination {
  /** @param needs without which there is nothing to look at; `look` is given their values */
  check<T, const N extends readonly Asked<unknown>[]>(
    name: string,
    needs: N,
    look: (...values: Values<N>) => Promise<Found<T>>,
  ): Asked<T>;
  /** @returns every check, once the last is answered @throws what is a bug, or an interruption */
  end(): Promise<readonly Check[]>;
}

/** @param report is given each check as soon as it and those before it are answered */
export function examination(report: (check: Check) => void): Examination {
  const answers: (readonly Check[] | undefined)[] = [];
  const running: Promise<unknown>[] = [];
  let reported = 0;
  const answer = (index: number, checks: readonly Check[]) => {
    answers[index] = checks;
    for (let next = answers[reported]; next; next = answers[++reported]) next.forEach(report);
  };
  return {
    check(name, needs, look) {
      const index = answers.push(undefined) - 1;
      const value = (async () => {
        const values = await Promise.all(needs.map((need) => need.value));
        const missing = needs.find((_, at) => values[at] === undefined);
        if (missing) {
          const found = `after "${missing.name}" is right`;
          answer(index, [{ name, outcome: 'not checked', milliseconds: 0, found }]);
          return undefined;
        }
        const started = performance.now();
        const took = () => Math.round(performance.now() - started);
        try {
          const { found, value, parts = [] } = await look(...(values as Values<typeof needs>));
          answer(index, [{ name, outcome: 'ok', milliseconds: took(), found }, ...parts]);
          return value;
        } catch (error) {
          answer(index, [{ name, milliseconds: took(), ...wrong(error) }]);
          return undefined;
        }
      })();
      running.push(value);
      return { name, value };
    },
    async end() {
      await Promise.all(running);
      return answers.flatMap((checks) => checks ?? []);
    },
  };
}

function wrong(error: unknown): Pick<Check, 'outcome' | 'found' | 'remedy' | 'needsHuman'> {
  if (error instanceof Absent) return { outcome: 'not checked', found: error.message };
  if (error instanceof Finding || error instanceof DeployError) {
    const { message, remedy } = error;
    const isPersons = error instanceof Finding ? error.needsHuman : error.exitCode === exitCode.needsHuman;
    return { outcome: 'failed', found: message, remedy, ...(isPersons && { needsHuman: true }) };
  }
  // Whoever may not look has found nothing, good or bad.
  if (error instanceof AwsError) return { outcome: 'not checked', found: error.message, remedy: error.remedy };
  if (!(error instanceof Interrupted) && error instanceof Error && '$fault' in error) {
    const found = `AWS does not say: ${error.name}: ${error.message}`;
    return { outcome: 'not checked', found, remedy: 'Try again; if it lasts, ask AWS with the aws command.' };
  }
  throw error;
}

/** 0 where everything is as it should be, 1 where something is not, 7 where only a person can tell or mend it. */
export function verdict(checks: readonly Check[]): ExitCode {
  if (checks.some(({ needsHuman }) => needsHuman)) return exitCode.needsHuman;
  if (checks.some(({ outcome }) => outcome === 'failed')) return exitCode.failed;
  return checks.some(({ remedy }) => remedy !== undefined) ? exitCode.needsHuman : exitCode.done;
}
