/** The examination that the application makes of what it stands on, from where it stands: the job `doctor`. */
import { invoke } from '../../deploy/invoke.ts';
import type { Session } from '../../deploy/session.ts';
import { type Check, Finding, type Found } from './examination.ts';

/** As `api/jobs/doctor.ts` answers; of an older version whatever it is. */
interface Answer {
  readonly checks: readonly {
    readonly name: string;
    readonly outcome: 'well' | 'ill' | 'skipped';
    readonly milliseconds: number;
    readonly found: string;
    readonly remedy?: string;
  }[];
}

/** @throws DeployError where the job could not be run */
export async function askInside(session: Session, jobs: string): Promise<Found<true>> {
  const answer = await invoke(session, jobs, { job: 'doctor' });
  if (!isAnswer(answer))
    throw new Finding(
      `${jobs} answers with something else than an examination.`,
      'It runs another version than this checkout: deploy, or check out what is deployed.',
    );
  const words = { well: 'ok', ill: 'failed', skipped: 'not checked' } as const;
  const parts = answer.checks.map(
    ({ name, outcome, milliseconds, found, remedy }): Check => ({
      name: `  ${name}`,
      outcome: words[outcome],
      milliseconds: Math.round(milliseconds),
      found,
      ...(remedy !== undefined && { remedy }),
    }),
  );
  return { found: `${jobs} asked ${parts.length} questions`, value: true, parts };
}

function isAnswer(value: unknown): value is Answer {
  const checks = (value as Partial<Answer> | null | undefined)?.checks;
  return Array.isArray(checks) && checks.every(({ name, outcome }) => name && /^(well|ill|skipped)$/.test(outcome));
}
