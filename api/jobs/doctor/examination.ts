/** A question to one thing that the application needs, with how long the answer took and, where it is bad, what to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { remedyFor } from './remedies.ts';

export interface Check {
  readonly name: string;
  /** `skipped`: it makes no sense while something else fails, or this environment does not have it. */
  readonly outcome: 'well' | 'ill' | 'skipped';
  readonly milliseconds: number;
  /** What was found, or why nothing was looked for. Never a secret. */
  readonly found: string;
  /** Where it is ill. */
  readonly remedy?: string;
}

/** It answers, and what it says is wrong. */
export class Finding extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'Finding';
    this.remedy = remedy;
  }
}

const patienceMs = 8_000;

export interface Examination {
  readonly checks: readonly Check[];
  /** @returns what `look` found; undefined where it is ill */
  check<T>(name: string, look: () => Promise<{ found: string; value: T }>): Promise<T | undefined>;
  skip(name: string, why: string): void;
}

export function examination(): Examination {
  const checks: Check[] = [];
  return {
    checks,
    async check(name, look) {
      const started = performance.now();
      const took = () => Math.round((performance.now() - started) * 10) / 10;
      try {
        const tooLong = sleep(patienceMs, undefined, { ref: false }).then(() => {
          throw Object.assign(new Error(`Nothing came back within ${patienceMs / 1000} s.`), { code: 'ETIMEDOUT' });
        });
        const { found, value } = await Promise.race([look(), tooLong]);
        checks.push({ name, outcome: 'well', milliseconds: took(), found });
        return value;
      } catch (error) {
        const { message, remedy } = error as { message: string; remedy?: string };
        const said = message || (error as { code?: string }).code || (error as Error).name;
        checks.push({
          name,
          outcome: 'ill',
          milliseconds: took(),
          found: said,
          remedy: remedy ?? remedyFor(name, error),
        });
        return undefined;
      }
    },
    skip(name, why) {
      checks.push({ name, outcome: 'skipped', milliseconds: 0, found: why });
    },
  };
}
